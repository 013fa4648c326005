/**
 * P802: by how much a budget can be passed. What is reserved and booked together never passes it; what can is an
 * attempt under way that comes to more than was expected of it, and how much that is at most the catalogue tells.
 */
import type { AnyRule, BudgetRule, Candidate, CheckedPolicy, RouteRule } from '../check/policy.ts'
import type { Catalogue, CatalogueEntry } from '../config/catalogue.ts'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'

/** One note for each budget. */
export function findOvershoot({ rules, catalogue }: CheckedPolicy): Diagnostic[] {
  const budgets = rules.filter((each): each is BudgetRule => each.kind === 'budget')
  if (budgets.length === 0) return []
  const what = describe(pricedTargets(rules, catalogue))
  return budgets.map((budget) =>
    diagnostic('P802', {
      message: `the budget \`${budget.name}\` can be passed by what attempts under way cost more than was reserved: ${what}`,
      span: budget.nameSpan,
      help: 'nothing has to be done; a limit on calls at a time (`limit few { 4 concurrent }`) bounds how many are under way',
    }),
  )
}

/** The targets of all routes that may be called where a budget applies: those that have a price. */
function pricedTargets(rules: readonly AnyRule[], { entries }: Catalogue): readonly CatalogueEntry[] {
  const routes = rules.filter((each): each is RouteRule => each.kind === 'route')
  const candidates = routes.flatMap((each) => each.steps.flatMap(candidatesOf))
  const isNamed = (entry: CatalogueEntry) =>
    candidates.some((each) => {
      if (each.kind === 'requested') return true
      return each.kind === 'open' ? each.provider === entry.provider : each.target === entry.id
    })
  return entries.filter((each) => each.price !== undefined && isNamed(each))
}

function candidatesOf(step: RouteRule['steps'][number]): readonly Candidate[] {
  switch (step.kind) {
    case 'target':
      return [step.candidate]
    case 'split':
      return step.arms.map((each) => each.candidate)
    case 'choice':
      return step.candidates
  }
}

function describe(targets: readonly CatalogueEntry[]): string {
  const unknown = targets.find((each) => worstNanoUsd(each) === undefined)
  if (unknown) return `of \`${unknown.id}\` no longest answer is known, so that there is no bound`
  const [worst] = targets.toSorted((a, b) => worstNanoUsd(b)! - worstNanoUsd(a)!)
  if (worst === undefined) return 'nothing, since no target of any route has a price'
  return `at most ${dollars(worstNanoUsd(worst)!)} for each answer, of \`${worst.id}\``
}

/** The most that one answer can cost: a full context and the longest output. Undefined where neither is known. */
function worstNanoUsd({ price, context, maxOutput = context }: CatalogueEntry): number | undefined {
  if (price === undefined) return 0
  const { input, output, cacheWrite = input, audioInput = input, reasoning = output, audioOutput = output } = price
  const dearestInput = Math.max(input, 2 * (price.cacheWrite === undefined ? 0 : input), cacheWrite, audioInput)
  const dearestOutput = Math.max(output, reasoning, audioOutput)
  const inputs = dearestInput === 0 ? 0 : context
  const outputs = dearestOutput === 0 ? 0 : maxOutput
  if (inputs === undefined || outputs === undefined) return undefined
  return (dearestInput * inputs + dearestOutput * outputs) / 1_000_000 + (price.request ?? 0)
}

/** Rounded up to a cent. */
function dollars(nanoUsd: number): string {
  return `$${(Math.ceil(nanoUsd / 10_000_000) / 100).toFixed(2)}`
}
