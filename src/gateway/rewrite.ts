/**
 * Carries out the rewrites of a decision on the call in neutral form: all that match apply, in source order.
 */
import type { ChatCall } from '../dialects/neutral.ts'
import type { Rewrite, RewriteField } from '../graph/decision.ts'

/** The rewrites of these kinds are carried out here; `findUnenforced` refuses the others. */
export const enforcedRewrites: ReadonlySet<RewriteField['kind']> = new Set([
  'max_tokens',
  'temperature',
  'system_prepend',
  'service_tier',
])

/** The call after rewrites, and whether any of them applied. */
export function rewriteCall(
  call: ChatCall,
  rewrites: readonly Rewrite[],
): { readonly call: ChatCall; readonly changed: boolean } {
  const fields = rewrites.flatMap((each) => each.set)
  return { call: fields.reduce(apply, call), changed: fields.length > 0 }
}

function apply(call: ChatCall, field: RewriteField): ChatCall {
  switch (field.kind) {
    case 'max_tokens':
      return { ...call, maxTokens: Math.min(call.maxTokens ?? field.atMost, field.atMost) }
    case 'temperature':
      return { ...call, temperature: field.value }
    case 'system_prepend':
      return { ...call, system: [{ kind: 'text', text: field.text }, ...call.system] }
    case 'service_tier':
      return { ...call, serviceTier: field.value }
    case 'header':
    case 'metadata':
      throw new Error(`a rewrite of ${field.kind} was let through`)
  }
}
