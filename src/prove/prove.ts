/** Proving a policy: every check over every possible request, and what they find in the order of the text. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import { Outgrown } from '../graph/diagram.ts'
import { type ProveOptions, runCheck } from './check.ts'
import { checks } from './checks.ts'
import { openProof, type Proof, type Provable } from './proof.ts'

/** Everything that the checks find. Deterministic: the same policy gives the same list. */
export function prove(provable: Provable, options: ProveOptions = {}): readonly Diagnostic[] {
  let proof: Proof
  try {
    proof = openProof(provable)
  } catch (thrown) {
    if (thrown instanceof Outgrown) return [undecided(provable)]
    throw thrown
  }
  const found = checks.flatMap((check) => runCheck(check, proof, options))
  const order = new Map(provable.checked.sources.map((source, index) => [source.path, index]))
  const placeOf = ({ span }: Diagnostic): number => order.get(span.source.path) ?? order.size
  return found
    .map((each, index) => ({ each, index }))
    .sort((a, b) => placeOf(a.each) - placeOf(b.each) || a.each.span.start - b.each.span.start || a.index - b.index)
    .map(({ each }) => each)
}

function undecided({ checked }: Provable): Diagnostic {
  return diagnostic('P603', {
    message: 'nothing could be proved: the attributes of the policy outgrew their bounds together',
    span: checked.rules[0]?.nameSpan ?? { source: checked.sources[0]!, start: 0, end: 0 },
    help: 'use a table in place of many patterns on one attribute',
  })
}
