/** What the reference interpreter needs of a loaded configuration. */
import type { GatewayConfig } from '../config/config.ts'
import type { Column, Table } from '../config/tables.ts'
import type { ReferencePolicy, ReferenceTable } from './policy.ts'

/** The configuration as the reference interpreter reads it, without any statement. */
export function fromConfig(config: GatewayConfig, tables: readonly Table[]): ReferencePolicy {
  const { region, env } = config.gateway
  return {
    statements: [],
    catalogue: config.catalogue.entries,
    regions: Object.fromEntries([...config.providers].map(([name, provider]) => [name, provider.region])),
    fixed: {
      ...(region === undefined ? {} : { 'gateway.region': region }),
      ...(env === undefined ? {} : { 'gateway.env': env }),
    },
    attributes: config.attributes,
    tables: tables.map(referenceTable),
  }
}

/** A table as facts would give its cells. */
export function referenceTable({ name, keyAttribute, columns, rows }: Table): ReferenceTable {
  return {
    name,
    key: keyAttribute,
    columns: Object.fromEntries(columns.map((each) => [each.name, each.type])),
    rows: Object.fromEntries(
      [...rows].map(([key, cells]) => [
        key,
        Object.fromEntries(columns.flatMap((column, index) => cellOf(column, cells[index]))),
      ]),
    ),
  }
}

/** Cells as facts would give them: money in dollars. */
function cellOf({ name, type }: Column, cell: unknown): [string, unknown][] {
  if (cell === undefined) return []
  return [[name, type === 'money' && typeof cell === 'number' ? dollars(cell) : cell]]
}

function dollars(nanoUsd: number): string {
  return `$${Math.floor(nanoUsd / 1e9)}.${String(nanoUsd % 1e9).padStart(9, '0')}`
}
