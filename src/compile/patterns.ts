/** Patterns that are too large for an automaton of their own are refused, before anything is compiled. */
import { atomsOf } from '../check/atoms.ts'
import type { CheckedPolicy, Cond } from '../check/policy.ts'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import { buildAutomaton, singleBound } from './automaton.ts'
import { createKept } from './kept.ts'
import { patternOf } from './satisfies.ts'

/** P109 for each pattern whose automaton would have too many states; what is known of patterns is `kept`. */
export function findOversizedPatterns(policy: CheckedPolicy, kept = createKept<boolean>()): Diagnostic[] {
  kept.turn()
  const found = new Map<string, Diagnostic | undefined>()
  const visit = (condition: Cond): void => {
    for (const { test, span } of atomsOf(condition)) {
      if (test.kind !== 'search' && test.kind !== 'glob') continue
      const key = `${test.kind} ${test.text} ${JSON.stringify(test.regex)}`
      if (found.has(key)) continue
      const fits = kept.of(key, () => buildAutomaton([patternOf(test)], singleBound) !== undefined)
      found.set(key, fits ? undefined : diagnostic('P109', { message: tooLarge, span, help }))
    }
  }
  for (const rule of policy.rules) {
    visit(rule.when)
    if (rule.kind === 'restrict') visit(rule.to)
  }
  for (const each of policy.assertions) visit(each.when)
  for (const each of policy.assumptions) [each.when, each.then].forEach(visit)
  return [...found.values()].filter((each) => each !== undefined)
}

const tooLarge = 'the pattern needs more states than an automaton may have'
const help = 'use smaller counts after groups, or anchor the pattern with `^`'
