/** Which parts of two decisions say different things, names of rules apart. */
import type { Decision } from '../graph/decision.ts'

export type DecisionPart = keyof Decision

const parts: readonly DecisionPart[] = [
  'access',
  'route',
  'cache',
  'limits',
  'budgets',
  'guards',
  'rewrites',
  'shadows',
  'log',
]

export function changesBetween(before: Decision, after: Decision): readonly DecisionPart[] {
  return parts.filter((part) => textOf(part, before) !== textOf(part, after))
}

/** What the part says: the same thing said by two rules is said once, and order counts where it is carried out in order. */
function textOf(part: DecisionPart, decision: Decision): string {
  switch (part) {
    case 'access': {
      const { effect, because, status } = decision.access
      return JSON.stringify([effect, because, status])
    }
    case 'route':
      return nameless(decision.route)
    case 'cache':
      return nameless(decision.cache)
    case 'limits':
    case 'budgets':
    case 'shadows':
      return [...new Set(decision[part].map(nameless))].sort().join('\n')
    case 'guards':
      return [...new Set(decision.guards.map(nameless))].join('\n')
    case 'rewrites':
      return [...new Set(decision.rewrites.flatMap((each) => each.set.map(nameless)))].join('\n')
    case 'log': {
      const { capture, tags } = decision.log
      return JSON.stringify([[...capture].sort(), [...new Set(tags.map(nameless))].sort()])
    }
  }
}

function nameless(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (key === 'rule') return undefined
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
