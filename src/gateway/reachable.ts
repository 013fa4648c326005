/**
 * The targets that a caller could reach: the candidates of the decisions about every model name that counts.
 */
import { atomsOf } from '../check/atoms.ts'
import type { Cond, Test } from '../check/policy.ts'
import type { Facts, Policy } from '../compile/load.ts'
import type { Decision } from '../graph/decision.ts'
import { targetsOfStep } from '../graph/targets-of-step.ts'
import type { Runtime } from './runtime.ts'

/** Ids of catalogue entries, in the catalogue's order; `facts` are those of a request that names no model. */
export function findReachable(facts: Facts, { policy, modelNames }: Runtime): readonly string[] {
  const reached = new Set(modelNames.flatMap((name) => candidatesOf(policy.decide(aboutModel(facts, name)))))
  return policy.config.catalogue.entries.map((each) => each.id).filter((each) => reached.has(each))
}

/**
 * The model names to ask the policy about: every entry's id, the bare name where it means one entry, and the names
 * that rules themselves compare with (`request.model == "smart"`).
 */
export function modelNamesOf({ config, checked }: Policy): readonly string[] {
  const { entries, byModel } = config.catalogue
  const named = checked.rules.flatMap((each) => namesIn(each.when))
  return [...new Set([...entries.map((each) => each.id), ...byModel.keys(), ...named])]
}

function namesIn(condition: Cond): readonly string[] {
  return atomsOf(condition).flatMap(({ attribute, test }) => (attribute.id === 'request.model' ? textsOf(test) : []))
}

function textsOf(test: Test): readonly string[] {
  if (test.kind === 'equals' || test.kind === 'caseless') return [String(test.value)]
  return test.kind === 'one_of' ? test.values.map(String) : []
}

/** The same facts about another model. */
function aboutModel(facts: Facts, model: string): Facts {
  return { ...facts, request: { ...(facts['request'] as object), model } }
}

/** Every target that carrying out a decision may call. */
export function candidatesOf(decision: Decision): readonly string[] {
  if (decision.access.effect === 'deny' || decision.route === null) return []
  return decision.route.steps.flatMap(targetsOfStep)
}
