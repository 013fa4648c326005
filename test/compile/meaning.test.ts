/** The meaning digest: what leaves it as it is, and that it changes wherever a decision does. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CheckedPolicy } from '../../src/check/policy.ts'
import { compilePolicy } from '../../src/compile/compile.ts'
import { linesOf, meaningOf } from '../../src/compile/meaning.ts'
import type { CatalogueEntry } from '../../src/config/catalogue.ts'
import { createDecider } from '../../src/decide/decide.ts'
import { bounded } from '../arbitraries/bounded.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { aim, aimedAt, withFacts } from '../arbitraries/facts.ts'
import { guardPolicy, policyText, restrictPolicy, rewritePolicy, routePolicy } from '../arbitraries/policy.ts'
import { essence, rewordings } from './meaning-cases.ts'

const runs = Number(process.env['LAW_RUNS'] ?? 60)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
const patience = 300_000
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

function checkedOf(text: string): CheckedPolicy {
  const { policy, diagnostics } = checkText(text, loaded)
  if (!policy) throw new Error(diagnostics.map((each) => each.message).join('\n'))
  return policy
}

const linesFor = (text: string): string[] => [...linesOf(compilePolicy(checkedOf(text)))]

const policies = fc.oneof(
  { weight: 4, arbitrary: policyText({ rules: 12 }) },
  ...[guardPolicy, rewritePolicy, restrictPolicy, routePolicy].map((each) => ({
    weight: 1,
    arbitrary: each({ rules: 5 }),
  })),
)

test.each(Object.keys(rewordings))(
  `meaning is kept by: %s (seed ${seed})`,
  (name) => {
    let tried = 0
    const property = fc.property(
      policies,
      fc.nat(),
      bounded((text, draw) => {
        const { policy } = checkText(text, loaded)
        fc.pre(policy !== undefined)
        const reworded = rewordings[name]!(text, policy, draw)
        const changed = checkText(reworded, loaded).policy
        fc.pre(changed !== undefined)
        if (name.startsWith('a route behind'))
          expect(linesFor(reworded)).toEqual(linesFor(reworded.replace(/\nroute never .*/, '')))
        else expect([...linesOf(compilePolicy(changed))]).toEqual([...linesOf(compilePolicy(policy))])
        tried++
      }),
    )
    fc.assert(property, { numRuns: runs, seed })
    expect(tried).toBeGreaterThan(runs / 2)
  },
  patience,
)

test(
  `meaning is kept by the order of variables and the rung of the ladder (seed ${seed})`,
  () => {
    const property = fc.property(policies, (text) => {
      const { policy } = checkText(text, loaded)
      fc.pre(policy !== undefined)
      const meaning = meaningOf(compilePolicy(policy))
      expect(meaningOf(compilePolicy(policy, { reverseOrder: true }))).toBe(meaning)
      expect(meaningOf(compilePolicy(policy, { growth: { itemRuns: 0 } }))).toBe(meaning)
    })
    fc.assert(property, { numRuns: runs, seed })
  },
  patience,
)

/** A policy with one thing changed: a rule left out, two exchanged, a constant or a word replaced. */
function meddled(text: string, draw: number): string {
  const statements = text.split(/\n(?=[a-z]+ )/)
  const at = (draw >> 4) % statements.length
  switch (draw % 4) {
    case 0:
      return statements.filter((_, index) => index !== at).join('\n')
    case 1: {
      const next = (at + 1) % statements.length
      const swapped = [...statements]
      swapped[at] = statements[next]!
      swapped[next] = statements[at]!
      return swapped.join('\n')
    }
    case 2: {
      const numbers = [...text.matchAll(/(?<![\w.:"-])\d+(?=[\s%)\]msh])/g)]
      const found = numbers[(draw >> 4) % Math.max(1, numbers.length)]
      return found
        ? text.slice(0, found.index) + (Number(found[0]) + 1) + text.slice(found.index + found[0].length)
        : text
    }
    default: {
      const words = [...text.matchAll(/\b(and|or|true|false|not|==|!=|core|labs|small|large|eu)\b/g)]
      const found = words[(draw >> 4) % Math.max(1, words.length)]
      const others: Record<string, string> = {
        and: 'or',
        or: 'and',
        true: 'false',
        false: 'true',
        core: 'labs',
        labs: 'core',
      }
      return found
        ? text.slice(0, found.index) + (others[found[0]] ?? 'small') + text.slice(found.index + found[0].length)
        : text
    }
  }
}

test(
  `meaning changes wherever a sampled decision does (seed ${seed})`,
  () => {
    const counts = { differing: 0, equal: 0, unseen: 0 }
    const property = fc.property(
      withFacts(policies, { minLength: 40, maxLength: 40 }),
      fc.nat(),
      fc.array(aim, { minLength: 40, maxLength: 40 }),
      bounded(({ policy: text, facts }, draw, aims) => {
        const other = meddled(text, draw)
        const [a, b] = [checkText(text, loaded).policy, checkText(other, loaded).policy]
        fc.pre(a !== undefined && b !== undefined)
        const [before, after] = [compilePolicy(a), compilePolicy(b)]
        const [one, two] = [createDecider(before), createDecider(after)]
        const differs = [...facts, ...aims.map(aimedAt(other))].some(
          (each) => JSON.stringify(essence(one.decide(each))) !== JSON.stringify(essence(two.decide(each))),
        )
        const isSame = meaningOf(before) === meaningOf(after)
        if (differs) expect(isSame).toBe(false)
        counts[differs ? 'differing' : isSame ? 'equal' : 'unseen']++
      }),
    )
    fc.assert(property, { numRuns: runs * 10, seed })
    process.stdout.write(`meddled policies: ${JSON.stringify(counts)}\n`)
    expect(counts.differing).toBeGreaterThan(runs)
  },
  patience,
)

describe('one meaning in two texts', () => {
  const same: readonly [string, string, string][] = [
    [
      'a set and its members',
      'set s = ["core", "labs"]\nallow a when caller.team in s',
      'allow a when caller.team == "labs" or caller.team == "core"',
    ],
    ['a bound above and from', 'allow a when signal.count > 7', 'allow a when signal.count >= 8'],
    [
      'a range and its values',
      'allow a when signal.count > 7 and signal.count < 10',
      'allow a when signal.count in [9, 8]',
    ],
    ['a glob without a wildcard', 'allow a when caller.team like "core"', 'allow a when caller.team == "core"'],
    ['a glob and a prefix', 'allow a when request.model like "gpt-*"', 'allow a when request.model starts_with "gpt-"'],
    [
      'a pattern and a contained text',
      'allow a when request.model matches /gpt/',
      'allow a when request.model contains "gpt"',
    ],
    [
      'a pattern and its two words',
      'allow a when caller.team matches /^(core|labs)$/',
      'allow a when caller.team in ["core", "labs"]',
    ],
    [
      'a constant that the pattern holds already',
      'allow a when request.model like "gpt-*" or request.model == "gpt-4"',
      'allow a when request.model like "gpt-*"',
    ],
    [
      'a constant beside a pattern',
      'allow a when request.model like "gpt-*" or request.model == "x"',
      'allow a when request.model matches /^(gpt-|x$)/',
    ],
    [
      'an element and the set that it needs',
      'allow a when has signal.labels and signal.labels has "a"',
      'allow a when signal.labels has "a"',
    ],
    [
      'disjoint routes exchanged',
      'allow a\nroute x when request.stream { to alpha/large }\nroute y when not request.stream { to alpha/small }',
      'allow a\nroute y when not request.stream { to alpha/small }\nroute x when request.stream { to alpha/large }',
    ],
    [
      'disjoint guards exchanged',
      'allow a\nguard x when request.stream { block email in request }\nguard y when not request.stream { flag email in request }',
      'allow a\nguard y when not request.stream { flag email in request }\nguard x when request.stream { block email in request }',
    ],
    [
      'an allow that a deny overrides',
      'allow a\nallow b when request.stream because "never said"\ndeny c when request.stream',
      'allow a\ndeny c when request.stream',
    ],
    [
      'a limit on what is denied',
      'allow a\nlimit l when request.stream { 5 requests per 1m }\ndeny c when request.stream',
      'allow a\ndeny c when request.stream',
    ],
    [
      'a restrict of what no route comes to',
      'allow a\nroute r { to alpha/large }\nrestrict x to target.id != "alpha/small"',
      'allow a\nroute r { to alpha/large }',
    ],
    [
      'blocks put together',
      'allow a when signal.origin in ["10.0.0.0/9", "10.128.0.0/9"]',
      'allow a when signal.origin in ["10.0.0.0/8"]',
    ],
    [
      'a closed list and the others of it',
      'allow a when signal.level != "low"',
      'allow a when signal.level in ["mid", "high"]',
    ],
    [
      'a test that a missing value fails',
      'allow a when caller.team != "core"',
      'allow a when not (caller.team == "core")',
    ],
  ]
  test.each(same)('%s', (_, a, b) => {
    expect(linesFor(a)).toEqual(linesFor(b))
    expect(meaningOf(compilePolicy(checkedOf(a)))).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('two meanings', () => {
  const different: readonly [string, string, string][] = [
    ['allow and deny', 'allow a', 'deny a'],
    ['a reason', 'deny a because "x"', 'deny a because "y"'],
    ['a status', 'deny a because "x" status 403', 'deny a because "x" status 404'],
    [
      'overlapping guards exchanged',
      'allow a\nguard x { block email in request }\nguard y { flag email in request }',
      'allow a\nguard y { flag email in request }\nguard x { block email in request }',
    ],
    ['a threshold', 'allow a when signal.score > 1', 'allow a when signal.score >= 1'],
    ['a constant', 'allow a when caller.team == "core"', 'allow a when caller.team == "Core"'],
    [
      'the attribute of an amount',
      'allow a\nlimit l { tenant.seats requests per 1m by caller.team }',
      'allow a\nlimit l { signal.count requests per 1m by caller.team }',
    ],
    ['the target of a shadow', 'allow a\nshadow s { 5% to alpha/large }', 'allow a\nshadow s { 5% to alpha/small }'],
  ]
  test.each(different)('%s', (_, a, b) => {
    expect(linesFor(a)).not.toEqual(linesFor(b))
  })
})

describe('regions that outgrow their bound', () => {
  /** Pairs whose halves stand apart in every alphabetical order: their union doubles with each pair. */
  const pairs = Array.from({ length: 20 }, (_, i) => [`a${i + 10}`, `b${i + 10}`] as const)
  const denies = pairs.map(([a, b]) => `deny ${a} when signal.labels has "${a}" and signal.labels has "${b}"`)
  const meaningFor = (text: string): string => meaningOf(compilePolicy(checkedOf(text)))

  test('have a digest in good time, which names and layout do not change and meaning does', () => {
    const startedAt = performance.now()
    const text = ['allow open', ...denies].join('\n')
    expect(linesFor(text)).toHaveLength(1)
    expect(meaningFor(text.replaceAll('deny a', 'deny other_'))).toBe(meaningFor(text))
    expect(meaningFor(`# said\n${text.replaceAll(' when', '\n  when')}`)).toBe(meaningFor(text))
    expect(meaningFor(text.replace('has "b15"', 'has "b16"'))).not.toBe(meaningFor(text))
    expect(meaningFor(text.replace('deny a15', 'allow a15'))).not.toBe(meaningFor(text))
    expect(performance.now() - startedAt).toBeLessThan(30_000)
  })
})

test('the catalogue counts as far as restricts ask of it', () => {
  const meaningIn = (text: string, change: Partial<CatalogueEntry>): string => {
    const entries = loaded.catalogue.entries.map((each) => (each.id === 'alpha/large' ? { ...each, ...change } : each))
    const { policy } = checkText(text, { ...loaded, catalogue: { ...loaded.catalogue, entries } })
    return meaningOf(compilePolicy(policy!))
  }
  const text = 'allow open\nroute r { to alpha/large }\n'
  const restricted = `${text}restrict eu when request.stream to target.region == "eu"\n`
  expect(meaningIn(text, { region: 'us' })).toBe(meaningIn(text, {}))
  expect(meaningIn(restricted, { context: 7 })).toBe(meaningIn(restricted, {}))
  expect(meaningIn(restricted, { region: 'us' })).not.toBe(meaningIn(restricted, {}))
})
