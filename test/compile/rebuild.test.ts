/**
 * The law that building again from what the build before left equals building anew: the same bundle, the same
 * diagnostics in the same places, the same decisions, after edits of every kind to files of a policy on disk.
 */
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKept } from '../../src/compile/kept.ts'
import { createWorkspace, openPolicy, type ReadPolicy, readPolicy, type Workspace } from '../../src/compile/load.ts'
import { Source } from '../../src/diagnostics/source.ts'
import { type Aim, aim, aimedAt } from '../arbitraries/facts.ts'
import { keyedPolicy, policyText } from '../arbitraries/policy.ts'
import { type Change, changed, changes } from '../arbitraries/text-changes.ts'
import { worldConfig, worldDirectory } from '../arbitraries/world.ts'
import { scratchFolder } from '../config/scratch.ts'

const runs = Number(process.env['LAW_RUNS'] ?? 300)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)

/** An edit of one of the two files, by lines that are drawn as shares of their number. */
interface LineEdit {
  readonly file: 0 | 1
  readonly kind: 'delete' | 'insert' | 'move' | 'change' | 'declare' | 'type' | 'mend'
  readonly from: number
  readonly to: number
  readonly typed: readonly Change[]
}

const share = fc.double({ min: 0, max: 0.999, noNaN: true })
const lineEdits = fc.array(
  fc.record({
    file: fc.constantFrom(0 as const, 1 as const),
    kind: fc.constantFrom(...(['delete', 'insert', 'move', 'change', 'change', 'declare', 'type', 'mend'] as const)),
    from: share,
    to: share,
    typed: changes,
  }),
  { minLength: 2, maxLength: 8 },
)

/** The text after an edit; `first` is what it was in the beginning. */
function edited(text: string, first: string, { kind, from, to, typed }: LineEdit): string {
  const lines = text.split('\n')
  const at = Math.floor(from * lines.length)
  const line = lines[at]!
  switch (kind) {
    case 'delete':
      return lines.toSpliced(at, 1).join('\n')
    case 'insert':
      return lines.toSpliced(at, 0, line.replace(/^(\w+) (\w+)/, '$1 more_$2')).join('\n')
    case 'move':
      return lines
        .toSpliced(at, 1)
        .toSpliced(Math.floor(to * lines.length), 0, line)
        .join('\n')
    case 'change':
      return lines.with(at, otherConstants(line)).join('\n')
    case 'declare': {
      const declared = lines.findIndex((each, index) => index >= at && /^(set|define|pool) /.test(each))
      return declared < 0 ? text : lines.with(declared, otherConstants(lines[declared]!)).join('\n')
    }
    case 'type':
      return typed.reduce(changed, text)
    case 'mend':
      return first
  }
}

/** The same statement about other values. */
function otherConstants(line: string): string {
  return line
    .replace(
      /"(core|growth|labs|small|large|eu|admin)"/g,
      (_, word: string) => `"${word === 'core' ? 'labs' : 'core'}"`,
    )
    .replace(/\b(\d+)\b/, (digits) => String(Number(digits) + 1))
}

/** What was read, as text; a span is its path and its two ends. */
function written(read: Pick<ReadPolicy, 'diagnostics' | 'checked'>): string {
  const { diagnostics, checked } = read
  const laws = { assertions: checked?.assertions, assumptions: checked?.assumptions, tests: checked?.tests }
  const all = { diagnostics, rules: checked?.rules, declarations: checked?.declarations, ...laws }
  return JSON.stringify(all, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    return value instanceof Source ? `${value.path} ${value.text.length}` : value
  })
}

async function expectAlike(gateway: string, workspace: Workspace, text: string, aims: readonly Aim[]): Promise<void> {
  const again = await readPolicy(gateway, { env: {}, workspace })
  const anew = await readPolicy(gateway, { env: {} })
  expect(written(again)).toBe(written(anew))
  if (!again.checked || !anew.checked) return
  const incremental = openPolicy(again.config!, again.checked, again.diagnostics, { workspace })
  const whole = openPolicy(anew.config!, anew.checked, anew.diagnostics)
  expect(incremental.digest).toBe(whole.digest)
  expect(written(incremental)).toBe(written(whole))
  for (const facts of aims.map(aimedAt(text))) expect(incremental.decide(facts)).toStrictEqual(whole.decide(facts))
}

const gatewayText = JSON.stringify({ policy: './main.policy', ...worldConfig })
const names = ['main.policy', 'part.policy'] as const

async function followEdits(whole: string, edits: readonly LineEdit[], aims: readonly Aim[]): Promise<void> {
  const folder = scratchFolder({ 'gateway.yaml': gatewayText })
  copyFileSync(join(worldDirectory, 'tenants.csv'), join(folder, 'tenants.csv'))
  const lines = whole.split('\n')
  const half = lines.length >> 1
  const first = [`${lines.slice(0, half).join('\n')}\nimport "./part.policy"\n`, lines.slice(half).join('\n')]
  const texts = [...first]
  const workspace = createWorkspace()
  const check = async (): Promise<void> => {
    for (const [index, name] of names.entries()) writeFileSync(join(folder, name), texts[index]!)
    await expectAlike(join(folder, 'gateway.yaml'), workspace, texts.join('\n'), aims)
  }
  await check()
  for (const edit of edits) {
    texts[edit.file] = edited(texts[edit.file]!, first[edit.file]!, edit)
    await check()
  }
}

test.each([
  ['policies of every kind of statement', policyText(), Math.ceil(runs / 6)],
  ['policies of many rules', keyedPolicy({ rules: 60 }), Math.ceil(runs / 30)],
] as const)(
  `incremental rebuild equals rebuild: %s (seed ${seed})`,
  async (_, policies, numRuns) => {
    const aims = fc.array(aim, { minLength: 5, maxLength: 5 })
    await fc.assert(fc.asyncProperty(policies, lineEdits, aims, followEdits), { numRuns, seed })
  },
  600_000,
)

test('what a build does not ask for is forgotten by the next but one', () => {
  const kept = createKept<number>()
  let made = 0
  const ask = (key: string): number => kept.of(key, () => ++made)
  expect([ask('a'), ask('b'), ask('a')]).toEqual([1, 2, 1])
  kept.turn()
  expect(ask('a')).toBe(1)
  kept.turn()
  expect([ask('a'), ask('b')]).toEqual([1, 3])
})

test('a workspace holds the texts of the last build alone', async () => {
  const config = { providers: { sandbox: { type: 'simulator' } } }
  const workspace = createWorkspace()
  for (const policy of ['allow a', 'allow b', 'allow c when'])
    await readPolicy({ config, policy }, { env: {}, workspace })
  expect([...workspace.texts.values()].map(({ source }) => source.text)).toEqual(['allow c when'])
})
