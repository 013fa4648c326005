/**
 * Tables of `tables:`: rows of data that an attribute's value picks, from CSV, JSON or YAML.
 *
 * A CSV or JSON file of a hundred thousand rows loads in about a second; YAML takes some fifteen times
 * as long, so large tables are better kept in the other two.
 */
import { dirname, join, relative } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import { Source } from '../diagnostics/source.ts'
import type { TableConfig } from './config.ts'
import { readText } from './read-text.ts'
import type { Grid } from './table-grid.ts'
import { gridOf } from './table-grid.ts'
import type { Fault, Tree } from './tree.ts'
import type { AttributeType, TypedValue } from './typed-value.ts'
import { expectedOf, readAs, readTextAs } from './typed-value.ts'

export interface Table {
  readonly name: string
  /** The attribute whose value picks the row. */
  readonly keyAttribute: string
  readonly columns: readonly Column[]
  /**
   * By key, the values in the order of `columns`, in the units of their types (nano-dollars,
   * milliseconds, bytes, fractions); undefined where a row has none.
   */
  readonly rows: ReadonlyMap<string, readonly (TypedValue | undefined)[]>
}

export interface Column {
  readonly name: string
  readonly type: AttributeType
  /** Whether some row has no value. */
  readonly optional: boolean
}

const tableBytesMax = 256 * 1024 * 1024
const diagnosticsMax = 50

/** Loads a table; `directory` is that of the configuration, from which its file is shown. */
export async function loadTable(
  config: TableConfig,
  directory: string,
): Promise<{ readonly table?: Table; readonly diagnostics: readonly Diagnostic[] }> {
  const read = await readText(config.file, tableBytesMax)
  const shownPath = join(dirname(config.span.source.path), relative(directory, config.file))
  if ('refusal' in read) {
    const message = `\`${shownPath}\` cannot be read: ${read.refusal}`
    return { diagnostics: [diagnostic('P901', { message, span: config.span })] }
  }
  const source = new Source(shownPath, read.text)
  const { grid, syntax, faults } = gridOf(read.text, config)
  const all = [...faults]
  const columns = grid ? columnsOf(grid, config, all) : []
  const diagnostics = [
    ...syntax.map((each) => of('P902', each, source)),
    ...all.toSorted((a, b) => a.start - b.start).map((each) => of('P904', each, source)),
    ...(grid ? missingColumns(grid, config) : []),
  ]
  if (!grid || diagnostics.length > 0) return { diagnostics: shortened(diagnostics) }
  return { table: { name: config.name, keyAttribute: config.key, ...columnsAndRows(grid, columns) }, diagnostics }
}

function of(code: 'P902' | 'P904', { message, start, end, related }: Fault, source: Source): Diagnostic {
  return diagnostic(code, {
    message,
    span: { source, start, end },
    ...(related
      ? { related: [{ message: related.message, span: { source, start: related.start, end: related.end } }] }
      : {}),
  })
}

function shortened(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= diagnosticsMax) return diagnostics
  const kept = diagnostics.slice(0, diagnosticsMax)
  const last = kept.at(-1)!
  return [...kept.slice(0, -1), { ...last, help: `${diagnostics.length - diagnosticsMax} more are not shown` }]
}

interface TypedColumn {
  readonly type: AttributeType
  readonly values: readonly (TypedValue | undefined)[]
}

type Read = (type: AttributeType, cell: Tree) => TypedValue | undefined

function columnsOf(grid: Grid, config: TableConfig, faults: Fault[]): readonly TypedColumn[] {
  const read = grid.kind === 'texts' ? readField : readAs
  return grid.columns.map((name, index) => {
    const cells = grid.rows.map((row) => row.cells[index])
    const declared = Object.hasOwn(config.columns, name) ? config.columns[name] : undefined
    if (declared === undefined) {
      const typed = inferred(cells, read)
      if (typed) return typed
    }
    const type = declared ?? 'string'
    const values = cells.map((cell) => {
      if (!isPresent(cell)) return undefined
      const value = declared === undefined ? asText(cell) : read(type, cell)
      if (value === undefined) faults.push({ start: cell.start, end: cell.end, message: unfit(cell, name, type) })
      return value
    })
    return { type, values }
  })
}

function unfit(cell: Tree, column: string, type: AttributeType): string {
  const found =
    cell.kind === 'scalar'
      ? `\`${cell.text.length > 60 ? `${cell.text.slice(0, 57)}…` : cell.text}\``
      : `a ${cell.kind === 'map' ? 'mapping' : 'list'}`
  return `found ${found} in the column \`${column}\`, expected ${expectedOf(type)}`
}

/** JSON `null`, a key without a value and an empty field are all no value. */
function isPresent(cell: Tree | undefined): cell is Tree {
  return cell !== undefined && !(cell.kind === 'scalar' && (cell.value === null || cell.value === ''))
}

const readField: Read = (type, cell) => {
  if (cell.kind !== 'scalar') return undefined
  return readTextAs(type, type === 'string' ? cell.text : cell.text.trim())
}

/** A text column that nobody typed takes numbers and bools by their text. */
function asText(cell: Tree): string | undefined {
  if (cell.kind !== 'scalar') return undefined
  return typeof cell.value === 'string' ? cell.value : cell.text
}

/** A column in the narrowest type that all its values have, or undefined for text; identifiers of digits stay text. */
function inferred(cells: readonly (Tree | undefined)[], read: Read): TypedColumn | undefined {
  const first = cells.find(isPresent)
  if (!first) return undefined
  const guards: readonly (readonly [AttributeType, RegExp])[] = [
    ['int', numeral],
    ['number', numeral],
    ['bool', /^/],
    ['money', /^\s*\$/],
    ['set', /^/],
  ]
  for (const [type, guard] of guards) {
    if ((type === 'set') !== (first.kind === 'list')) continue
    const values: (TypedValue | undefined)[] = []
    const fits = cells.every((cell) => {
      if (!isPresent(cell)) return values.push(undefined)
      if (cell.kind !== first.kind || (cell.kind === 'scalar' && !guard.test(cell.text))) return false
      const value = read(type, cell)
      return value !== undefined && values.push(value)
    })
    if (fits) return { type, values }
  }
  return undefined
}

/** Digits that are an amount: a leading zero or more than sixteen of them make an identifier. */
const numeral = /^(?!\s*[-+]?0\d)(?!\s*[-+]?\d{17,}\s*$)/

function missingColumns(grid: Grid, config: TableConfig): readonly Diagnostic[] {
  return Object.keys(config.columns)
    .filter((name) => !grid.columns.includes(name))
    .map((name) => {
      const message = `the table \`${config.name}\` has no column \`${name}\``
      return diagnostic('P907', {
        message,
        span: config.span,
        help: `its columns are ${grid.columns.map((each) => `\`${each}\``).join(', ')}`,
      })
    })
}

function columnsAndRows(grid: Grid, columns: readonly TypedColumn[]): Pick<Table, 'columns' | 'rows'> {
  const rows = new Map<string, readonly (TypedValue | undefined)[]>()
  for (const [index, row] of grid.rows.entries())
    rows.set(
      row.key,
      columns.map((column) => column.values[index]),
    )
  const named = columns.map(({ type, values }, index) => ({
    name: grid.columns[index]!,
    type,
    optional: values.includes(undefined),
  }))
  return { columns: named, rows }
}
