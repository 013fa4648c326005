/**
 * Errors of this API. What went wrong has a name, `ThrottlingException`, which comes in the header `x-amzn-errortype`
 * of an answer, in `__type` of a body under a 200, or in the headers of a message in a stream. Where it is missing,
 * status and words say it as for any provider.
 */
import type { HeaderLookup } from '../dialect.ts'
import { compact, filledString, isObject } from '../json.ts'
import type { Json, JsonObject, UpstreamError, UpstreamErrorKind } from '../neutral.ts'
import { decodeHttpError, STATUS_OF } from '../upstream-error.ts'

/** What each name means, and the status that it has where none was sent. */
const NAMES: ReadonlyMap<string, readonly [kind: UpstreamErrorKind, status: number]> = new Map([
  ['throttlingexception', ['rate_limit', 429]],
  ['toomanyrequestsexception', ['rate_limit', 429]],
  ['servicequotaexceededexception', ['quota', 400]],
  // The model is being loaded: a moment later it may serve.
  ['modelnotreadyexception', ['overloaded', 429]],
  ['serviceunavailableexception', ['overloaded', 503]],
  ['serviceunavailable', ['overloaded', 503]],
  ['internalserverexception', ['server', 500]],
  ['internalfailure', ['server', 500]],
  ['modelerrorexception', ['server', 424]],
  ['modelstreamerrorexception', ['server', 424]],
  ['modeltimeoutexception', ['timeout', 408]],
  ['resourcenotfoundexception', ['not_found', 404]],
  ['unrecognizedclientexception', ['auth', 403]],
  ['invalidclienttokenid', ['auth', 403]],
  ['invalidsignatureexception', ['auth', 403]],
  ['signaturedoesnotmatch', ['auth', 403]],
  ['incompletesignatureexception', ['auth', 403]],
  ['incompletesignature', ['auth', 403]],
  ['missingauthenticationtokenexception', ['auth', 403]],
  ['missingauthenticationtoken', ['auth', 403]],
  ['expiredtokenexception', ['auth', 403]],
  ['expiredtoken', ['auth', 403]],
])

/** Names under which the words tell more than the name: whose fault it is, or that the key is wrong. */
const WORDED: ReadonlyMap<string, number> = new Map([
  ['validationexception', 400],
  ['accessdeniedexception', 403],
])

export function decodeError(
  status: number,
  headers: HeaderLookup,
  body: Json | undefined,
  text: string,
): UpstreamError {
  const name = nameIn(headers('x-amzn-errortype')) ?? nameIn(isObject(body) ? filledString(body['__type']) : undefined)
  return named(name, decodeHttpError(status, headers, isObject(body) ? plainBody(body, name) : body, text))
}

/** The error that came under a 200: a message of a stream, or a body in place of an answer. */
export function decodeNamedError(given: string | undefined, body: JsonObject): UpstreamError {
  const name = nameIn(given) ?? nameIn(filledString(body['__type']))
  const key = name?.toLowerCase() ?? ''
  const status = NAMES.get(key)?.[1] ?? WORDED.get(key) ?? STATUS_OF.server
  return named(
    name,
    decodeHttpError(status, () => undefined, plainBody(body, name), ''),
  )
}

function named(name: string | undefined, error: UpstreamError): UpstreamError {
  const known = name === undefined ? undefined : NAMES.get(name.toLowerCase())
  const kind = known?.[0] ?? wordedKind(error) ?? error.kind
  const daily = kind === 'rate_limit' && /tokens per day|daily/i.test(error.message)
  return compact({ ...error, kind: daily ? ('quota' as const) : kind, code: name ?? error.code })
}

/** What a 400 of this API says in words of its own. */
function wordedKind({ kind, message }: UpstreamError): UpstreamErrorKind | undefined {
  if (kind !== 'bad_request') return undefined
  if (/input tokens exceed|exceeds? (?:the )?max(?:imum)? (?:length|number of (?:input )?tokens)/i.test(message))
    return 'context_length'
  if (/model identifier is invalid|on-demand throughput/i.test(message)) return 'not_found'
  return undefined
}

/** `ThrottlingException:http://…` and `com.amazon.coral.service#ThrottlingException` without what is around it. */
function nameIn(text: string | undefined): string | undefined {
  return /([A-Za-z]{3,100})(?::.*)?$/.exec(text?.slice(0, 300) ?? '')?.[1]
}

function plainBody(body: JsonObject, name: string | undefined): JsonObject {
  const message =
    filledString(body['message']) ?? filledString(body['Message']) ?? filledString(body['originalMessage'])
  return compact({ ...body, message, code: name })
}
