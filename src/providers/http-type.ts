/**
 * What one kind of provider behind HTTP is, as data: address, headers, and what it wants of its dialect. The entries
 * are in `types/`, one file a type, and listed in `http-types.ts`.
 */
import type { ProviderConfig } from '../config/config.ts'
import type { ProviderDialect, ProviderEncoding } from '../dialects/dialect.ts'
import type { TaskFormat, TaskName } from '../dialects/task.ts'
import type { ProviderRequest } from './provider.ts'
import type { TokenRequest } from './token-source.ts'

/** A dialect that a provider speaks, and where. */
export interface Spoken {
  readonly dialect: ProviderDialect
  /** Appended to the base URL; where the address names the model, made for each request. */
  readonly path: string | ((request: Pick<ProviderRequest, 'model' | 'stream'>, config: ProviderConfig) => string)
}

/** A task that a provider carries out, and where. */
export interface SpokenTask {
  /** How it is put; of some providers that depends on the model, and some models do not have it. */
  readonly format: TaskFormat | ((model: string) => TaskFormat | undefined)
  readonly path: Spoken['path']
}

export interface HttpType extends Spoken {
  /** Further dialects, for the calls of clients that speak them. */
  readonly also?: readonly Spoken[]
  /** The only dialect that a model is spoken to in, where that depends on the model. */
  readonly dialectOf?: (model: string) => ProviderDialect | undefined
  /** The calls beside conversations that it takes. */
  readonly tasks?: Readonly<Partial<Record<TaskName, SpokenTask>>>
  /** Where the configuration gives none; absent where it must. Some make it of a setting. */
  readonly defaultBaseUrl?: string | ((config: ProviderConfig) => string | undefined)
  /** What keeps a configuration from being used that its schema takes, in one sentence. */
  readonly findFault?: (config: ProviderConfig) => string | undefined
  readonly encoding: ProviderEncoding
  /** What it wants of its dialect beside that, where that depends on the configuration. */
  readonly configured?: (config: ProviderConfig) => ProviderEncoding
  /** The name under which it serves a model, where that is another one: a deployment. */
  readonly nameOf?: (model: string, config: ProviderConfig) => string
  /** How a token is fetched in place of a key, where the configuration says so. */
  readonly tokens?: (config: ProviderConfig) => TokenRequest | undefined
  /** How requests are signed, where that is what proves who calls and no key is configured. */
  readonly sign?: (config: ProviderConfig) => Sign | undefined
  /** The header that carries the key. */
  readonly credential: (key: string) => readonly [name: string, value: string]
  /** Further headers, of the configuration and of what the client sent. */
  readonly headers: (
    config: ProviderConfig,
    client: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string>>
}

/** The headers that a signature over a request makes. */
export type Sign = (request: SignableRequest) => Promise<Readonly<Record<string, string>>>

export interface SignableRequest {
  readonly url: string
  readonly body: Uint8Array
  /** Milliseconds since the epoch. */
  readonly atMs: number
}
