/** Tables from CSV, JSON and YAML: types, keys, places, and size. */
import { describe, expect, test } from 'vitest'
import type { TableConfig } from '../../src/config/config.ts'
import { loadTable } from '../../src/config/tables.ts'
import { Source } from '../../src/diagnostics/source.ts'
import { sayAll } from './say.ts'
import { scratchFolder } from './scratch.ts'

async function load(file: string, text: string, columns: TableConfig['columns'] = {}, key = 'caller.team') {
  const directory = scratchFolder({ [file]: text })
  const span = { source: new Source(`${directory}/gateway.yaml`, 'tables'), start: 0, end: 6 }
  const { table, diagnostics } = await loadTable(
    { name: 'tenant', file: `${directory}/${file}`, key, columns, span },
    directory,
  )
  const rows = table && Object.fromEntries(table.rows)
  return {
    table,
    rows,
    types: table?.columns.map((each) => `${each.name}: ${each.type}${each.optional ? '?' : ''}`),
    said: sayAll(diagnostics, directory),
  }
}

const expected = {
  types: ['plan: string', 'seats: int', 'cap: money', 'share: number', 'trial: bool?', 'code: string'],
  rows: {
    core: ['pro, "big"', 5, 500_000_000_000, 0.5, true, '007'],
    'growth\nteam': ['free', -1, 250_000_000, 2, undefined, '1'],
  },
}

describe('formats', () => {
  test('CSV', async () => {
    const { types, rows, said, table } = await load(
      't.csv',
      'plan,team,seats,cap,share,trial,code\r\n"pro, ""big""",core,5,$500,0.5,true,007\r\nfree,"growth\nteam",-1,$0.25,2,,1\r\n\r\n',
    )
    expect(said).toBe('')
    expect({ types, rows }).toEqual(expected)
    expect(table?.keyAttribute).toBe('caller.team')
  })

  test('JSON and YAML, mapped by key or as a list', async () => {
    const byKey = {
      core: { plan: 'pro, "big"', seats: 5, cap: '$500', share: 0.5, trial: true, code: '007' },
      'growth\nteam': { plan: 'free', seats: -1, cap: '$0.25', share: 2, trial: null, code: '1' },
    }
    const list = Object.entries(byKey).map(([team, row]) => ({ team, ...row }))
    for (const value of [byKey, list]) {
      const json = JSON.stringify(value, null, 1)
      for (const [file, text] of [
        ['t.json', json],
        ['t.yaml', json],
        ['t.yml', `# a comment makes it YAML\n${json}`],
      ] as const) {
        const { types, rows, said } = await load(file, text)
        expect(said).toBe('')
        expect({ types, rows }).toEqual(expected)
      }
    }
  })

  test('declared types are read in their units', async () => {
    const columns = {
      a: 'money',
      b: 'percent',
      c: 'duration',
      d: 'size',
      e: 'date',
      f: 'ip',
      g: 'set',
      h: 'string',
      i: 'number',
    } as const
    const csv = await load('t.csv', 'key,a,b,c,d,e,f,g,h,i\nx,1.5,80%,5m,10KB,2026-12-24,::1,a|b,5,5\n', columns)
    const yaml = await load(
      't.yaml',
      'x: { a: 1.5, b: 80%, c: 5m, d: 10KB, e: 2026-12-24, f: "::1", g: [a, b], h: "5", i: 5 }\n',
      columns,
    )
    const row = [1_500_000_000, 0.8, 300_000, 10_000, '2026-12-24', '::1', ['a', 'b'], '5', 5]
    expect(csv.said + yaml.said).toBe('')
    expect(csv.rows).toEqual({ x: row })
    expect(yaml.rows).toEqual({ x: row })
  })

  test('a column of mixed values is text, one of lists a set', async () => {
    const { types, rows } = await load('t.yaml', 'a: { x: 1.50, y: [p, q] }\nb: { x: one, y: [] }\n')
    expect(types).toEqual(['x: string', 'y: set'])
    expect(rows).toEqual({ a: ['1.50', ['p', 'q']], b: ['one', []] })
  })
})

describe('what is wrong is said where it stands', () => {
  test('CSV', async () => {
    const { said } = await load('t.csv', 'team,plan,Seats,plan\na,b\na,x,1,2\na,x,1,2\n,"x" y,1,2\nb,c,d,"\n', {
      plan: 'int',
      zone: 'string',
    })
    expect(said).toMatchInlineSnapshot(`
      "P904 1:11 found the column \`Seats\`, expected a name of lower-case letters, digits and \`_\`
        at Seats
      P904 1:17 the key \`plan\` stands twice
        at plan
        1:6 it first stands here
      P904 2:1 found 2 fields, expected 4 as in the header
        at a,b
      P904 3:3 found \`x\` in the column \`plan\`, expected a whole number
        at x
      P904 4:1 the key \`a\` stands twice
        at a
        3:1 it first stands here
      P904 5:1 the key of a row is empty
      P904 5:5 found text after the closing quote of a field
        at  y
      P904 6:3 found \`c\` in the column \`plan\`, expected a whole number
        at c
      P904 6:7 a field in quotes does not end
        at "
      P907 1:1 the table \`tenant\` has no column \`zone\`
        at tables
        help: its columns are \`plan\`, \`Seats\`
      "
    `)
  })

  test('YAML and JSON', async () => {
    const said = [
      (await load('t.yaml', 'a: { x: 1, y: [b] }\nb: { x: one, y: c }\na: {}\nc: 1\n', { x: 'int' })).said,
      (
        await load(
          't.json',
          '[{ "team": "a", "x": "1" }, { "x": 2 }, 3, { "team": "a" }, { "team": "", "A b": 1, "x": 1, "x": 2 }]',
          { x: 'int' },
        )
      ).said,
      (await load('t.yaml', 'a: {\n')).said,
      (await load('t.yaml', '')).said,
      (await load('t.csv', '')).said,
      (await load('t.json', '5')).said,
    ]
    expect(said.join('')).toMatchInlineSnapshot(`
      "P904 1:15 found a list in the column \`y\`, expected a text
        at [b]
      P904 2:9 found \`one\` in the column \`x\`, expected a whole number
        at one
      P904 3:1 the key \`a\` stands twice
        at a
        1:1 it first stands here
      P904 4:1 the row \`c\` is not a mapping of columns to values
        at c
      P904 1:22 found \`1\` in the column \`x\`, expected a whole number
        at "1"
      P904 1:31 a row has no \`key\` or \`team\`
        at "x"
      P904 1:41 a row is not a mapping of columns to values
        at 3
      P904 1:54 the key \`a\` stands twice
        at "a"
        1:12 it first stands here
      P904 1:71 the key of a row is empty
        at ""
      P904 1:93 the key \`x\` stands twice
        at "x"
        1:85 it first stands here
      P902 1:4 the \`{\` that stands here is not closed
        at {
      P904 1:1 the table is empty
      P904 1:1 the table is empty
      P904 1:1 found a single value, expected a mapping of keys to rows, or a list of rows
        at 5
      "
    `)
  })
})

test('a hundred thousand rows load in seconds', async () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `team-${index},pro,${index},$${index}.25,true`)
  const started = performance.now()
  const { table, said } = await load('t.csv', `team,plan,seats,cap,on\n${lines.join('\n')}\n`)
  expect(said).toBe('')
  expect(table?.rows.size).toBe(100_000)
  expect(table?.rows.get('team-99999')).toEqual(['pro', 99_999, 99_999_250_000_000, true])
  expect(performance.now() - started).toBeLessThan(30_000)
})
