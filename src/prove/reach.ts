/**
 * What candidates come to: `requested` and `provider/*` mean one target or another by the model that a request names.
 * Targets that nothing tells apart are one group, so that a catalogue of thousands is a few classes of names.
 */
import { builtinAttributes } from '../check/attributes.ts'
import { candidatesOf } from '../compile/meaning-payload.ts'
import type { ClassSet } from '../graph/class-set.ts'
import { type Expression, testOf } from '../graph/expression.ts'
import type { CandidateRef, Graph } from '../graph/graph.ts'
import type { Variable } from '../graph/variable.ts'
import type { Part } from './part.ts'

/** Targets that a candidate may come to, alike in all that is asked, and the requests for which it does. */
export interface Reached {
  /** Indices of targets, never none. */
  readonly targets: readonly number[]
  /** A condition of the names part. */
  readonly when: Expression
  /** Whether the policy itself chose it, rather than the request. */
  readonly chosen: boolean
}

export interface Reach {
  /** The variables on `request.model` that tell groups apart. */
  readonly part: Part
  readonly of: (candidate: CandidateRef) => readonly Reached[]
}

export const requestModel = builtinAttributes.find((each) => each.id === 'request.model')!

/** `likeness` is equal for targets that need not be told apart; `attribute` is `request.model` as the graph has it. */
export function reachOf(graph: Graph, likeness: (target: number) => string, extra: Part = noPart): Reach {
  const variables: Variable[] = [...extra.variables]
  const attributes = [...extra.attributes, requestModel]
  const groupsBy = new Map<string, readonly Reached[]>()

  /** A variable that tells the groups of named targets apart; every other name is in class 0, or in `other`'s. */
  const add = (names: ReadonlyMap<string, number>, other: number | undefined): readonly Reached[] => {
    const groups = new Map<string, number[]>()
    const groupOf = (target: number): number[] => {
      const key = likeness(target)
      const known = groups.get(key)
      if (known) return known
      const made: number[] = []
      groups.set(key, made)
      return made
    }
    for (const target of [...new Set(names.values())].sort((a, b) => a - b)) groupOf(target).push(target)
    if (other !== undefined && !groupOf(other).includes(other)) groupOf(other).push(other)
    const lists = [...groups.values()]
    const classOf = new Map(lists.flatMap((list, index) => list.map((target) => [target, index + 1])))
    const rest = other === undefined ? 0 : classOf.get(other)!
    const constants = [...names].map(([name, target]) => [name, classOf.get(target)!] as const)
    // No name at all comes to nothing.
    const named = new Set(names.keys())
    const nameless = named.has('') ? [] : ([['', 0]] as const)
    const size = lists.length + 1
    const variable: Variable = {
      attribute: attributes.length - 1,
      size,
      classifier: { kind: 'string', constants: [...constants, ...nameless], other: rest },
      samples: Array.from({ length: size }, () => undefined),
    }
    const index = variables.push(variable) - 1
    return lists.map((targets, at) => ({
      targets,
      when: testOf(index, [at + 1, at + 2] as ClassSet, size, ''),
      chosen: false,
    }))
  }

  const of = (candidate: CandidateRef): readonly Reached[] => {
    if (candidate.kind === 'target')
      return [{ targets: [candidate.target], when: { kind: 'const', value: true }, chosen: true }]
    const key = candidate.kind === 'requested' ? 'requested' : `open ${candidate.provider}`
    let groups = groupsBy.get(key)
    if (!groups) {
      groups =
        candidate.kind === 'requested'
          ? add(graph.requested, undefined)
          : add(openNames(graph, candidate.provider), candidate.target)
      groupsBy.set(key, groups)
    }
    return groups
  }
  // Every variable has to be there before the part is put to others.
  for (const rule of graph.rules) {
    if (rule.kind === 'shadow' || rule.kind === 'route') candidatesOf(rule).forEach(of)
  }
  return { part: { attributes, variables }, of }
}

const noPart: Part = { attributes: [], variables: [] }

/** The names that come to an entry of a provider whose models are open, and `provider/` alone, which names none. */
function openNames(graph: Graph, provider: string): ReadonlyMap<string, number> {
  const prefix = `${provider}/`
  const names = new Map<string, number>()
  for (const [index, { id }] of graph.targets.entries()) {
    if (!id.startsWith(prefix) || id === `${prefix}*` || graph.requested.get(id) !== index) continue
    names.set(id, index)
    const model = id.slice(prefix.length)
    if (!model.startsWith(prefix)) names.set(model, index)
  }
  return names
}
