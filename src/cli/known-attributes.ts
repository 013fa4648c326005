/** Every attribute that facts may hold under a configuration and its policy. */
import {
  builtinAttributes,
  declaredAttribute,
  keyedAttribute,
  keyedFamilies,
  meterAttribute,
} from '../check/attributes.ts'
import type { CheckedPolicy } from '../check/policy.ts'
import type { GatewayConfig } from '../config/config.ts'
import type { Attribute } from '../graph/attribute.ts'

export interface KnownAttributes {
  /** By dotted path. */
  readonly byPath: ReadonlyMap<string, Attribute>
  /** Columns of tables by dotted path: facts give the key, never the column. */
  readonly columns: ReadonlyMap<string, { readonly key: string }>
  /** The member of a family such as `request.header`, or undefined where the path is none. */
  readonly member: (family: string, name: string) => Attribute | undefined
}

export function knownAttributes(config: GatewayConfig, checked: CheckedPolicy): KnownAttributes {
  const meters = checked.rules.flatMap((each) =>
    each.kind === 'budget' || each.kind === 'limit' ? [meterAttribute(each.kind, each.name)] : [],
  )
  const attributes = [
    ...builtinAttributes.filter((each) => each.phase !== 'target'),
    ...config.attributes.map(declaredAttribute),
    ...meters,
    ...[...config.providers.keys()].map((name) => meterAttribute('provider', name)),
  ]
  const families: readonly string[] = keyedFamilies
  return {
    byPath: new Map(attributes.map((each) => [each.path.join('.'), each])),
    columns: new Map(
      checked.tables.flatMap((table) =>
        table.columns.map((column) => [`${table.name}.${column.name}`, { key: table.keyAttribute }] as const),
      ),
    ),
    member: (family, name) =>
      families.includes(family) ? keyedAttribute(family as (typeof keyedFamilies)[number], name) : undefined,
  }
}
