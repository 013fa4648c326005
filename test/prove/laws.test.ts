/** Laws of the prover, on generated policies: what it reports is so, and what it does not report is not. */
import { isIP } from 'node:net'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CheckedPolicy } from '../../src/check/policy.ts'
import { compilePolicy } from '../../src/compile/compile.ts'
import { createDecider } from '../../src/decide/decide.ts'
import type { Facts } from '../../src/decide/facts.ts'
import { parseDate } from '../../src/decide/quantity.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { Source } from '../../src/diagnostics/source.ts'
import { changesBetween } from '../../src/prove/changes.ts'
import { type Diff, diffPolicies, type Side } from '../../src/prove/diff.ts'
import { prove } from '../../src/prove/prove.ts'
import { formatPolicy } from '../../src/syntax/format.ts'
import { bounded } from '../arbitraries/bounded.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { aim, aimedAt } from '../arbitraries/facts.ts'
import { accessPolicy, policyText, restrictPolicy, routePolicy } from '../arbitraries/policy.ts'
import { reference } from '../reference/read.ts'

const runs = Number(process.env['LAW_RUNS'] ?? 60)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
const patience = 300_000
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

function checkedOf(text: string): CheckedPolicy {
  const { policy } = checkText(text, loaded)
  fc.pre(policy !== undefined)
  return policy
}

function sideOf(text: string): Side {
  const graph = compilePolicy(checkedOf(text))
  return { graph, decide: createDecider(graph).decide }
}

function proved(text: string): { readonly checked: CheckedPolicy; readonly found: readonly Diagnostic[] } {
  const checked = checkedOf(text)
  return { checked, found: prove({ checked, graph: compilePolicy(checked), config: loaded.config }) }
}

const policies = fc.oneof(
  { weight: 3, arbitrary: policyText({ rules: 8 }) },
  { weight: 1, arbitrary: accessPolicy({ rules: 6 }) },
  { weight: 1, arbitrary: restrictPolicy({ rules: 6 }) },
  { weight: 1, arbitrary: routePolicy({ rules: 6 }) },
)

/** The policy with one statement left out: most often a small difference. */
function without(text: string, draw: number): string {
  const { policy } = checkText(text, loaded)
  fc.pre(policy !== undefined && policy.rules.length > 0)
  const { node } = policy!.rules[draw % policy!.rules.length]!
  return text.slice(0, node.span.start) + text.slice(node.span.end)
}

function agrees(diff: Diff, before: Side, after: Side, facts: Readonly<Record<string, unknown>>): void {
  const differs = changesBetween(before.decide(facts), after.decide(facts)).length > 0
  if (differs) expect(diff.regions.some((each) => each.contains(facts))).toBe(true)
  else expect(diff.regions.some((each) => each.isExact && each.contains(facts))).toBe(false)
}

describe('diff is exact', () => {
  test(
    `of a policy and an edit of it (seed ${seed})`,
    () => {
      const property = fc.property(
        policies,
        fc.nat(),
        fc.array(aim, { minLength: 20, maxLength: 20 }),
        bounded((text, draw, aims) => {
          const before = sideOf(text)
          const after = sideOf(without(text, draw))
          const diff = diffPolicies(before, after)
          expect(diff.equal).toBe(diff.regions.length === 0)
          for (const { witness, changes } of diff.regions) {
            expect(changesBetween(before.decide(witness), after.decide(witness))).toEqual(changes)
            expect(changes).not.toEqual([])
          }
          for (const facts of aims.map(aimedAt(text))) agrees(diff, before, after, facts)
          expect(diffPolicies(after, before).equal).toBe(diff.equal)
        }),
      )
      fc.assert(property, { numRuns: runs, seed })
    },
    patience,
  )

  test(
    `of two policies that have nothing to do with each other (seed ${seed})`,
    () => {
      const property = fc.property(
        policyText({ rules: 4 }),
        policyText({ rules: 4 }),
        fc.array(aim, { minLength: 20, maxLength: 20 }),
        bounded((a, b, aims) => {
          const [before, after] = [sideOf(a), sideOf(b)]
          const diff = diffPolicies(before, after)
          for (const read of [aimedAt(a), aimedAt(b)])
            for (const facts of aims.map(read)) agrees(diff, before, after, facts)
        }),
      )
      fc.assert(property, { numRuns: Math.ceil(runs / 2), seed })
    },
    patience,
  )

  test(
    `of a policy and itself, and of it laid out anew (seed ${seed})`,
    () => {
      const property = fc.property(
        policies,
        bounded((text) => {
          const side = sideOf(text)
          expect(diffPolicies(side, sideOf(text)).regions).toEqual([])
          const formatted = formatPolicy(new Source('main.policy', text))
          if (!('text' in formatted)) throw new Error('what was checked can be laid out')
          expect(diffPolicies(side, sideOf(formatted.text)).regions).toEqual([])
        }),
      )
      fc.assert(property, { numRuns: runs, seed })
    },
    patience,
  )
})

describe('proofs are sound', () => {
  test(
    `every witness replays, and what is reported as dead never fires (seed ${seed})`,
    () => {
      const property = fc.property(
        policies,
        fc.array(aim, { minLength: 40, maxLength: 40 }),
        bounded((text, aims) => {
          const { checked, found } = proved(text)
          // A witness that does not replay is reported as such.
          expect(found.filter((each) => each.message.includes('bug of policyc'))).toEqual([])
          const decide = reference(text)
          const named = new Map(checked.rules.map((each) => [each.nameSpan.start, each]))
          const facts = aims.map(aimedAt(text)).map(possible)
          for (const { code, span } of found) {
            const rule = named.get(span.start)
            if (!rule) continue
            const without = sideOfOthers(checked, text, rule.index)
            for (const each of facts) {
              const decision = decide(each)
              if (code === 'P302') expect([decision.route?.rule, decision.cache?.rule]).not.toContain(rule.name)
              if (code === 'P502')
                expect(decision.access.effect === 'allow' && decision.access.rules.includes(rule.name)).toBe(false)
              if (code === 'P303' && without) expect(changesBetween(decision, without.decide(each))).toEqual([])
            }
          }
        }),
      )
      fc.assert(property, { numRuns: runs, seed })
    },
    patience,
  )

  test(
    `a request that is shown is as it is said to be, and none is where none is shown (seed ${seed})`,
    () => {
      const property = fc.property(
        policies,
        fc.array(aim, { minLength: 60, maxLength: 60 }),
        bounded((text, aims) => {
          const { found } = proved(text)
          const has = (code: string): boolean => found.some((each) => each.code === code || each.code === 'P603')
          const decide = reference(text)
          for (const facts of aims.map(aimedAt(text)).map(possible)) {
            const decision = decide(facts)
            if (decision.access.effect === 'deny') continue
            if (decision.route === null) expect(has('P401')).toBe(true)
            const names = decision.rewrites.flatMap(({ set }) => set)
            const temperatures = new Set(names.flatMap((each) => (each.kind === 'temperature' ? [each.value] : [])))
            if (temperatures.size > 1) expect(has('P501')).toBe(true)
          }
        }),
      )
      fc.assert(property, { numRuns: runs, seed })
    },
    patience,
  )
})

/** The request as the gateway could get it: its time and address known, its kind of caller switched on. */
function possible(facts: Readonly<Record<string, unknown>>): Facts {
  const group = (name: string): Record<string, unknown> => {
    const value = facts[name]
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  }
  const { hour, weekday, date } = group('time')
  const { kind, ip } = group('caller')
  const { env } = group('gateway')
  return {
    ...facts,
    caller: {
      ...group('caller'),
      kind: kind === 'key' || kind === 'host' ? kind : 'key',
      ip: typeof ip === 'string' && isIP(ip) > 0 ? ip : '10.1.2.3',
    },
    time: {
      hour: Number.isInteger(hour) && (hour as number) >= 0 && (hour as number) < 24 ? hour : 12,
      weekday: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].includes(weekday as string) ? weekday : 'mon',
      date: parseDate(date) === undefined ? '2026-06-15' : date,
    },
    gateway: typeof env === 'string' ? { env } : {},
  }
}

/** The policy without one rule; undefined where others need its name. */
function sideOfOthers(checked: CheckedPolicy, text: string, index: number): Side | undefined {
  const { node } = checked.rules[index]!
  const { policy } = checkText(text.slice(0, node.span.start) + text.slice(node.span.end), loaded)
  if (!policy) return undefined
  const graph = compilePolicy(policy)
  return { graph, decide: createDecider(graph).decide }
}
