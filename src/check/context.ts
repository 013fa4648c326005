/**
 * What checking needs to know beside the policy: the part of the gateway's configuration that names
 * in a policy can refer to. A `GatewayConfig` with its tables loaded fits it.
 */
import type { Catalogue } from '../config/catalogue.ts'
import type { AttributeDeclaration, CallersConfig, ProviderConfig } from '../config/config.ts'
import type { GuardConfig } from '../config/guards.ts'
import type { Table } from '../config/tables.ts'

export interface CheckContext {
  readonly gateway: { readonly region?: string; readonly env?: string; readonly timeZone: string }
  readonly providers: ReadonlyMap<string, Pick<ProviderConfig, 'name' | 'region'>>
  readonly catalogue: Catalogue
  readonly attributes: readonly AttributeDeclaration[]
  /** Detectors and checks beside the built-in ones. */
  readonly guards?: readonly Pick<GuardConfig, 'name' | 'kind'>[]
  /** With their rows. */
  readonly tables: readonly Table[]
  /** Names of tables that could not be loaded: what they hold is not known, so their columns draw no error. */
  readonly unreadTables?: ReadonlySet<string>
  readonly callers: Pick<CallersConfig, 'keys' | 'anonymous'> & {
    readonly jwt: readonly unknown[]
    readonly introspection: readonly unknown[]
  }
}
