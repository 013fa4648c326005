/**
 * Google's models on Vertex AI, and Anthropic's in their own dialect, by region. Who asks is proved by a token: of the service account or the user whose
 * credentials are configured, else of the machine that the gateway runs on. An API key, or a token that is given,
 * stands in `api_key`; a key needs no project.
 */
import type { ProviderConfig } from '../../config/config.ts'
import { Secret } from '../../config/secret.ts'
import { anthropicOnVertex } from '../../dialects/anthropic/anthropic-on-vertex.ts'
import { gemini as dialect } from '../../dialects/gemini/gemini.ts'
import { noServiceTier } from '../../dialects/gemini/quirks.ts'
import { modelPath, rawModelPath, versionPath } from '../google-path.ts'
import { findCredentialsFault, googleTokens } from '../google-tokens.ts'
import { bearer, present, textOf, unionOf } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'

export const vertex: HttpType = {
  dialect,
  dialectOf: (model) => (isAnthropics(model) ? anthropicOnVertex : undefined),
  defaultBaseUrl: (config) => `https://${hostOf(locationOf(config))}`,
  findFault: ({ name, apiKeys, options }) => {
    const { credentials } = options
    if (0 < apiKeys.length || !(credentials instanceof Secret)) return undefined
    const fault = findCredentialsFault(credentials)
    return fault && `the \`credentials\` of provider \`${name}\` ${fault}`
  },
  path: (request, config) =>
    isAnthropics(request.model)
      ? `${versionPath(config, 'v1')}${projectPath(config)}/publishers/anthropic${rawModelPath(request)}`
      : `${versionPath(config, 'v1beta1')}${projectPath(config)}/publishers/google${modelPath(request)}`,
  // Vertex has its tiers in headers.
  encoding: { quirks: [noServiceTier] },
  tokens: ({ apiKeys, options }) => {
    if (0 < apiKeys.length) return undefined
    const { credentials } = options
    return googleTokens(credentials instanceof Secret ? credentials : undefined, textOf(options['token_url']))
  },
  credential: (key) => (isApiKey(key) ? ['x-goog-api-key', key] : bearer(key)),
  headers: ({ headers }, client) =>
    present({ 'anthropic-beta': unionOf(headers['anthropic-beta'], client['anthropic-beta']) }),
}

function isAnthropics(model: string): boolean {
  return model.startsWith('claude')
}

/** Google's API keys begin so; anything else is a token. */
function isApiKey(key: string): boolean {
  return /^(AIza|AQ\.)/.test(key)
}

function locationOf({ options }: ProviderConfig): string {
  return textOf(options['location']) ?? 'global'
}

/** One region, all of them, or those of one part of the world. */
function hostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com'
  return location === 'us' || location === 'eu'
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`
}

function projectPath(config: ProviderConfig): string {
  const project = textOf(config.options['project'])
  return project === undefined
    ? ''
    : `/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(locationOf(config))}`
}
