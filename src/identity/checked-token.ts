/** What comes of checking a token, of whatever kind. */
import type { CallerFields } from './caller.ts'

/** The caller that a token shows. The message of a refusal is for whoever sent it, and holds nothing of the token. */
export type CheckedToken =
  | { readonly ok: true; readonly caller: CallerFields & { readonly id: string } }
  | { readonly ok: false; readonly why: 'refused' | 'unavailable'; readonly message: string }

export function refused(message: string): CheckedToken {
  return { ok: false, why: 'refused', message }
}

export function unavailable(message: string): CheckedToken {
  return { ok: false, why: 'unavailable', message }
}
