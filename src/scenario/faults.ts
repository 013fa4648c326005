/** What the faults of a test make each target do, and which statuses a class of them stands for. */
import type { Fault } from '../syntax/ast.ts'
import type { Choose } from './explore.ts'

/** What a target does with a call. */
export type Behaviour =
  | { readonly kind: 'answer' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'stall' | 'cut'; readonly afterChunks: number }

export type TargetFault = Exclude<Fault, { kind: 'state' }>

/** The statuses of a class that a fallback or an answer tells apart. */
const statusesOf: Readonly<Record<string, readonly number[]>> = {
  '4xx': [400, 401, 403, 404, 408, 409, 413, 422, 429],
  '5xx': [500, 503, 504],
}

/** The faults that touch a target; states are facts. */
export function targetFaults(faults: readonly Fault[]): readonly TargetFault[] {
  return faults.filter((each) => each.kind !== 'state')
}

/** The fault of a target: one that names it goes before one of its whole provider, then the first. */
export function faultOf(faults: readonly TargetFault[], target: string): TargetFault | undefined {
  return (
    faults.find((each) => `${each.target.provider}/${each.target.model}` === target) ??
    faults.find((each) => each.target.model === '*' && target.startsWith(`${each.target.provider}/`))
  )
}

export interface BehavioursOptions {
  readonly faults: readonly TargetFault[]
  readonly choose: Choose
  /** The classes that the route retries on: a status that it names is told apart from others. */
  readonly retriedOn: readonly string[]
}

/** What each target does in one run; a class of statuses is one of them for the whole run. */
export function createBehaviours({ faults, choose, retriedOn }: BehavioursOptions): (target: string) => Behaviour {
  const chosen = new Map<TargetFault, Behaviour>()
  return (target) => {
    const fault = faultOf(faults, target)
    if (fault === undefined) return { kind: 'answer' }
    const behaviour = chosen.get(fault) ?? behaviourOf(fault, choose, retriedOn)
    chosen.set(fault, behaviour)
    return behaviour
  }
}

function behaviourOf(fault: TargetFault, choose: Choose, retriedOn: readonly string[]): Behaviour {
  const afterChunks = fault.afterChunks?.value ?? 0
  switch (fault.kind) {
    case 'stalls':
      return { kind: 'stall', afterChunks }
    case 'cut':
      return { kind: 'cut', afterChunks }
    case 'fails': {
      const how = fault.with?.text ?? '5xx'
      if (how === 'timeout' || how === 'connect') return { kind: how }
      if (how === 'cut') return { kind: 'cut', afterChunks: 0 }
      const statuses = statusesOfClass(how, retriedOn)
      return { kind: 'status', status: statuses[choose(statuses.length)]! }
    }
  }
}

function statusesOfClass(how: string, retriedOn: readonly string[]): readonly number[] {
  const own = statusesOf[how]
  if (!own) return [Number(how)]
  const named = retriedOn.filter((each) => each.startsWith(how[0]!) && /^\d+$/.test(each)).map(Number)
  return [...new Set([...own, ...named])]
}

/** Whether some fault shows otherwise in a stream than in a whole answer. */
export function tellsStreamsApart(faults: readonly TargetFault[]): boolean {
  return faults.some((each) => each.kind !== 'fails' || each.with?.text === 'timeout' || each.with?.text === 'cut')
}
