/**
 * What one client request can cause at most: attempts, provider calls, waiting and money, route by route. Every step is
 * tried as often as its retries allow, hedged, and shadowed by every rule that can match beside it.
 */
import type { CatalogueEntry } from '../config/catalogue.ts'
import { refsOf } from '../decide/routes.ts'
import { falseRef } from '../graph/diagram.ts'
import type { GraphStep, RuleOf } from '../graph/graph.ts'
import { inForce } from './candidates.ts'
import type { Proof } from './proof.ts'

export interface RouteBounds {
  readonly route: string
  /** Attempts at targets, without hedges and shadows. */
  readonly attempts: number
  /** Calls of providers: attempts, a hedge for each, and shadows. */
  readonly calls: number
  /** Until the last attempt is given up, milliseconds; no more than the deadline. */
  readonly latencyMs: number
  /** Nano-dollars, where every request fills the context; absent where a price or a context is not known. */
  readonly costNanoUsd?: number
  /** Targets whose price or context is not known, so that money has no bound. */
  readonly unknown: readonly string[]
}

/** Longest attempt where the route says none. */
const longestAttemptMs = 600_000

export function boundsOf(proof: Proof): readonly RouteBounds[] {
  return proof
    .rulesOf('route')
    .filter((rule) => !proof.isEmpty(inForce(proof, rule)))
    .map((rule) => boundsOfRoute(proof, rule))
}

function boundsOfRoute(proof: Proof, rule: RuleOf<'route'>): RouteBounds {
  const perStep = 1 + (rule.retry?.count ?? 0)
  const attempts = rule.steps.length * perStep
  const shadows = shadowsBeside(proof, rule)
  const hedged = rule.hedgeMs === undefined ? 1 : 2
  const unknown = new Set<string>()
  const costs = rule.steps.map((step) => mostExpensive(proof, step, unknown) * perStep * hedged)
  const shadowCosts = shadows.map((shadow) =>
    mostExpensive(proof, { kind: 'target', candidate: shadow.candidate }, unknown),
  )
  const cost = [...costs, ...shadowCosts].reduce((sum, each) => sum + each, 0)
  return {
    route: rule.name,
    attempts,
    calls: attempts * hedged + shadows.length,
    latencyMs: Math.min(rule.timeouts.deadlineMs ?? Number.POSITIVE_INFINITY, longest(rule, perStep)),
    ...(unknown.size === 0 ? { costNanoUsd: cost } : {}),
    unknown: [...unknown].sort(),
  }
}

/** All attempts at their longest, with the longest waits between retries. */
function longest({ steps, retry, timeouts }: RuleOf<'route'>, perStep: number): number {
  let waitsMs = 0
  for (let attempt = 1; retry && attempt < perStep; attempt++)
    waitsMs += Math.min(retry.backoffMaxMs, retry.backoffMinMs * 2 ** (attempt - 1))
  return steps.length * (perStep * (timeouts.attemptMs ?? longestAttemptMs) + waitsMs)
}

/** Shadows that can match a request of the route. */
function shadowsBeside(proof: Proof, rule: RuleOf<'route'>): readonly RuleOf<'shadow'>[] {
  const force = inForce(proof, rule)
  return proof.rulesOf('shadow').filter((shadow) => {
    const both = proof.regions.and(force, proof.when(shadow))
    return both !== falseRef && !proof.isEmpty(both)
  })
}

/** The cost of one call at the dearest target of the step, its context full. */
function mostExpensive(proof: Proof, step: GraphStep, unknown: Set<string>): number {
  const entries = refsOf(step).flatMap((ref): readonly (CatalogueEntry | undefined)[] => {
    if (ref.kind === 'target') {
      const entry = proof.entry(ref.target)
      if (!entry) unknown.add(proof.graph.targets[ref.target]!.id)
      return [entry]
    }
    if (ref.kind === 'open') unknown.add(`${ref.provider}/*`)
    return ref.kind === 'open' ? [] : [...new Set(proof.graph.requested.values())].map(proof.entry)
  })
  return Math.max(0, ...entries.map((entry) => (entry ? costOf(entry, unknown) : 0)))
}

function costOf({ id, price, context, maxOutput }: CatalogueEntry, unknown: Set<string>): number {
  if (!price) {
    unknown.add(id)
    return 0
  }
  if (price.input === 0 && price.output === 0) return price.request ?? 0
  if (context === undefined) {
    unknown.add(id)
    return 0
  }
  const output = maxOutput ?? context
  return Math.ceil((context * price.input + output * price.output) / 1e6) + (price.request ?? 0)
}
