/** The part of the tables that decisions read: columns that amounts, rewrites and log tags name. */
import type { CheckedPolicy } from '../check/policy.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { GraphTable } from '../graph/graph.ts'

export function graphTablesOf(policy: CheckedPolicy, attributeIndex: (attribute: Attribute) => number): GraphTable[] {
  const read = new Map<string, Set<string>>()
  const add = (attribute: Attribute): void => {
    if (!attribute.column) return
    const columns = read.get(attribute.column.table) ?? new Set()
    columns.add(attribute.column.name)
    read.set(attribute.column.table, columns)
  }
  for (const rule of policy.rules) {
    if ((rule.kind === 'limit' || rule.kind === 'budget') && rule.amount.kind === 'attribute')
      add(rule.amount.attribute)
    if (rule.kind === 'rewrite' || rule.kind === 'log') rule.reads.forEach(add)
  }
  return policy.tables.flatMap((table) => {
    const columns = [...(read.get(table.name) ?? [])]
    if (columns.length === 0) return []
    const places = columns.map((name) => table.columns.findIndex((column) => column.name === name))
    const rows = new Map([...table.rows].map(([key, row]) => [key, places.map((place) => row[place])]))
    return [{ name: table.name, key: attributeIndex(policy.tableKeys.get(table.name)!), columns, rows }]
  })
}
