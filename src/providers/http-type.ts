/**
 * What one kind of provider behind HTTP is, as data: address, headers, and what it wants of its dialect. The entries
 * are in `types/`, one file a type, and listed in `http-types.ts`.
 */
import type { ProviderConfig } from '../config/config.ts'
import type { ProviderDialect, ProviderEncoding } from '../dialects/dialect.ts'
import type { ProviderRequest } from './provider.ts'

/** A dialect that a provider speaks, and where. */
export interface Spoken {
  readonly dialect: ProviderDialect
  /** Appended to the base URL; where the address names the model, made for each request. */
  readonly path: string | ((request: Pick<ProviderRequest, 'model' | 'stream'>, config: ProviderConfig) => string)
}

export interface HttpType extends Spoken {
  /** Further dialects, for the calls of clients that speak them. */
  readonly also?: readonly Spoken[]
  /** Where the configuration gives none; absent where it must. */
  readonly defaultBaseUrl?: string
  readonly encoding: ProviderEncoding
  /** What it wants of its dialect beside that, where that depends on the configuration. */
  readonly configured?: (config: ProviderConfig) => ProviderEncoding
  /** The name under which it serves a model, where that is another one: a deployment. */
  readonly nameOf?: (model: string, config: ProviderConfig) => string
  /** The header that carries the key. */
  readonly credential: (key: string) => readonly [name: string, value: string]
  /** Further headers, of the configuration and of what the client sent. */
  readonly headers: (
    config: ProviderConfig,
    client: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string>>
}
