/**
 * The typed configuration: what `gateway.yaml`, `models.lock.yaml` and the environment say, checked
 * and with every default filled in. Files, YAML and schemas are `load.ts`'s; this is the value.
 */
import type { Span } from '../diagnostics/source.ts'
import type { Catalogue } from './catalogue.ts'
import type { GuardConfig } from './guards.ts'
import type { Secret } from './secret.ts'
import type { ValuePath } from './value-path.ts'

/**
 * The configuration of a gateway, read, checked and with its defaults filled in; secrets cannot be printed.
 *
 * Times are in milliseconds (`…Ms`), sizes in bytes (`…Bytes`), money in integer nano-dollars (`…NanoUsd`).
 */
export interface GatewayConfig {
  /** Absolute path of `gateway.yaml`; absent where the configuration was handed in as a value. */
  readonly path?: string
  /** Absolute folder that relative paths of the configuration start from. */
  readonly directory: string
  /** Absolute path of the main policy file; absent where the policy was handed in as text. */
  readonly policyPath?: string
  readonly listen: ListenConfig
  readonly gateway: { readonly region?: string; readonly env?: string; readonly timeZone: string }
  readonly providers: ReadonlyMap<string, ProviderConfig>
  readonly catalogue: Catalogue
  readonly attributes: readonly AttributeDeclaration[]
  readonly tables: readonly TableConfig[]
  readonly guards: readonly GuardConfig[]
  readonly callers: CallersConfig
  readonly state: StateConfig
  readonly ledger?: LedgerConfig
  readonly bounds: Bounds
  /** `cancel` the upstream call when the client goes away, or drain it for so many milliseconds. */
  readonly onDisconnect: { readonly kind: 'cancel' } | { readonly kind: 'drain'; readonly ms: number }
  /** The place of a configured value, for diagnostics: the nearest existing ancestor where it is absent. */
  readonly spanOf: (path: readonly (string | number)[]) => Span
}

export interface ListenConfig {
  readonly host: string
  readonly port: number
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string }
  readonly admin?: { readonly host: string; readonly port: number; readonly token?: Secret }
}

export const providerTypes = [
  'openai',
  'anthropic',
  'cohere',
  'openrouter',
  'gemini',
  'vertex',
  'bedrock',
  'azure-openai',
  'mistral',
  'groq',
  'deepseek',
  'xai',
  'together',
  'fireworks',
  'perplexity',
  'ollama',
  'openai-compatible',
  'simulator',
] as const

export type ProviderType = (typeof providerTypes)[number]

export interface ProviderConfig {
  /** The key under `providers`: the first part of a target. */
  readonly name: string
  readonly type: ProviderType
  /** Without a trailing slash; what the provider's own SDK takes. */
  readonly baseUrl?: string
  /** Several keys are used in rotation. Empty where the provider needs none. */
  readonly apiKeys: readonly Secret[]
  readonly region?: string
  /** Whether a host name may resolve to a private address. */
  readonly private: boolean
  /** Headers sent with every call. */
  readonly headers: Readonly<Record<string, string>>
  /** Type-specific settings as validated by the schema: `api_version`, `project`, `location`, `organization`, … */
  readonly options: Readonly<Record<string, unknown>>
}

export const attributeTypes = [
  'string',
  'int',
  'number',
  'bool',
  'money',
  'percent',
  'duration',
  'size',
  'date',
  'ip',
  'set',
] as const

/** An attribute that `attributes:` declares. */
export interface AttributeDeclaration {
  /** Dotted: `caller.data_class`, `signal.topic`. */
  readonly path: string
  readonly type: (typeof attributeTypes)[number]
  /** The values that a string may take. */
  readonly enum?: readonly string[]
  readonly required: boolean
  readonly default?: string | number | boolean | readonly string[]
  readonly from:
    | { readonly kind: 'claim'; readonly path: string }
    | { readonly kind: 'header'; readonly name: string }
    | { readonly kind: 'key_metadata'; readonly path: string }
    | { readonly kind: 'host' }
  readonly span: Span
}

/** `tables:` one table of data looked up by an attribute; its columns read as `NAME.column`. */
export interface TableConfig {
  readonly name: string
  /** Absolute path of a `.yaml`, `.yml`, `.json` or `.csv` file. */
  readonly file: string
  /** The attribute whose value picks the row: `caller.team`. */
  readonly key: string
  /** Types by column; a column that is not named here is typed by its values. */
  readonly columns: Readonly<Record<string, (typeof attributeTypes)[number]>>
  readonly span: Span
}

export interface CallersConfig {
  readonly keys: boolean
  /** Absolute path of the file of virtual keys (hashes only). */
  readonly keysFile: string
  /** Pepper of the keyed hash of virtual keys. */
  readonly keysPepper?: Secret
  readonly jwt: readonly JwtConfig[]
  readonly introspection: readonly IntrospectionConfig[]
  readonly anonymous: boolean
}

/** Fields of the caller, each with the path into the claims that it comes from. */
export type ClaimPaths = Readonly<Record<string, ValuePath>>

export interface JwtConfig {
  readonly issuer: string
  readonly audience: string
  readonly jwksUri: string
  /** Whether the host name of `jwksUri` may resolve to a private address. */
  readonly private: boolean
  readonly algorithms: readonly string[]
  /** How far the issuer's clock may be from ours. */
  readonly clockToleranceMs: number
  readonly claims: ClaimPaths
}

export interface IntrospectionConfig {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: Secret
  /** What the token must be for, where it matters. */
  readonly audience?: string
  /** Whether the host name of `url` may resolve to a private address. */
  readonly private: boolean
  /** How long an answer is kept. */
  readonly cacheMs: number
  readonly claims: ClaimPaths
}

export type StateConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'redis'; readonly url: Secret; readonly onOutage: 'deny' | 'allow' }

export type LedgerConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: Secret }

/** Every bound on what a client may send. Bytes, counts and milliseconds. */
export interface Bounds {
  readonly headerBytes: number
  readonly bodyBytes: number
  readonly jsonDepth: number
  readonly concurrentRequests: number
  /** Longest wait for a request's body. */
  readonly bodyTimeoutMs: number
  /** Longest that a graceful stop waits for requests under way. */
  readonly drainMs: number
}
