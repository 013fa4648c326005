/**
 * Well-typed conditions, as functions from what a policy declares to their text: so that a reference to
 * a set or a define is always one that exists, and a failing policy still shrinks.
 */
import fc from 'fast-check'
import { globs, patterns, requestWords, targetWords, type Word } from './vocabulary.ts'

/** What a policy declares, as far as conditions and bodies may name it. */
export interface Scope {
  readonly textSets: readonly string[]
  readonly defines: readonly string[]
  readonly pools: readonly string[]
  readonly budgets: readonly string[]
  readonly limits: readonly string[]
}

export type Draft = (scope: Scope) => string

/** A member picked by an index that is always in range, or nothing where there is no member. */
export function pick<T>(items: readonly T[], index: number): T | undefined {
  return items[index % items.length]
}

/** A literal as a policy writes it. */
function literal(word: Word, constant: string): string {
  return ['string', 'date', 'ip', 'set'].includes(word.type) ? JSON.stringify(constant) : constant
}

function constantOf(word: Word): fc.Arbitrary<string> {
  return fc.constantFrom(...word.constants.map((each) => literal(word, each)))
}

function listOf(word: Word): fc.Arbitrary<string> {
  const all = word.constants.map((each) => literal(word, each))
  return fc.subarray(all, { minLength: 1, maxLength: Math.min(4, all.length) }).map((each) => `[${each.join(', ')}]`)
}

const blocks = (word: Word) => word.constants.filter((each) => !each.includes('/'))

/** Every test that the type of an attribute has. */
function testsOf(word: Word): fc.Arbitrary<Draft>[] {
  const { name, type } = word
  const plain = (text: fc.Arbitrary<string>): fc.Arbitrary<Draft> => text.map((each) => () => `${name} ${each}`)
  const joined = (operators: readonly string[], value: fc.Arbitrary<string>) =>
    plain(fc.tuple(fc.constantFrom(...operators), value).map((each) => each.join(' ')))
  const present = word.optional ? [fc.constant<Draft>(() => `has ${name}`)] : []
  const listed = () => joined(['in', 'not in'], listOf(word))
  switch (type) {
    case 'bool':
      return [...present, fc.constant<Draft>(() => name), joined(['==', '!='], fc.constantFrom('true', 'false'))]
    case 'set':
      return [...present, joined(['has'], constantOf(word)), joined(['has any', 'has all'], listOf(word))]
    case 'ip': {
      const single = { ...word, constants: blocks(word) }
      return [...present, joined(['in', 'not in'], listOf(word)), joined(['==', '!='], constantOf(single))]
    }
    case 'string':
      if (word.isEnum) return [...present, joined(['==', '!='], constantOf(word)), listed()]
      return [
        ...present,
        joined(['==', '!=', '~='], constantOf(word)),
        listed(),
        joined(
          ['starts_with', 'ends_with', 'contains'],
          constantOf({ ...word, constants: word.constants.filter(Boolean) }),
        ),
        joined(['like'], fc.constantFrom(...globs.map((each) => JSON.stringify(each.glob)))),
        joined(['matches'], fc.constantFrom(...patterns.map((each) => each.pattern))),
        fc.tuple(fc.constantFrom('in', 'not in'), fc.nat(3)).map(([operator, index]): Draft => {
          return (scope) => {
            const set = name.startsWith('target.') ? undefined : pick(scope.textSets, index)
            return set ? `${name} ${operator} ${set}` : `${name} == ${literal(word, word.constants[0]!)}`
          }
        }),
      ]
    default:
      return [
        ...present,
        joined(['==', '!=', '<', '<=', '>', '>='], constantOf(word)),
        ...(type === 'int' ? [listed()] : []),
      ]
  }
}

function wordTest(word: Word): fc.Arbitrary<Draft> {
  return fc.oneof(...testsOf(word))
}

/** Attributes that decide much come up more often, so that policies have something to say. */
const frequent = ['caller.team', 'request.model', 'caller.role', 'caller.region', 'caller.kind', 'request.stream']

const frequentTest = fc.oneof(...requestWords.filter((each) => frequent.includes(each.name)).map(wordTest))
const anyTest = fc.oneof(...requestWords.map(wordTest))
const targetTest = fc.oneof(...targetWords.map(wordTest))

const namedDefine = fc.nat(3).map(
  (index): Draft =>
    (scope) =>
      pick(scope.defines, index) ?? 'has caller.team',
)

/** How much of a meter is used, or whether a provider is healthy. */
const meterTest = fc
  .tuple(
    fc.constantFrom('budget', 'limit', 'provider'),
    fc.nat(3),
    fc.constantFrom('==', '!=', '<', '<=', '>', '>='),
    fc.constantFrom('0%', '80%', '99.5%', '100%', '120%'),
  )
  .map(
    ([family, index, operator, used]): Draft =>
      (scope) => {
        if (family === 'provider') return `provider.${pick(['alpha', 'beta', 'gamma'], index)}.healthy`
        const name = pick(family === 'budget' ? scope.budgets : scope.limits, index)
        return name ? `${family}.${name}.used ${operator} ${used}` : 'provider.alpha.healthy'
      },
  )

const poolTest = fc.tuple(fc.boolean(), fc.nat(3)).map(
  ([negated, index]): Draft =>
    (scope) => {
      const pool = pick(scope.pools, index)
      return `target.id ${negated ? 'not in' : 'in'} ${pool ?? '[alpha/large, delta/tiny:8b]'}`
    },
)

/** Nested `and`, `or`, `not` over tests, with parentheses where they are needed and where they are not. */
function combined(leaf: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> {
  return fc.letrec<{ node: Draft; leaf: Draft; or: Draft; and: Draft; not: Draft }>((tie) => ({
    leaf,
    or: fc.tuple(tie('node'), tie('node')).map(
      ([a, b]): Draft =>
        (scope) =>
          `(${a(scope)} or ${b(scope)})`,
    ),
    and: fc.tuple(tie('node'), tie('node')).map(
      ([a, b]): Draft =>
        (scope) =>
          `(${a(scope)} and ${b(scope)})`,
    ),
    not: tie('node').map(
      (of): Draft =>
        (scope) =>
          `not (${of(scope)})`,
    ),
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: tie('leaf') },
      { weight: 1, arbitrary: tie('or') },
      { weight: 1, arbitrary: tie('and') },
      { weight: 1, arbitrary: tie('not') },
    ),
  })).node
}

const requestLeaf = fc.oneof(
  { weight: 4, arbitrary: frequentTest },
  { weight: 5, arbitrary: anyTest },
  { weight: 1, arbitrary: namedDefine },
)

/** A condition of a define: over the request and its caller, naming no other define. */
export const defineCondition: fc.Arbitrary<Draft> = combined(fc.oneof(frequentTest, anyTest))

/** A condition over the request and its caller. */
export const requestCondition: fc.Arbitrary<Draft> = combined(requestLeaf)

/** A condition that may read meters as well. */
export const meteredCondition: fc.Arbitrary<Draft> = combined(
  fc.oneof({ weight: 7, arbitrary: requestLeaf }, { weight: 1, arbitrary: meterTest }),
)

const candidateCondition = combined(
  fc.oneof(
    { weight: 8, arbitrary: targetTest },
    { weight: 1, arbitrary: poolTest },
    { weight: 1, arbitrary: frequentTest },
  ),
)

/** A condition on a candidate, which may speak of the caller too. */
export const targetCondition: fc.Arbitrary<Draft> = candidateCondition.map(
  (condition): Draft =>
    (scope) => {
      const text = condition(scope)
      return text.includes('target.') ? text : `(target.provider == "sand" or ${text})`
    },
)

/** Precedence without parentheses: `not` before `and` before `or`. */
export const flatCondition: fc.Arbitrary<Draft> = fc
  .array(fc.tuple(fc.constantFrom(' and ', ' or '), fc.boolean(), requestLeaf), { minLength: 2, maxLength: 4 })
  .map(
    (parts): Draft =>
      (scope) =>
        parts
          .map(([join, negated, test], index) => `${index === 0 ? '' : join}${negated ? 'not ' : ''}${test(scope)}`)
          .join(''),
  )
