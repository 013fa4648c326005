import { expect, test } from 'vitest'
import { fromConfig } from '../../src/reference/from-config.ts'
import { valueOfType } from '../../src/reference/value.ts'
import { loadWorld } from './checked.ts'
import { world } from './world.ts'

test('the world as configured is the world as the reference interpreter reads it', async () => {
  const { config, tables } = await loadWorld()
  const { attributes, tables: read, ...configured } = fromConfig(config, tables)
  const { attributes: declared, tables: written, ...rest } = world
  expect(configured).toEqual({ ...rest, catalogue: expect.arrayContaining([...rest.catalogue]) })
  expect(configured.catalogue).toHaveLength(rest.catalogue.length)
  expect(attributes).toMatchObject(declared)
  expect(read.map(withValues)).toEqual(written.map(withValues))
})

/** A table with its cells as values: `$500` and `$500.000000000` are one. */
function withValues({ rows, ...table }: (typeof world.tables)[number]): unknown {
  const values = Object.entries(rows).map(([key, row]) => [
    key,
    Object.fromEntries(
      Object.entries(row).map(([column, cell]) => [column, valueOfType(table.columns[column]!, cell)]),
    ),
  ])
  return { ...table, rows: Object.fromEntries(values) }
}
