/**
 * The targets that a caller could reach: the candidates of every decision about a model of the catalogue.
 */
import type { Facts } from '../compile/load.ts'
import type { Decision, Step } from '../graph/decision.ts'
import type { Runtime } from './runtime.ts'

/** Ids of catalogue entries, in the catalogue's order; `facts` are those of a request that names no model. */
export function findReachable(facts: Facts, { policy }: Runtime): readonly string[] {
  const { entries } = policy.config.catalogue
  const reached = new Set<string>()
  for (const entry of entries) {
    for (const target of candidatesOf(policy.decide(aboutModel(facts, entry.id)))) reached.add(target)
  }
  return entries.map((each) => each.id).filter((each) => reached.has(each))
}

/** The same facts about another model. */
function aboutModel(facts: Facts, model: string): Facts {
  return { ...facts, request: { ...(facts['request'] as object), model } }
}

/** Every target that carrying out a decision may call. */
export function candidatesOf(decision: Decision): readonly string[] {
  if (decision.access.effect === 'deny' || decision.route === null) return []
  return decision.route.steps.flatMap(targetsOf)
}

function targetsOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'target':
      return [step.target]
    case 'split':
      return step.arms.map((each) => each.target)
    case 'choice':
      return step.targets
  }
}
