/** Values of headers from what a configuration or a client gives: absent ones are left out. */

/** The header that carries a key as RFC 6750 has it. */
export const bearer = (key: string) => ['authorization', `Bearer ${key}`] as const

/** A configured text, or a list of them with commas between; undefined where there is none. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : Array.isArray(value) ? value.join(',') : undefined
}

/** The distinct entries of comma-separated lists, in the order they came. */
export function unionOf(...lists: readonly (string | undefined)[]): string | undefined {
  const entries = lists.flatMap((list) => (list ?? '').split(',').map((entry) => entry.trim()))
  return [...new Set(entries)].filter((entry) => entry !== '').join(',') || undefined
}

/** The headers that have a value. */
export function present(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
