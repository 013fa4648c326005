/** A table's file as keys and cells, whatever its format; what the cells mean is `tables.ts`'s. */
import { extname } from 'node:path'
import type { TableConfig } from './config.ts'
import { parseCsv } from './csv.ts'
import { parseJsonTree } from './json-tree.ts'
import type { Fault, MapTree, Place, ScalarTree, Tree } from './tree.ts'
import { parseTree, quoteKey } from './tree.ts'

export interface Grid {
  /** Whether cells are texts, typed by what they look like, or values with types of their own. */
  readonly kind: 'texts' | 'values'
  /** Without the key's. */
  readonly columns: readonly string[]
  readonly rows: readonly { readonly key: string; readonly cells: readonly (Tree | undefined)[] }[]
}

const cellsMax = 10_000_000

interface GridResult {
  readonly grid?: Grid
  /** What is wrong with the text. */
  readonly syntax: readonly Fault[]
  /** What is wrong with keys and columns. */
  readonly faults: readonly Fault[]
}

/** The keys and cells of a table's text. */
export function gridOf(text: string, config: TableConfig): GridResult {
  if (extname(config.file).toLowerCase() === '.csv') return gridOfCsv(text, config)
  const json = parseJsonTree(text)
  if (json) {
    const faults = json.repeated.map(({ name, start, end, first }) => repeated(name, { start, end }, first))
    return gridOfTree(json.tree, config, faults)
  }
  const { tree, faults } = parseTree(text, cellsMax)
  const isRepeat = (each: Fault) => each.related !== undefined
  const syntax = faults.filter((each) => !isRepeat(each))
  if (syntax.length > 0) return { syntax, faults: [] }
  if (!tree) return { syntax, faults: [{ start: 0, end: 0, message: 'the table is empty' }] }
  return gridOfTree(tree, config, faults.filter(isRepeat))
}

/** The names that a key's column may have: `key`, or the last part of the key's attribute. */
function isKeyColumn(name: string, config: TableConfig): boolean {
  return name === 'key' || name === config.key.slice(config.key.lastIndexOf('.') + 1)
}

function gridOfCsv(text: string, config: TableConfig): GridResult {
  const csv = parseCsv(text)
  const faults = [...csv.faults]
  if (csv.header.length === 0)
    return { syntax: [], faults: [...faults, { start: 0, end: 0, message: 'the table is empty' }] }
  const found = csv.header.findIndex((each) => isKeyColumn(each.text.trim(), config))
  const keyIndex = found === -1 ? 0 : found
  const columns = new Map<string, Place>()
  for (const [index, each] of csv.header.entries()) {
    if (index === keyIndex) continue
    const name = each.text.trim()
    const first = columns.get(name)
    if (first) faults.push(repeated(name, each, first))
    else checkColumn(name, each, faults)
    columns.set(name, each)
  }
  const takeKey = keyTaker(faults)
  const rows = csv.records.flatMap((record) => {
    const key = takeKey(record[keyIndex])
    return key === undefined ? [] : [{ key, cells: record.filter((_, index) => index !== keyIndex) }]
  })
  return { grid: { kind: 'texts', columns: [...columns.keys()], rows }, syntax: [], faults }
}

/** A mapping of keys to rows, or a list of rows that hold their key. */
function gridOfTree(tree: Tree, config: TableConfig, before: readonly Fault[]): GridResult {
  const faults = [...before]
  if (tree.kind === 'scalar') {
    const message = 'found a single value, expected a mapping of keys to rows, or a list of rows'
    return { syntax: [], faults: [...faults, { start: tree.start, end: tree.end, message }] }
  }
  const columns = new Map<string, number>()
  const rows: { readonly key: string; readonly cells: readonly (Tree | undefined)[] }[] = []
  const addRow = (key: string, row: MapTree, keyColumn: string | undefined) => {
    const cells: (Tree | undefined)[] = []
    for (const [name, entry] of row.entries) {
      if (name === keyColumn) continue
      let index = columns.get(name)
      if (index === undefined) {
        checkColumn(name, entry.key, faults)
        index = columns.size
        columns.set(name, index)
      }
      cells[index] = entry.value
    }
    rows.push({ key, cells })
  }
  if (tree.kind === 'map') {
    for (const [key, { key: place, value }] of tree.entries) {
      if (value.kind === 'map') addRow(key, value, undefined)
      else faults.push({ ...place, message: `the row ${quoteKey(key)} is not a mapping of columns to values` })
    }
  } else {
    const takeKey = keyTaker(faults)
    for (const row of tree.items) {
      if (row.kind !== 'map') {
        faults.push({ start: row.start, end: row.end, message: 'a row is not a mapping of columns to values' })
        continue
      }
      const keyColumn = [...row.entries.keys()].find((each) => isKeyColumn(each, config))
      const cell = keyColumn === undefined ? undefined : row.entries.get(keyColumn)?.value
      const key = cell?.kind === 'scalar' ? takeKey(cell) : undefined
      if (key !== undefined) addRow(key, row, keyColumn)
      else if (cell?.kind !== 'scalar') faults.push({ ...startOf(row), message: `a row has no ${keyNames(config)}` })
    }
  }
  return { grid: { kind: 'values', columns: [...columns.keys()], rows }, syntax: [], faults }
}

const startOf = (row: MapTree): Place => [...row.entries.values()][0]?.key ?? { start: row.start, end: row.end }

function keyNames(config: TableConfig): string {
  const last = config.key.slice(config.key.lastIndexOf('.') + 1)
  return last === 'key' ? '`key`' : `\`key\` or \`${last}\``
}

function checkColumn(name: string, place: Place, faults: Fault[]): void {
  if (/^[a-z_][a-z0-9_]*$/.test(name)) return
  const message = `found the column ${quoteKey(name)}, expected a name of lower-case letters, digits and \`_\``
  faults.push({ start: place.start, end: place.end, message })
}

/** Takes the keys of rows one by one; an empty or repeated one is a fault. */
function keyTaker(faults: Fault[]): (cell: ScalarTree | undefined) => string | undefined {
  const seen = new Map<string, Place>()
  return (cell) => {
    if (!cell) return undefined
    const key = typeof cell.value === 'string' ? cell.value.trim() : cell.value === null ? '' : cell.text
    const first = seen.get(key)
    if (first) faults.push(repeated(key, cell, first))
    else if (key === '') faults.push({ start: cell.start, end: cell.end, message: 'the key of a row is empty' })
    if (first || key === '') return undefined
    seen.set(key, cell)
    return key
  }
}

function repeated(name: string, place: Place, first: Place): Fault {
  const related = { start: first.start, end: first.end, message: 'it first stands here' }
  return { start: place.start, end: place.end, message: `the key ${quoteKey(name)} stands twice`, related }
}
