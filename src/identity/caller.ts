/**
 * Who calls: the value that every way of identification comes to. What policies read of it is `caller.*`.
 */

/** The fields of a caller that the operator's keys, claims or the host program fill in. */
export interface CallerFields {
  readonly id?: string
  readonly key?: string
  readonly org?: string
  readonly team?: string
  readonly user?: string
  readonly role?: string
  readonly tier?: string
  readonly region?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly tags?: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
  /** What the operator wrote beside a key; read by attributes `from: key.metadata.…`. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** Who sends a request, as the credential shows it or the host program says; a policy reads it as `caller.…`. */
export interface Caller extends CallerFields {
  readonly id: string
  readonly kind: 'key' | 'jwt' | 'host' | 'anonymous'
  /** The address of the socket's other end; proxies' headers are not believed. */
  readonly ip?: string
}

export const textFields = ['id', 'key', 'org', 'team', 'user', 'role', 'tier', 'region'] as const
export const setFields = ['roles', 'scopes', 'tags'] as const
export const objectFields = ['claims', 'metadata'] as const

/**
 * The caller fields that a value says, or the first thing wrong with it: `{ path, expected }`.
 * Empty strings and nulls are fields that were not given. Shared by key files and host programs.
 */
export function readCallerFields(
  value: unknown,
):
  | { readonly ok: true; readonly fields: CallerFields }
  | { readonly ok: false; readonly path: string; readonly expected: string } {
  if (!isPlainObject(value)) return { ok: false, path: '', expected: 'a mapping of caller fields' }
  const fields: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) {
    if (field === null || field === undefined || field === '') continue
    const expected = expectedOf(name, field)
    if (expected !== undefined) return { ok: false, path: name, expected }
    fields[name] = field
  }
  return { ok: true, fields }
}

function expectedOf(name: string, value: unknown): string | undefined {
  if ((textFields as readonly string[]).includes(name)) return typeof value === 'string' ? undefined : 'a text'
  if ((setFields as readonly string[]).includes(name)) {
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? undefined : 'a list of texts'
  }
  if ((objectFields as readonly string[]).includes(name)) return isPlainObject(value) ? undefined : 'a mapping'
  return `one of ${[...textFields, ...setFields, ...objectFields].join(', ')}`
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
