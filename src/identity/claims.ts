/**
 * From the claims of a token that is good to the fields of its caller.
 *
 * The id names who vouches for it, as `https://id.acme.com#ada`, so that the same subject of two issuers is two callers,
 * and nobody's subject can be the id of a key. A claim of the wrong type refuses the token: to leave the field out could
 * grant what the claim was there to refuse.
 */
import type { ClaimPaths } from '../config/config.ts'
import type { ValuePath } from '../config/value-path.ts'
import { findAtPath } from '../config/value-path.ts'
import type { CallerFields } from './caller.ts'
import { setFields } from './caller.ts'
import type { CheckedToken } from './checked-token.ts'
import { refused } from './checked-token.ts'

export type Claims = Readonly<Record<string, unknown>>

/** `subjects` are the claims that name the caller where `paths` has no `id`: the first that is there. */
export function callerOfClaims(
  claims: Claims,
  paths: ClaimPaths,
  { vouchedBy, subjects }: { readonly vouchedBy: string; readonly subjects: readonly string[] },
): CheckedToken {
  const { id: idPath, ...rest } = { scopes: ['scope'], ...paths } satisfies ClaimPaths as ClaimPaths
  const subject = idPath === undefined ? firstOf(claims, subjects) : readText(findAtPath(claims, idPath))
  if (!subject) return refused(`the token names no caller: it has no \`${shown(idPath) ?? subjects[0]}\``)
  const fields: Record<string, string | readonly string[]> = {}
  for (const [field, path] of Object.entries(rest)) {
    const found = findAtPath(claims, path)
    if (found === undefined || found === null || found === '') continue
    const isSet = (setFields as readonly string[]).includes(field)
    const value = isSet ? readSet(found) : readText(found)
    if (value === undefined) {
      return refused(`the claim \`${shown(path)}\` of the token is not ${isSet ? 'a list of texts' : 'a text'}`)
    }
    fields[field] = value
  }
  return { ok: true, caller: { ...(fields as CallerFields), claims, id: `${vouchedBy}#${subject}` } }
}

function firstOf(claims: Claims, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = readText(findAtPath(claims, [name]))
    if (text) return text
  }
  return undefined
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : undefined
}

/** A list, or one text with blanks between its words, as `scope` is written (RFC 8693). */
function readSet(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return value.split(/\s+/).filter((each) => each !== '')
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined
}

function shown(path: ValuePath | undefined): string | undefined {
  return path?.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    if (/[.[\]\s]/.test(part)) return `${text}["${part}"]`
    return text === '' ? part : `${text}.${part}`
  }, '')
}
