/**
 * Every target that a step may pick, where dispatch itself would pick by chance, by a caller's key, or by what it has
 * measured. Targets that fail alike are one: which of them is tried first changes nothing that a test can ask for.
 */
import type { Catalogue } from '../config/catalogue.ts'
import { type Pick, pickTarget } from '../dispatch/pick.ts'
import type { Choose } from './explore.ts'
import type { Behaviour } from './faults.ts'

export interface PickEachOptions {
  readonly choose: Choose
  readonly behaviourOf: (target: string) => Behaviour
  readonly catalogue: Catalogue
  /** Whether the request's tokens are known, and with them which target is the cheapest. */
  readonly areTokensKnown: boolean
}

export function pickEach(options: PickEachOptions): Pick {
  const { choose, behaviourOf, catalogue, areTokensKnown } = options
  return (step, candidates, context) => {
    if (step.kind === 'target') return candidates[0]
    const isCheapest = step.kind === 'choice' && step.by === 'cheapest'
    if (isCheapest && areTokensKnown) return pickTarget(step, candidates, context)
    const possible = isCheapest ? candidates.filter((each) => mayBeCheapest(each, candidates, catalogue)) : candidates
    const signatures = possible.map((each) => signatureOf(each, behaviourOf(each)))
    const told = possible.filter((_, index) => signatures.indexOf(signatures[index]!) === index)
    return told[choose(told.length)]
  }
}

function signatureOf(target: string, behaviour: Behaviour): string {
  return behaviour.kind === 'answer' ? target : JSON.stringify(behaviour)
}

/** Whether some numbers of tokens make it the cheapest: nothing else, or nothing before it, costs no more in every way. */
function mayBeCheapest(target: string, candidates: readonly string[], catalogue: Catalogue): boolean {
  const own = pricesOf(target, catalogue)
  const at = candidates.indexOf(target)
  return candidates.every((each, index) => {
    if (each === target) return true
    const other = pricesOf(each, catalogue)
    const isNoDearer = other.every((price, part) => price <= own[part]!)
    const isSame = isNoDearer && other.every((price, part) => price === own[part])
    return !isNoDearer || (isSame && at < index)
  })
}

function pricesOf(target: string, catalogue: Catalogue): readonly number[] {
  const price = catalogue.byId.get(target)?.price
  const none = Number.POSITIVE_INFINITY
  return price ? [price.input, price.output, price.request ?? 0] : [none, none, none]
}
