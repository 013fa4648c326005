/**
 * Whether one value satisfies one test: for values of closed lists (enums, table columns), which are classified
 * one by one. Patterns run on their own small automaton, made once a test.
 */
import type { Cidr, Test } from '../check/policy.ts'
import { runDfa, toRunnable } from '../graph/dfa.ts'
import { buildAutomaton, literal, type Pattern, singleBound, surrounded } from './automaton.ts'

export type ScalarTest = Exclude<Test, { kind: 'element' }>

/** A predicate for the test; it is false of a missing value. Undefined where a pattern is too large. */
export function predicateOf(test: ScalarTest): ((value: string | number | boolean) => boolean) | undefined {
  switch (test.kind) {
    case 'present':
      return () => true
    case 'equals':
      return (value) => value === test.value
    case 'one_of': {
      const values = new Set(test.values)
      return (value) => values.has(value)
    }
    case 'below':
      return (value) => Number(value) < test.value
    case 'at_most':
      return (value) => Number(value) <= test.value
    case 'above':
      return (value) => Number(value) > test.value
    case 'at_least':
      return (value) => Number(value) >= test.value
    case 'prefix':
      return (value) => String(value).startsWith(test.text)
    case 'suffix':
      return (value) => String(value).endsWith(test.text)
    case 'contains':
      return (value) => String(value).includes(test.text)
    case 'cidr':
      return () => false
    case 'caseless':
    case 'glob':
    case 'search': {
      const automaton = buildAutomaton([patternOf(test)], singleBound)
      if (!automaton) return undefined
      const dfa = toRunnable(automaton.dfa)
      return (value) => automaton.labels[runDfa(dfa, String(value))]!.length > 0
    }
  }
}

export type PatternLike = Extract<
  ScalarTest,
  { kind: 'prefix' | 'suffix' | 'contains' | 'caseless' | 'glob' | 'search' }
>

/** Whether a test needs more of a string than equality with constants. */
export function isPattern(test: Test): test is PatternLike {
  return ['prefix', 'suffix', 'contains', 'caseless', 'glob', 'search'].includes(test.kind)
}

/** The pattern of a test on strings. */
export function patternOf(test: PatternLike): Pattern {
  switch (test.kind) {
    case 'prefix':
      return { regex: surrounded(literal(test.text), false, true), mode: 'whole' }
    case 'suffix':
      return { regex: surrounded(literal(test.text), true, false), mode: 'whole' }
    case 'contains':
      return { regex: literal(test.text), mode: 'search' }
    case 'caseless':
      return { regex: literal(test.value, true), mode: 'whole' }
    case 'glob':
      return { regex: test.regex, mode: 'whole' }
    case 'search':
      return { regex: test.regex, mode: 'search' }
  }
}

/** Ranges of addresses, first and last included. */
export function blocksOf(test: ScalarTest): readonly Cidr[] {
  return test.kind === 'cidr' ? test.blocks : []
}
