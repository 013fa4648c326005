/** Candidates: what `provider/model`, `provider/*` and `requested` stand for, and which the restricts let through. */
import type { CatalogueEntry } from '../config/catalogue.ts'
import type { RequestedRef } from '../syntax/ast.ts'
import type { TargetRef } from '../syntax/ast-conditions.ts'
import { applies, holds } from './condition.ts'
import { type ReferencePolicy, type Situation, statementsOf, type Target } from './policy.ts'

/** The ids of those candidates that stand for a target and that every matching restrict lets through. */
export function allowedTargets(situation: Situation, refs: readonly (TargetRef | RequestedRef)[]): string[] {
  return refs.flatMap((ref) => {
    const target = resolve(situation, ref)
    return target && isLetThrough(situation, target) ? [target.id] : []
  })
}

/** Every candidate obeys every matching `restrict`, whatever named it. */
function isLetThrough(situation: Situation, target: Target): boolean {
  return statementsOf(situation.policy, 'restrict')
    .filter((rule) => applies(situation, rule))
    .every((rule) => holds({ ...situation, target }, rule.to))
}

function resolve(situation: Situation, ref: TargetRef | RequestedRef): Target | undefined {
  const { policy } = situation
  const model = requestedModel(situation)
  if (ref.kind === 'requested') return findRequested(policy, model)
  if (ref.model !== '*') return targetOf(policy, `${ref.provider}/${ref.model}`)
  // `provider/*` passes on the model name that the request asked for, in the catalogue or not.
  const prefix = `${ref.provider}/`
  const id = model.startsWith(prefix) ? model : prefix + model
  return id === prefix ? undefined : targetOf(policy, id)
}

function requestedModel({ facts }: Situation): string {
  const request = facts['request']
  if (typeof request !== 'object' || request === null) return ''
  const model = (request as Readonly<Record<string, unknown>>)['model']
  return typeof model === 'string' ? model : ''
}

/** The catalogue entry that the request names, as `provider/model` or as a bare model id that one entry has. */
function findRequested(policy: ReferencePolicy, model: string): Target | undefined {
  const byId = policy.catalogue.find((entry) => entry.id === model)
  if (byId) return targetOfEntry(byId)
  const byModel = policy.catalogue.filter((entry) => entry.model === model)
  return byModel.length === 1 ? targetOfEntry(byModel[0]!) : undefined
}

/** The attributes of a target: its catalogue entry's, or else what its name and its provider say. */
export function targetOf(policy: ReferencePolicy, id: string): Target {
  const entry = policy.catalogue.find((each) => each.id === id)
  if (entry) return targetOfEntry(entry)
  const slash = id.indexOf('/')
  const provider = id.slice(0, slash)
  const region = policy.regions[provider]
  return { id, provider, model: id.slice(slash + 1), ...(region === undefined ? {} : { region }), tags: [] }
}

function targetOfEntry(entry: CatalogueEntry): Target {
  return {
    id: entry.id,
    provider: entry.provider,
    model: entry.model,
    ...(entry.region === undefined ? {} : { region: entry.region }),
    tags: entry.tags,
    ...(entry.context === undefined ? {} : { context: entry.context }),
    ...(entry.price === undefined ? {} : { priceIn: entry.price.input, priceOut: entry.price.output }),
  }
}
