/**
 * Candidates: the targets that the steps of a route come to for one request, less those that restricts forbid.
 */
import type { Arm, Step } from '../graph/decision.ts'
import type { CandidateRef, Graph, GraphStep } from '../graph/graph.ts'

/** A concrete target: its id, and its number for what restricts say of it. */
export interface Concrete {
  readonly id: string
  readonly target: number
}

export interface Candidates {
  /** What a candidate is for a requested model, or undefined where the name reaches none. */
  readonly resolve: (candidate: CandidateRef, model: string) => Concrete | undefined
  /** The steps with what is allowed of them; empty steps are left out. */
  readonly steps: (
    steps: readonly GraphStep[],
    model: string,
    isForbidden: (target: number) => boolean,
  ) => readonly Step[]
}

export function createCandidates(graph: Graph): Candidates {
  const { targets, requested } = graph

  function resolve(candidate: CandidateRef, model: string): Concrete | undefined {
    switch (candidate.kind) {
      case 'target':
        return { id: targets[candidate.target]!.id, target: candidate.target }
      case 'requested': {
        const target = requested.get(model)
        return target === undefined ? undefined : { id: targets[target]!.id, target }
      }
      case 'open': {
        if (model === '') return undefined
        const prefix = `${candidate.provider}/`
        const id = model.startsWith(prefix) ? model : prefix + model
        if (id === prefix) return undefined
        const entry = requested.get(id)
        return { id, target: entry !== undefined && targets[entry]!.id === id ? entry : candidate.target }
      }
    }
  }

  function steps(all: readonly GraphStep[], model: string, isForbidden: (target: number) => boolean): readonly Step[] {
    const allowed = (candidate: CandidateRef): string | undefined => {
      const concrete = resolve(candidate, model)
      return concrete === undefined || isForbidden(concrete.target) ? undefined : concrete.id
    }
    const kept: Step[] = []
    for (const step of all) {
      const own = stepOf(step, allowed)
      if (own) kept.push(Object.freeze(own))
    }
    return Object.freeze(kept)
  }

  return { resolve, steps }
}

function stepOf(step: GraphStep, allowed: (candidate: CandidateRef) => string | undefined): Step | undefined {
  switch (step.kind) {
    case 'target': {
      const target = allowed(step.candidate)
      return target === undefined ? undefined : { kind: 'target', target }
    }
    case 'split': {
      const arms: Arm[] = []
      let total = 0
      for (const { candidate, share } of step.arms) {
        const target = allowed(candidate)
        if (target === undefined) continue
        arms.push({ target, share })
        total += share
      }
      if (arms.length === 0) return undefined
      const scaled = arms.length === step.arms.length ? arms : arms.map((arm) => ({ ...arm, share: arm.share / total }))
      return {
        kind: 'split',
        arms: Object.freeze(scaled.map((arm) => Object.freeze(arm))),
        ...(step.stickyBy === undefined ? {} : { stickyBy: step.stickyBy }),
      }
    }
    case 'choice': {
      const targets: string[] = []
      for (const candidate of step.candidates) {
        const target = allowed(candidate)
        if (target !== undefined && !targets.includes(target)) targets.push(target)
      }
      return targets.length === 0 ? undefined : { kind: 'choice', by: step.by, targets: Object.freeze(targets) }
    }
  }
}
