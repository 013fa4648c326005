/**
 * Whole policies as text: well-typed, with unique names, every reference to something that exists, and
 * enough of each outcome that laws about them are about something.
 */
import fc from 'fast-check'
import type { Statement } from './clause.ts'
import { type Draft, defineCondition, requestCondition, type Scope } from './condition.ts'
import * as effect from './effect-statement.ts'
import { route } from './route-statement.ts'
import * as statement from './statement.ts'
import { models } from './world.ts'

type Kind =
  | 'allow'
  | 'deny'
  | 'restrict'
  | 'route'
  | 'cache'
  | 'limit'
  | 'budget'
  | 'guard'
  | 'rewrite'
  | 'shadow'
  | 'log'
  | 'assert'
  | 'assume'
  | 'test'

interface Part {
  readonly kind: Kind
  readonly draft: Statement
}

/** What stands before the rules: sets, defines, pools. */
interface Declarations {
  readonly sets: readonly string[]
  readonly defines: readonly Draft[]
  readonly pools: readonly string[]
}

export interface PolicyKnobs {
  /** The number of rules, at most; about as many as this in keyed policies. */
  readonly rules?: number
}

const weights: readonly [Kind, fc.Arbitrary<Statement>, number][] = [
  ['allow', statement.allow, 5],
  ['deny', statement.deny, 4],
  ['restrict', statement.restrict, 3],
  ['route', route(), 6],
  ['cache', statement.cache, 2],
  ['limit', effect.limit, 2],
  ['budget', effect.budget, 2],
  ['guard', effect.guard, 2],
  ['rewrite', effect.rewrite, 2],
  ['shadow', effect.shadow, 2],
  ['log', effect.log, 2],
  ['assert', statement.assertion, 1],
  ['assume', statement.assumption, 1],
  ['test', statement.test, 1],
]

function partOf(kind: Kind, draft: fc.Arbitrary<Statement>): fc.Arbitrary<Part> {
  return draft.map((each) => ({ kind, draft: each }))
}

const anyPart = fc.oneof(...weights.map(([kind, draft, weight]) => ({ weight, arbitrary: partOf(kind, draft) })))

const declarations: fc.Arbitrary<Declarations> = fc.record({
  sets: fc.array(
    fc
      .subarray(['core', 'growth', 'labs', 'Core', 'small', 'large', 'alpha/small', 'eu', 'admin', 'u1', ''], {
        minLength: 1,
        maxLength: 5,
      })
      .map((each) => `[${each.map((item) => JSON.stringify(item)).join(', ')}]`),
    { maxLength: 2 },
  ),
  defines: fc.array(defineCondition, { maxLength: 2 }),
  pools: fc.array(
    fc
      .shuffledSubarray([...models.map((each) => each.id), 'gamma/*', 'sand/*'], { minLength: 1, maxLength: 4 })
      .map((each) => `[${each.join(', ')}]`),
    { maxLength: 2 },
  ),
})

function print({ sets, defines, pools }: Declarations, parts: readonly Part[]): string {
  const named = parts.map((part, index) => ({ ...part, name: `${part.kind}_${index + 1}` }))
  const namesOf = (kind: Kind) => named.filter((each) => each.kind === kind).map((each) => each.name)
  const scope: Scope = {
    textSets: sets.map((_, index) => `set_${index + 1}`),
    defines: defines.map((_, index) => `define_${index + 1}`),
    pools: pools.map((_, index) => `pool_${index + 1}`),
    budgets: namesOf('budget'),
    limits: namesOf('limit'),
  }
  return [
    ...sets.map((each, index) => `set set_${index + 1} = ${each}`),
    ...defines.map((each, index) => `define define_${index + 1} = ${each({ ...scope, defines: [] })}`),
    ...pools.map((each, index) => `pool pool_${index + 1} = ${each}`),
    ...named.map((each) => each.draft(each.name, scope)),
    '',
  ].join('\n')
}

/** A whole policy of every kind of statement; most have an `allow`, a route for everything, and several rules. */
export function policyText({ rules = 9 }: PolicyKnobs = {}): fc.Arbitrary<string> {
  const mostly = (part: fc.Arbitrary<Part>) => fc.option(part, { freq: 8, nil: undefined })
  return fc
    .tuple(
      declarations,
      mostly(partOf('allow', statement.allow)),
      fc.array(anyPart, { minLength: 1, maxLength: rules, size: rules > 10 ? 'max' : 'small' }),
      mostly(partOf('route', route(fc.constant<Draft>(() => '')))),
    )
    .map(([declared, first, parts, last]) =>
      print(declared, [...(first ? [first] : []), ...parts, ...(last ? [last] : [])]),
    )
}

/** Policies whose rules are of one kind alone, behind an `allow` for everyone where the kind needs one. */
function single(...kinds: readonly Kind[]): (knobs?: PolicyKnobs) => fc.Arbitrary<string> {
  const parts = weights.filter(([kind]) => kinds.includes(kind)).map(([kind, draft]) => partOf(kind, draft))
  const open: Part = { kind: 'allow', draft: (name) => `allow ${name}` }
  const before = kinds.includes('allow') || kinds.includes('deny') ? [] : [open]
  return ({ rules = 8 } = {}) =>
    fc
      .tuple(
        declarations,
        fc.array(fc.oneof(...parts), { minLength: 1, maxLength: rules, size: rules > 10 ? 'max' : 'small' }),
      )
      .map(([declared, each]) => print(declared, [...before, ...each]))
}

export const accessPolicy = single('allow', 'deny')
export const routePolicy = single('route')
export const restrictPolicy = single('restrict', 'route', 'shadow')
export const cachePolicy = single('cache')
export const limitPolicy = single('limit')
export const budgetPolicy = single('budget')
export const guardPolicy = single('guard')
export const rewritePolicy = single('rewrite')
export const shadowPolicy = single('shadow')
export const logPolicy = single('log')

/** Large policies in which nine rules of ten name a team of their own, as gateways of many tenants have them. */
export function keyedPolicy({ rules = 100 }: PolicyKnobs = {}): fc.Arbitrary<string> {
  const keyed = fc
    .tuple(fc.nat(9), fc.nat(rules), fc.constantFrom('allow', 'deny', 'route', 'limit'), requestCondition)
    .map(([tenth, team, kind, condition]): Part => {
      const guard: Draft = (scope) =>
        tenth === 9 ? condition(scope) : `caller.team == "t${team}" and ${condition(scope)}`
      switch (kind) {
        case 'allow':
        case 'deny':
          return { kind, draft: (name, scope) => `${kind} ${name} when ${guard(scope)}` }
        case 'route':
          return {
            kind,
            draft: (name, scope) => `route ${name} when ${guard(scope)} { to ${models[team % models.length]!.id} }`,
          }
        default:
          return {
            kind: 'limit',
            draft: (name, scope) => `limit ${name} when ${guard(scope)} { ${team + 1} requests per 1m by caller.team }`,
          }
      }
    })
  return fc
    .tuple(declarations, fc.array(keyed, { minLength: Math.ceil(rules * 0.9), maxLength: rules, size: 'max' }))
    .map(([declared, parts]) => print(declared, parts))
}
