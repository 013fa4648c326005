/** Proving a policy: every check over every possible request, and what they find in the order of the text. */
import type { CheckedPolicy } from '../check/policy.ts'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import { Outgrown } from '../graph/diagram.ts'
import { type Check, type ProveOptions, runCheck } from './check.ts'
import { checks, enforceability } from './checks.ts'
import { openProof, type Proof, type Provable } from './proof.ts'

/** Everything that the checks find. Deterministic: the same policy gives the same list. */
export function prove(provable: Provable, options: ProveOptions = {}): readonly Diagnostic[] {
  const opened = tryOpen(provable)
  return opened.kind === 'undecided' ? [opened.diagnostic] : proveWith(opened.proof, options)
}

/** What makes a policy impossible to enforce: of these a gateway could only guess. */
export function findUnenforceable(provable: Provable): readonly Diagnostic[] {
  const { rules } = provable.checked
  // Most policies have nothing of the kind, and need no proof of it.
  const isAsked =
    rules.filter((each) => each.kind === 'rewrite').length > 1 ||
    rules.some((each) => each.kind === 'budget' || each.kind === 'guard')
  const opened = isAsked ? tryOpen(provable) : undefined
  if (opened?.kind !== 'open') return []
  return proveWith(opened.proof, {}, enforceability).filter((each) => each.code !== 'P603')
}

export type Opened =
  | { readonly kind: 'open'; readonly proof: Proof }
  /** The attributes outgrew their bounds together, so that nothing can be proved. */
  | { readonly kind: 'undecided'; readonly diagnostic: Diagnostic }

export function tryOpen(provable: Provable): Opened {
  try {
    return { kind: 'open', proof: openProof(provable) }
  } catch (thrown) {
    if (thrown instanceof Outgrown) return { kind: 'undecided', diagnostic: undecided(provable) }
    throw thrown
  }
}

/** What some of the checks find in a proof that is open. */
export function proveWith(proof: Proof, options: ProveOptions, list: readonly Check[] = checks): readonly Diagnostic[] {
  return inTextOrder(
    proof.policy,
    list.flatMap((check) => runCheck(check, proof, options)),
  )
}

/** Diagnostics by file and place, those of one place in the order given. */
export function inTextOrder({ sources }: CheckedPolicy, found: readonly Diagnostic[]): readonly Diagnostic[] {
  const order = new Map(sources.map((source, index) => [source.path, index]))
  const fileOf = ({ span }: Diagnostic): number => order.get(span.source.path) ?? order.size
  return found
    .map((each, index) => ({ each, index }))
    .sort((a, b) => fileOf(a.each) - fileOf(b.each) || a.each.span.start - b.each.span.start || a.index - b.index)
    .map(({ each }) => each)
}

function undecided({ checked }: Provable): Diagnostic {
  return diagnostic('P603', {
    message: 'nothing could be proved: the attributes of the policy outgrew their bounds together',
    span: checked.rules[0]?.nameSpan ?? { source: checked.sources[0]!, start: 0, end: 0 },
    help: 'use a table in place of many patterns on one attribute',
  })
}
