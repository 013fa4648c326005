/** From a provider's configuration to the provider. */
import type { ProviderConfig } from '../config/config.ts'
import { countText } from '../dialects/estimate.ts'
import type { Resolve } from './address.ts'
import { createHttpProvider } from './http-provider.ts'
import type { HttpType } from './http-type.ts'
import { httpTypes } from './http-types.ts'
import type { Provider, SetTimer } from './provider.ts'
import { createSimulator } from './simulator.ts'

export interface CreateProviderOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly setTimer: SetTimer
  /** How host names are resolved; the system's way where absent. */
  readonly resolve?: Resolve
}

export type CreatedProvider =
  | { readonly ok: true; readonly provider: Provider }
  /** One sentence about the configuration; `help` says what to do. */
  | { readonly ok: false; readonly message: string; readonly help: string }

export function createProvider(config: ProviderConfig, options: CreateProviderOptions): CreatedProvider {
  if (config.type === 'simulator') {
    return { ok: true, provider: createSimulator(config, { ...options, countTokens: countText }) }
  }
  const type = httpTypes[config.type]
  const fault = type.findFault?.(config)
  if (fault !== undefined) return { ok: false, message: fault, help: 'correct it, and start again' }
  const baseUrl = config.baseUrl ?? defaultOf(type, config)
  if (baseUrl === undefined) {
    return {
      ok: false,
      message: `provider \`${config.name}\` has no \`base_url\``,
      help: `type \`${config.type}\` needs one`,
    }
  }
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    const message = `\`base_url\` of provider \`${config.name}\` is no http or https address`
    return { ok: false, message, help: 'write it as https://host/path' }
  }
  return { ok: true, provider: createHttpProvider(config, type, { ...options, baseUrl }) }
}

function defaultOf({ defaultBaseUrl }: HttpType, config: ProviderConfig): string | undefined {
  return typeof defaultBaseUrl === 'function' ? defaultBaseUrl(config) : defaultBaseUrl
}
