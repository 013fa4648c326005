/** `providers:` as typed values, and what does not fit together in them. */
import type { Building } from './building.ts'
import { isWritten, report, secretAt } from './building.ts'
import { checkBedrock } from './check-bedrock.ts'
import { checkVertex } from './check-vertex.ts'
import type { ProviderConfig, ProviderType } from './config.ts'
import type { RawProvider } from './raw.ts'
import { isSecretPath } from './secret-places.ts'

const common = new Set(['type', 'base_url', 'api_key', 'api_keys', 'region', 'private', 'headers'])

/** Whether a provider of a type cannot be called without a key. */
const needsKey: Readonly<Record<ProviderType, boolean>> = {
  openai: true,
  anthropic: true,
  cohere: true,
  openrouter: true,
  gemini: true,
  vertex: false,
  bedrock: false,
  'azure-openai': true,
  mistral: true,
  groq: true,
  deepseek: true,
  xai: true,
  together: true,
  fireworks: true,
  perplexity: true,
  ollama: false,
  'openai-compatible': false,
  simulator: false,
}

export function buildProviders(building: Building): ReadonlyMap<string, ProviderConfig> {
  const providers = new Map<string, ProviderConfig>()
  for (const [name, raw] of Object.entries(building.raw.providers ?? {})) {
    checkKeys(building, name, raw)
    if (raw.type === 'bedrock') checkBedrock(building, name)
    if (raw.type === 'vertex') checkVertex(building, name)
    const baseUrl = checkBaseUrl(building, name, raw)
    providers.set(name, {
      name,
      type: raw.type,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      apiKeys: keysOf(building, name, raw),
      ...(raw.region === undefined ? {} : { region: raw.region }),
      private: raw.private ?? false,
      headers: buildHeaders(building, name, raw),
      options: optionsOf(building, name, raw),
    })
  }
  return providers
}

function keysOf(building: Building, name: string, raw: RawProvider): ProviderConfig['apiKeys'] {
  const single = secretAt(building, ['providers', name, 'api_key'])
  if (single) return [single]
  return (raw.api_keys ?? []).flatMap((_, index) => secretAt(building, ['providers', name, 'api_keys', index]) ?? [])
}

function optionsOf(building: Building, name: string, raw: RawProvider): ProviderConfig['options'] {
  const options: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(raw)) {
    if (common.has(key)) continue
    options[key] = isSecretPath(['providers', name, key]) ? secretAt(building, ['providers', name, key]) : value
  }
  return options
}

function checkKeys(building: Building, name: string, raw: RawProvider): void {
  const at = ['providers', name]
  const has = (key: string) => isWritten(building, [...at, key])
  if (has('api_key') && has('api_keys')) {
    const help = 'keep `api_key` for one key, or `api_keys` for several in rotation'
    report(building, 'P907', [...at, 'api_keys'], {
      message: `\`${name}\` has both \`api_key\` and \`api_keys\``,
      help,
      part: 'key',
    })
  }
  if (has('client_secret') && (has('api_key') || has('api_keys'))) {
    const message = `\`${name}\` has both a key and \`client_secret\``
    const help = 'keep the key, or the identity that asks for tokens'
    report(building, 'P907', [...at, 'client_secret'], { message, help, part: 'key' })
  }
  if (needsKey[raw.type] && !['api_key', 'api_keys', 'client_secret'].some(has)) {
    const variable = `${name.replaceAll('-', '_').toUpperCase()}_API_KEY`
    report(building, 'P907', at, {
      message: `\`${name}\` has no \`api_key\`, and a provider of type \`${raw.type}\` needs one`,
      help: `add \`api_key: "\${${variable}}"\``,
      part: 'key',
    })
  }
  for (const group of credentialGroups) {
    const given = group.find(has)
    const missing = group.find((key) => !has(key))
    if (given === undefined || missing === undefined) continue
    report(building, 'P907', [...at, given], {
      message: `\`${name}\` has \`${given}\` without \`${missing}\``,
      part: 'key',
    })
  }
}

/** Keys that say something only together. */
const credentialGroups = [
  ['access_key_id', 'secret_access_key'],
  ['tenant_id', 'client_id', 'client_secret'],
] as const

function checkBaseUrl(building: Building, name: string, raw: RawProvider): string | undefined {
  const at = ['providers', name, 'base_url']
  if (raw.base_url === undefined) {
    if ((raw.type === 'openai-compatible' || raw.type === 'azure-openai') && !isWritten(building, at)) {
      report(building, 'P907', ['providers', name], {
        message: `\`${name}\` has no \`base_url\`, and a provider of type \`${raw.type}\` needs one`,
        help:
          raw.type === 'azure-openai'
            ? 'add `base_url: https://NAME.openai.azure.com`'
            : 'add `base_url: https://HOST/v1`',
        part: 'key',
      })
    }
    return undefined
  }
  const refuse = (what: string, help: string) => {
    report(building, 'P907', at, { message: `the \`base_url\` of \`${name}\` ${what}`, help })
    return undefined
  }
  const url = URL.canParse(raw.base_url) ? new URL(raw.base_url) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return refuse('is not an http or https address', 'write it as `https://HOST/PATH`')
  if (url.username || url.password) return refuse('holds credentials', 'give them as `api_key`, which is never printed')
  if (raw.base_url.includes('?')) return refuse('has a query', 'leave out the `?` and what follows it')
  if (raw.base_url.includes('#')) return refuse('has a fragment', 'leave out the `#` and what follows it')
  return raw.base_url.replace(/\/+$/, '')
}

/** Headers that the gateway sets itself: another value would send a call elsewhere, or as somebody else. */
const ownHeaders = new Set([
  'authorization',
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'te',
  'trailer',
])

/** The headers that may be sent; a refused one is left out. */
function buildHeaders(building: Building, name: string, raw: RawProvider): ProviderConfig['headers'] {
  const headers = new Map<string, string>()
  const seen = new Map<string, string>()
  for (const [header, value] of Object.entries(raw.headers ?? {})) {
    const lower = header.toLowerCase()
    const refused = refusalOfHeader(header, value, seen.get(lower))
    seen.set(lower, header)
    if (refused) report(building, 'P904', ['providers', name, 'headers', header], { part: 'key', ...refused })
    else headers.set(header, value)
  }
  return Object.fromEntries(headers)
}

function refusalOfHeader(
  header: string,
  value: string,
  same: string | undefined,
): { readonly message: string; readonly help?: string; readonly part?: 'value' } | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header)) {
    return {
      message: `found ${JSON.stringify(header.slice(0, 60))} as the name of a header, expected letters, digits and hyphens`,
    }
  }
  if (ownHeaders.has(header.toLowerCase())) {
    const message = `the header \`${header}\` is set by the gateway itself`
    return header.toLowerCase() === 'authorization' ? { message, help: 'give the key as `api_key`' } : { message }
  }
  if (same !== undefined) return { message: `the headers \`${same}\` and \`${header}\` are the same` }
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    return { message: `the value of the header \`${header}\` has characters that a header cannot carry`, part: 'value' }
  }
  return undefined
}
