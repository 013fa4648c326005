/**
 * The credential that a request shows, wherever clients of the known dialects put it.
 *
 * `authorization: Bearer` is OpenAI's place, `x-api-key` Anthropic's, `api-key` Azure's, `x-goog-api-key` and the
 * query's `key` are Google's. A client may send the same key in two of them; two different ones are refused, since
 * either choice could be the wrong one.
 */

export type FoundCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'credential'; readonly text: string }
  | { readonly kind: 'malformed'; readonly message: string }

/** `queryKey` is the one in the address, where the client's dialect has it there. */
export function findCredential(header: (name: string) => string | undefined, queryKey?: string): FoundCredential {
  const shown = new Set<string>(queryKey === undefined ? [] : [queryKey])
  const authorization = header('authorization')
  if (authorization !== undefined && authorization.trim() !== '') {
    const bearer = /^bearer +([^\s,]+)\s*$/i.exec(authorization)
    if (bearer === null) return { kind: 'malformed', message: 'the `authorization` header is not `Bearer KEY`' }
    shown.add(bearer[1]!)
  }
  for (const name of ['x-api-key', 'api-key', 'x-goog-api-key']) {
    const value = header(name)?.trim()
    if (value) shown.add(value)
  }
  if (shown.size > 1) return { kind: 'malformed', message: 'the request shows two different credentials' }
  for (const text of shown) return { kind: 'credential', text }
  return { kind: 'none' }
}
