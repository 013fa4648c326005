/** What a tree holds once its schema has accepted it: the keys of `gateway.yaml` as they are written. */
import type { Capability } from './catalogue.ts'
import type { AttributeDeclaration, ProviderType } from './config.ts'

export interface RawConfig {
  readonly policy?: string
  readonly listen?: {
    readonly host?: string
    readonly port?: number
    readonly tls?: { readonly cert: string; readonly key: string; readonly client_ca?: string }
    readonly admin?: { readonly host?: string; readonly port: number; readonly token?: string }
  }
  readonly gateway?: { readonly region?: string; readonly env?: string; readonly time_zone?: string }
  readonly providers?: Readonly<Record<string, RawProvider>>
  readonly models?: Readonly<Record<string, RawModel | null>>
  readonly attributes?: Readonly<Record<string, RawAttribute>>
  readonly tables?: Readonly<Record<string, RawTable>>
  readonly guards?: Readonly<Record<string, RawGuard>>
  readonly callers?: {
    readonly keys?: boolean | { readonly file?: string; readonly pepper?: string }
    readonly jwt?: readonly RawJwt[]
    readonly introspection?: readonly RawIntrospection[]
    readonly anonymous?: boolean
  }
  readonly state?: { readonly type: 'memory' } | { readonly type: 'redis'; readonly on_outage?: 'deny' | 'allow' }
  readonly ledger?: { readonly type: 'sqlite'; readonly path: string } | { readonly type: 'postgres' }
  readonly on_disconnect?: string
  readonly bounds?: {
    readonly header_bytes?: string | number
    readonly body_bytes?: string | number
    readonly json_depth?: number
    readonly concurrent_requests?: number
    readonly body_timeout?: string
    readonly drain?: string
  }
}

export interface RawProvider {
  readonly type: ProviderType
  readonly base_url?: string
  readonly api_key?: string
  readonly api_keys?: readonly string[]
  readonly region?: string
  readonly private?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly [option: string]: unknown
}

export interface RawModel {
  readonly context?: number
  readonly max_output?: number
  readonly capabilities?: readonly Capability[]
  readonly price?: Readonly<Record<string, string | number>>
  readonly region?: string
  readonly tags?: readonly string[]
}

export interface RawAttribute {
  readonly type: AttributeDeclaration['type']
  readonly enum?: readonly string[]
  readonly required?: boolean
  readonly default?: string | number | boolean | readonly string[]
  readonly from: string
}

export interface RawTable {
  readonly file: string
  readonly key: string
  readonly columns?: Readonly<Record<string, AttributeDeclaration['type']>>
}

/** The schema sees to it that each type has only keys of its own. */
export interface RawGuard {
  readonly type: 'pattern' | 'words' | 'http' | 'moderation' | 'json_schema'
  readonly patterns?: readonly string[]
  readonly ignore_case?: boolean
  readonly words?: readonly string[]
  readonly whole_words?: boolean
  readonly file?: string
  readonly url?: string
  readonly private?: boolean
  readonly timeout?: string
  readonly on_error?: 'block' | 'allow'
  readonly target?: string
  readonly categories?: readonly string[]
  readonly threshold?: number
  readonly schema?: object | boolean
}

export interface RawJwt {
  readonly issuer: string
  readonly audience: string
  readonly jwks_uri: string
  readonly private?: boolean
  readonly clock_tolerance?: string
  readonly algorithms?: readonly string[]
  readonly claims?: Readonly<Record<string, string>>
}

export interface RawIntrospection {
  readonly url: string
  readonly client_id: string
  readonly client_secret: string
  readonly audience?: string
  readonly private?: boolean
  readonly cache?: string
  readonly claims?: Readonly<Record<string, string>>
}
