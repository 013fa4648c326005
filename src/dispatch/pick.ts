/**
 * Which target of a step comes first: pure, given the draw, the sticky key and what is known of the targets.
 *
 * A sticky split is weighted rendezvous hashing (Thaler and Ravishankar 1998; weights as in Schindelhauer and
 * Schomaker 2005): every arm draws an exponential of its own from the caller's key, divided by its share, and the
 * smallest wins. So the arms' order means nothing; raising one arm's share at the others' expense moves callers
 * into that arm and nowhere else; and a target that falls out moves only its own callers. Cumulative intervals
 * keep none of these beyond two arms.
 */
import type { Step } from '../graph/decision.ts'
import { hashToUnit } from './hash.ts'

export interface PickContext {
  /** Salts the hash, so that two splits do not cut the callers at the same place. */
  readonly rule: string
  readonly stickyKey?: string
  /** In [0, 1). */
  readonly draw: number
  readonly measureOf: (target: string) => Measure
}

/** What is known of a target at this moment. */
export interface Measure {
  /** Price of this request there; absent where no price is known. */
  readonly costNanoUsd?: number
  /** Smoothed time to first token; absent where it was never measured. */
  readonly firstTokenMs?: number
  readonly inFlight: number
}

/** The targets of a step, each once. */
export function targetsOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'target':
      return [step.target]
    case 'split':
      return [...new Set(step.arms.filter((arm) => 0 < arm.share).map((arm) => arm.target))]
    case 'choice':
      return [...new Set(step.targets)]
  }
}

/** How a target is picked. */
export type Pick = typeof pickTarget

/** The target among `candidates`, a part of the step's targets, that is to be tried; undefined where there are none. */
export function pickTarget(step: Step, candidates: readonly string[], context: PickContext): string | undefined {
  if (candidates.length < 2) return candidates[0]
  switch (step.kind) {
    case 'target':
      return candidates[0]
    case 'split': {
      const arms = candidates.map((target) => ({ target, share: shareOf(step.arms, target) }))
      const key = step.stickyBy === undefined ? undefined : context.stickyKey
      return key === undefined ? pickByDraw(arms, context.draw) : pickSticky(arms, context.rule, key)
    }
    case 'choice':
      switch (step.by) {
        case 'any':
          return candidates[Math.min(candidates.length - 1, Math.floor(context.draw * candidates.length))]
        case 'cheapest':
          return least(candidates, (target) => context.measureOf(target).costNanoUsd ?? Number.POSITIVE_INFINITY)
        // What was never measured comes first: else it never would be.
        case 'fastest':
          return least(candidates, (target) => context.measureOf(target).firstTokenMs ?? -1)
        case 'least_busy':
          return least(candidates, (target) => context.measureOf(target).inFlight)
      }
  }
}

interface WeightedTarget {
  readonly target: string
  readonly share: number
}

function shareOf(arms: readonly WeightedTarget[], target: string): number {
  return arms.reduce((sum, arm) => (arm.target === target ? sum + arm.share : sum), 0)
}

/** Shares are scaled to what is there. */
function pickByDraw(arms: readonly WeightedTarget[], draw: number): string | undefined {
  let left = draw * arms.reduce((sum, arm) => sum + arm.share, 0)
  for (const arm of arms) {
    left -= arm.share
    if (left < 0) return arm.target
  }
  return arms.at(-1)?.target
}

function pickSticky(arms: readonly WeightedTarget[], rule: string, key: string): string | undefined {
  const targets = arms.map((arm) => arm.target)
  const scoreOf = new Map(arms.map((arm) => [arm.target, -Math.log(hashToUnit([rule, key, arm.target])) / arm.share]))
  return least(targets, (target) => scoreOf.get(target) ?? Number.POSITIVE_INFINITY)
}

/** The first of those with the least value. */
function least(targets: readonly string[], rank: (target: string) => number): string | undefined {
  let best = targets[0]
  for (const target of targets) if (best === undefined || rank(target) < rank(best)) best = target
  return best
}
