/**
 * What the scope of a cache rule tells of rows: a column in it does not say which row a request has, only which value it
 * holds there, so rows that agree in all columns of the scope are one.
 */
import type { CacheRule, CheckedPolicy, Cond } from '../check/policy.ts'
import type { Span } from '../diagnostics/source.ts'
import type { Attribute } from '../graph/attribute.ts'

/** For each table of which the scope has columns, but not the key: a condition for each group of rows that agree. */
export function scopeRowsOf({ tables, tableKeys }: CheckedPolicy, { value, scope, nameSpan }: CacheRule): Cond[][] {
  if (value.off) return []
  return tables.flatMap((table) => {
    const places = table.columns.flatMap(({ name }, at) =>
      scope.some(({ column }) => column?.table === table.name && column.name === name) ? [at] : [],
    )
    const key = tableKeys.get(table.name)
    if (places.length === 0 || !key || scope.some(({ id }) => id === key.id)) return []
    const groups = new Map<string, string[]>()
    for (const [name, row] of table.rows) {
      if (places.every((at) => row[at] === undefined)) continue
      const values = JSON.stringify(places.map((at) => row[at] ?? null))
      const group = groups.get(values)
      if (group) group.push(name)
      else groups.set(values, [name])
    }
    return [conditionsOf([...groups.values()], key, nameSpan)]
  })
}

/** One condition a group, and one for what is in none of them. */
function conditionsOf(groups: readonly (readonly string[])[], attribute: Attribute, span: Span): Cond[] {
  const within = (values: readonly string[]): Cond => ({
    kind: 'atom',
    attribute,
    test: { kind: 'one_of', values },
    span,
  })
  return [...groups.map(within), { kind: 'not', of: within(groups.flat()), span }]
}
