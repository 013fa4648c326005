/**
 * Errors of this API: `{ message, id }`, with an `error_type` for some. What the status and the words say by
 * themselves is read next door; here is what only Cohere means by them.
 */
import type { HeaderLookup } from '../dialect.ts'
import type { Json, JsonObject, UpstreamError, UpstreamErrorKind } from '../neutral.ts'
import { decodeBodyError, decodeHttpError, STATUS_OF } from '../upstream-error.ts'

export function decodeError(
  status: number,
  headers: HeaderLookup,
  body: Json | undefined,
  text: string,
): UpstreamError {
  const error = decodeHttpError(status, headers, body, text)
  const kind = ownKind(error)
  return kind === undefined ? error : { ...error, kind }
}

/** The error that came under a 200: at the end of a stream, or in place of an answer. */
export function decodeBodyFailure(said: JsonObject): UpstreamError {
  const error = decodeBodyError(said)
  const kind = ownKind(error)
  return kind === undefined ? error : { ...error, kind, status: STATUS_OF[kind] }
}

function ownKind({ status, message, code }: UpstreamError): UpstreamErrorKind | undefined {
  if (code === 'TOO_MANY_TOKENS') return 'context_length'
  // Input or output held a token of the deny list.
  if (status === 498) return 'content_policy'
  // The call was given up before it was answered.
  if (status === 499) return 'timeout'
  // Trial keys have a monthly limit: it does not come back in seconds.
  if (status === 429 && /\/ ?month|monthly|per month/i.test(message)) return 'quota'
  return undefined
}
