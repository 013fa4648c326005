/** Pieces that statements of several kinds are made of. */
import fc from 'fast-check'
import { type Draft, flatCondition, meteredCondition, requestCondition, type Scope } from './condition.ts'
import { models } from './world.ts'

export type Statement = (name: string, scope: Scope) => string

export const duration = fc.constantFrom('250ms', '1s', '30s', '5m', '1h', '7d')
export const ids = models.map((each) => each.id)

const keys = [
  'caller.id',
  'caller.key',
  'caller.team',
  'caller.org',
  'caller.region',
  'request.model',
  'request.header["X-Team"]',
]

/** A clause that may be left out. */
export function optional(text: fc.Arbitrary<string>, weight = 3): fc.Arbitrary<string> {
  return fc.oneof({ weight, arbitrary: fc.constant('') }, { weight: 1, arbitrary: text })
}

/** Clauses of a body, each present or not. */
export function clauses(...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((each) => each.filter(Boolean).join('\n  '))
}

/** The attributes of a key. */
export function by(prefix: string): fc.Arbitrary<string> {
  return fc.subarray(keys, { minLength: 1, maxLength: 2 }).map((each) => `${prefix} ${each.join(', ')}`)
}

/** `when` a condition, or nothing for a rule that applies to every request: so many times of ten. */
export function guarded(condition: fc.Arbitrary<Draft>, unconditional: number): fc.Arbitrary<Draft> {
  return fc.oneof(
    { weight: unconditional, arbitrary: fc.constant<Draft>(() => '') },
    {
      weight: 10 - unconditional,
      arbitrary: fc.oneof({ weight: 4, arbitrary: condition }, { weight: 1, arbitrary: flatCondition }).map(
        (each): Draft =>
          (scope) =>
            ` when ${each(scope)}`,
      ),
    },
  )
}

export const when: fc.Arbitrary<Draft> = guarded(requestCondition, 3)
export const whenMetered: fc.Arbitrary<Draft> = guarded(meteredCondition, 1)

export const reason: fc.Arbitrary<string> = optional(
  fc.constantFrom('ask the platform team', 'blocked', 'not here', 'Ask').map((each) => `because "${each}"`),
  1,
)

/** A single candidate: an entry, any model of a provider, or what was requested. */
export const target: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ids) },
  { weight: 1, arbitrary: fc.constantFrom('alpha/*', 'gamma/*', 'delta/*', 'sand/*', 'sand/made-up') },
  { weight: 1, arbitrary: fc.constant('requested') },
)
