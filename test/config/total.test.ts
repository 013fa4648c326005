// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration are written so
/** Loading is total: whatever the text, nothing is thrown, every span lies within it, and time is bounded. */

import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJsonTree } from '../../src/config/json-tree.ts'
import type { LoadResult } from '../../src/config/load.ts'
import { loadConfig, loadConfigValue } from '../../src/config/load.ts'
import { loadTable } from '../../src/config/tables.ts'
import { parseTree, toValue } from '../../src/config/tree.ts'
import { Source } from '../../src/diagnostics/source.ts'
import { scratchFolder } from './scratch.ts'

const sample = `policy: ./main.policy
listen: { host: 127.0.0.1, port: 8080, admin: { port: 8081, token: "\${KEY}" } }
gateway: { region: eu-west, time_zone: Europe/Berlin }
providers:
  openai: &o { type: openai, api_key: "planted-literal-key", region: us }
  local: { type: openai-compatible, base_url: http://127.0.0.1:11434/v1, headers: { x-a: "\${X:-y}" } }
  sandbox:
    type: simulator
models:
  local/llama3.1:8b: { context: 131072, capabilities: [tools], price: { input: $0, output: 0.25 } }
attributes:
  caller.data_class: { type: string, enum: [public, secret], from: key.metadata.data_class, default: public }
tables: { tenant: { file: ./t.csv, key: caller.team } }
callers: { keys: true, jwt: [{ issuer: a, audience: b, jwks_uri: https://c/d, claims: { team: groups[0] } }] }
state: { type: redis, url: "redis://:planted-password@h" }
ledger: { type: sqlite, path: ./data/ledger.db }
bounds: { body_bytes: 10MB, drain: 5s }
`

function check(result: LoadResult): void {
  expect(result.config === undefined).toBe(result.diagnostics.length > 0)
  for (const { span, message, related } of result.diagnostics) {
    expect(result.sources).toContain(span.source)
    for (const each of [span, ...related.map((other) => other.span)]) {
      expect(each.start).toBeGreaterThanOrEqual(0)
      expect(each.end).toBeGreaterThanOrEqual(each.start)
      expect(each.end).toBeLessThanOrEqual(each.source.text.length)
    }
    expect(message).not.toMatch(/planted-in-environment|planted-password|undefined|\[object|must NOT|additionalProp/)
  }
}

const folder = scratchFolder({ 'main.policy': '', 't.csv': 'team,plan\na,b\n' })

async function loadText(text: string): Promise<LoadResult> {
  writeFileSync(`${folder}/gateway.yaml`, text)
  return loadConfig(folder, { env: { KEY: 'planted-in-environment' } })
}

const scraps = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ': ',
  '- ',
  '\n',
  '  ',
  '"',
  "'",
  '&o ',
  '*o',
  '!tag ',
  '#',
  '${KEY}',
  '${',
  '$${',
  'null',
  '<<: *o',
  '\t',
  '|\n',
  '? ',
  '---\n',
  '%',
  '1e99',
  '.nan',
  '\u0000',
  '\ud800',
  'x'.repeat(3000),
]

const mutated = fc
  .array(fc.record({ at: fc.nat(sample.length), cut: fc.nat(12), put: fc.constantFrom(...scraps) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((edits) => edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), sample))

describe('loading is total', () => {
  test('the sample itself is right', async () => {
    expect((await loadText(sample)).diagnostics).toEqual([])
  })

  test('mutated configurations', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async (text) => check(await loadText(text))),
      { numRuns: 300 },
    )
  })

  test('random texts', async () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...scraps, 'providers', 'type', 'simulator'), fc.string()), {
      maxLength: 30,
    })
    await fc.assert(
      fc.asyncProperty(text, async (parts) => check(await loadText(parts.join('')))),
      { numRuns: 200 },
    )
  })

  test('random values', async () => {
    const key = fc.oneof(
      fc.constantFrom('providers', 'listen', 'models', 'state', 'type', '__proto__', 'a/b'),
      fc.string(),
    )
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.integer(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.bigInt(),
        fc.constantFrom('simulator', '${KEY}'),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 5 }),
      ),
    })).any
    await fc.assert(
      fc.asyncProperty(value, async (each) => check(await loadConfigValue(each, { env: {}, directory: folder }))),
      { numRuns: 300 },
    )
  })

  test('tables', async () => {
    const span = { source: new Source('gateway.yaml', 'x'), start: 0, end: 1 }
    const text = fc.array(
      fc.oneof(
        fc.constantFrom(',', '"', '\n', '\r\n', 'team', 'a', '1', '$', '{', '}', '[', ']', ':', ': '),
        fc.string(),
      ),
      { maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('csv', 'json', 'yaml'), async (parts, extension) => {
        const file = `${folder}/random.${extension}`
        writeFileSync(file, parts.join(''))
        const { table, diagnostics } = await loadTable(
          { name: 't', file, key: 'caller.team', columns: {}, span },
          folder,
        )
        expect(table === undefined).toBe(diagnostics.length > 0)
        for (const each of diagnostics) expect(each.span.end).toBeLessThanOrEqual(each.span.source.text.length)
      }),
      { numRuns: 200 },
    )
  })

  test('JSON as a tree is what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(toValue(parseJsonTree(text)!.tree)).toEqual(JSON.parse(text))
      }),
    )
    for (const text of [
      '',
      '{',
      '[1,]',
      '{"a":1,}',
      '01',
      '1.',
      '"\n"',
      "'a'",
      'nul',
      '[1] 2',
      '"\\x"',
      '['.repeat(100_000),
    ]) {
      expect(parseJsonTree(text), text.slice(0, 10)).toBeUndefined()
    }
  })
})

describe('hostile texts end soon', () => {
  const bomb = [
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`),
  ].join('\n')
  const chain = ['a0: &a0 [x]', ...Array.from({ length: 500 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`)].join('\n')
  const half = 500_000
  const texts: Readonly<Record<string, string>> = {
    bomb,
    chain,
    cycle: 'a: &a [*a]\n',
    brackets: '['.repeat(20_000),
    closing: ']'.repeat(20_000),
    braces: '{a: '.repeat(5_000),
    dashes: '- '.repeat(5_000),
    references: `policy: "${'${A:-'.repeat(half / 5)}"\n`,
    dollars: `policy: "${'$${'.repeat(half / 3)}"\n`,
    users: `policy: "${'://a'.repeat(half / 4)}"\n`,
    letters: `${'a'.repeat(half)}\n`,
    longKey: `? ${'a_'.repeat(half / 2)}\n: 1\n`,
    brokenLetters: `"${'secret_'.repeat(half / 7)}\n`,
    keys: Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`).join('\n'),
    attributes: `attributes:\n${Array.from({ length: 5_000 }, (_, i) => `  a.b${i}: { type: string, from: host }`).join('\n')}\n`,
  }
  for (const [name, text] of Object.entries(texts)) {
    test(name, async () => {
      const started = performance.now()
      const result = await loadText(text)
      check(result)
      expect(result.diagnostics.length).toBeLessThanOrEqual(200)
      expect(performance.now() - started).toBeLessThan(30_000)
    })
  }

  test('an alias is followed, and one of a value above it is not', () => {
    expect(toValue(parseTree('a: &x { b: 1 }\nc: *x\n', 100).tree!)).toEqual({ a: { b: 1 }, c: { b: 1 } })
    expect(parseTree('a: &x { b: *x }\n', 100).faults.map((each) => each.message)).toEqual([
      'no anchor `&x` stands before the alias `*x`',
    ])
    expect(parseTree('a: *x"redis://:secret@host"\n', 100).faults.map((each) => each.message)).toEqual([
      'no anchor `&x"redis://…@host"` stands before the alias `*x"redis://…@host"`',
    ])
  })
})
