/**
 * What kind of failure a provider's error is, told from status, codes and wording. Error bodies have no common
 * form, so that this is shared by the dialects: a server that speaks one of them often words errors like another.
 */
import type { ClientError, HeaderLookup } from './dialect.ts'
import { compact, filledString, finiteNumber, isArray, isObject, parseJson } from './json.ts'
import type { Json, JsonObject, UpstreamError, UpstreamErrorKind } from './neutral.ts'
import { findRetryAfterMs } from './retry-after.ts'
import { scrub } from './scrub.ts'

/** What an error body says, whatever its form. */
interface Said {
  readonly message?: string
  readonly type?: string
  readonly code?: string
  readonly param?: string
  readonly status?: number
}

/** The error of a non-2xx answer; `body` is undefined where it was no JSON. */
export function decodeHttpError(
  status: number,
  headers: HeaderLookup,
  body: Json | undefined,
  text: string,
): UpstreamError {
  const said = readError(body)
  const retry = headers('x-should-retry')
  return compact({
    kind: kindOf(status, said),
    status,
    message: said.message === undefined ? plainMessage(status, body, text) : scrub(said.message),
    code: said.code ?? said.type,
    param: said.param,
    retryAfterMs: findRetryAfterMs(headers, body),
    mayRetry: retry === 'true' ? true : retry === 'false' ? false : undefined,
  })
}

/** The error that came under a 200: inside a stream, or in place of an answer. */
export function decodeBodyError(body: Json): UpstreamError {
  const said = readError(body)
  const kind = kindOf(said.status ?? 0, said)
  return compact({
    kind,
    status: said.status ?? STATUS_OF[kind],
    message: said.message === undefined ? 'the provider reported an error without a message' : scrub(said.message),
    code: said.code ?? said.type,
    param: said.param,
    retryAfterMs: findRetryAfterMs(() => undefined, body),
  })
}

/** An answer that is not what its dialect says. */
export function malformed(message: string): UpstreamError {
  return { kind: 'malformed', status: STATUS_OF.malformed, message }
}

/** What a client is told of an error that the provider sent inside its stream. */
export function clientErrorOf(error: UpstreamError): ClientError {
  return compact({ status: error.status, kind: error.kind, message: error.message, code: error.code })
}

/** The HTTP status that each kind stands for where none was sent. */
export const STATUS_OF: Readonly<Record<UpstreamErrorKind, number>> = {
  bad_request: 400,
  context_length: 400,
  content_policy: 400,
  too_large: 413,
  auth: 401,
  permission: 403,
  not_found: 404,
  rate_limit: 429,
  quota: 429,
  overloaded: 529,
  server: 500,
  timeout: 504,
  malformed: 502,
}

/** `{error:{…}}`, `{error:"…"}`, `{message}`, `{detail}`, `[{error}]`, `{code, error:"text"}`. */
function readError(body: Json | undefined): Said {
  if (isArray(body)) return body.length === 0 ? {} : readError(body[0])
  if (typeof body === 'string') return compact({ message: filledString(body) })
  if (!isObject(body)) return {}
  const error = body['error']
  if (!isObject(error)) {
    const message = [error, body['message'], body['detail'], body['error_message']].find(isFilled)
    return compact({
      message: filledString(message) ?? detailText(body['detail']) ?? wrappedDetail(body['message']),
      type: filledString(body['error_type']) ?? filledString(body['type']),
      code: word(body['code']),
      status: httpStatus(body['status_code']) ?? httpStatus(body['status']) ?? httpStatus(body['code']),
    })
  }
  const inner = isObject(error['innererror']) ? error['innererror'] : undefined
  return compact({
    message: joined(filledString(error['message']) ?? detailText(error['detail']), rawText(error['metadata'])),
    type: filledString(error['type']) ?? filledString(error['status']),
    code: reasonIn(error) ?? word(inner?.['code']) ?? word(error['code']),
    param: filledString(error['param']),
    status: httpStatus(error['status_code']) ?? httpStatus(error['status']) ?? httpStatus(error['code']),
  })
}

const isFilled = (value: Json | undefined): boolean => filledString(value) !== undefined

function word(value: Json | undefined): string | undefined {
  return typeof value === 'number' ? String(value) : filledString(value)
}

function httpStatus(value: Json | undefined): number | undefined {
  const status = finiteNumber(value) ?? (typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : undefined)
  return status !== undefined && Number.isInteger(status) && 400 <= status && status <= 599 ? status : undefined
}

/** Validation errors of FastAPI servers: `detail: [{loc, msg}]`. */
function detailText(detail: Json | undefined): string | undefined {
  if (!isArray(detail)) return undefined
  const texts = detail.slice(0, 4).flatMap((item) => (isObject(item) ? (filledString(item['msg']) ?? []) : []))
  return texts.length === 0 ? undefined : texts.join('; ')
}

/** Mistral puts such a list into `message`. */
function wrappedDetail(message: Json | undefined): string | undefined {
  return isObject(message) ? detailText(message['detail']) : undefined
}

/** What the upstream of OpenRouter said: it stands beside a message of its own that says only that there was an error. */
function rawText(metadata: Json | undefined): string | undefined {
  const raw = isObject(metadata) ? filledString(metadata['raw']) : undefined
  return raw === undefined ? undefined : (readError(parseJson(raw)).message ?? raw.slice(0, MAX_RAW_LENGTH))
}

const MAX_RAW_LENGTH = 500

function joined(message: string | undefined, more: string | undefined): string | undefined {
  return message !== undefined && more !== undefined ? `${message}: ${more}` : (message ?? more)
}

function reasonIn(error: JsonObject): string | undefined {
  const details = isArray(error['details']) ? error['details'] : []
  for (const detail of details)
    if (isObject(detail) && isFilled(detail['reason'])) return filledString(detail['reason'])
  return undefined
}

/** First match decides. Wording is looked at only for refusals: a 5xx is the server's fault whatever it says. */
const WORDING: readonly (readonly [UpstreamErrorKind, RegExp])[] = [
  [
    'quota',
    /insufficient[_ ]quota|exceeded your current quota|billing|credit balance|insufficient (?:credits|balance|funds)|requires more credits|(?:doesn't|does not) have any credits|used all available credits|spending limit/i,
  ],
  [
    'auth',
    /invalid[_ ]api[_ ]key|api_key_invalid|incorrect api key|api key (?:not valid|is invalid)|invalid x-api-key|authentication[_ ]|\bunauthorized\b|authentication fails|missing authentication/i,
  ],
  [
    'context_length',
    /context_length_exceeded|too_many_(?:prompt_)?tokens|maximum context length|max(?:imum)? context|context (?:length|window|limit)|prompt (?:is )?too long|input (?:is )?too long|too many tokens|input token count .{0,40}exceeds the maximum|total length of all messages is too long|string too long|`?max_new_tokens`? must be <=/i,
  ],
  [
    'content_policy',
    /content_policy|content_filter|responsibleaipolicyviolation|content management policy|content filtering|safety system|moderation|(?:was|were) flagged|flagged (?:as|for|by)/i,
  ],
  ['not_found', /model_not_found|deploymentnotfound|not_found_error|model .{1,200} (?:does not exist|not found)/i],
  ['permission', /permission[_ ]error|permission_denied|permissiondenied/i],
  ['rate_limit', /rate_limit|ratelimitreached|resource_exhausted|too many requests/i],
  ['too_large', /request_too_large|payload too large/i],
  ['overloaded', /overloaded|capacity_exceeded|flex capacity/i],
  ['timeout', /timeout_error|deadline_exceeded/i],
  // The model broke the tool's schema: its fault, and another try can go well.
  ['server', /tool_use_failed|api_error|server_error|internal_server_error/i],
]

/** What a status says by itself; refusals of 4xx may say more in words. */
function kindOfStatus(status: number): UpstreamErrorKind | undefined {
  if (status === 401) return 'auth'
  if (status === 402) return 'quota'
  if (status === 403) return 'permission'
  if (status === 404) return 'not_found'
  if (status === 408 || status === 504) return 'timeout'
  if (status === 413) return 'too_large'
  if (status === 429) return 'rate_limit'
  if (status === 503 || status === 529) return 'overloaded'
  if (500 <= status) return 'server'
  if (400 <= status) return 'bad_request'
  return undefined
}

function kindOf(status: number, said: Said): UpstreamErrorKind {
  const byStatus = kindOfStatus(status)
  if (byStatus === 'server' || byStatus === 'timeout' || byStatus === 'overloaded' || byStatus === 'auth')
    return byStatus
  const codes = `${said.code ?? ''} ${said.type ?? ''}`
  const named = findKind(codes)
  if (named !== undefined && fits(named, byStatus)) return named
  // Groq says of a prompt that no minute has room for that it is too large for the limit: another target may take it.
  if (byStatus === 'too_large' && named === 'rate_limit') return 'context_length'
  const worded = findKind((said.message ?? '').slice(0, 2000))
  if (worded !== undefined && fits(worded, byStatus)) return worded
  if (byStatus !== undefined) return byStatus
  return /invalid_request|invalid_argument|bad_request/i.test(codes) ? 'bad_request' : 'server'
}

function findKind(text: string): UpstreamErrorKind | undefined {
  return WORDING.find(([, pattern]) => pattern.test(text))?.[0]
}

/**
 * Whether words may sharpen a status. A 429 is a rate or a quota and nothing else, even where the text speaks of
 * tokens; a 403 or 404 is what it says unless it is a matter of keys, quota, policy or length.
 */
function fits(kind: UpstreamErrorKind, byStatus: UpstreamErrorKind | undefined): boolean {
  switch (byStatus) {
    case undefined:
    case 'bad_request':
      return true
    case 'rate_limit':
      return kind === 'quota'
    case 'too_large':
      return kind === 'context_length'
    case 'permission':
    case 'not_found':
      return (
        kind === 'auth' ||
        kind === 'quota' ||
        kind === 'content_policy' ||
        kind === 'not_found' ||
        kind === 'rate_limit'
      )
    default:
      return false
  }
}

function plainMessage(status: number, body: Json | undefined, text: string): string {
  if (body !== undefined) return `the provider answered ${status} without a message`
  const start = text.trim()
  if (start === '') return `the provider answered ${status} with an empty body`
  if (start.startsWith('<')) return `the provider answered ${status} with a page instead of JSON`
  return `the provider answered ${status}: ${scrub(start.slice(0, 200))}`
}
