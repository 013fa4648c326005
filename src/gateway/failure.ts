/**
 * What can go wrong with one request, as a value, and what HTTP and the client's dialect say of it.
 *
 * A new kind without a status does not compile. What a *provider* did comes as a `DispatchFailure` and is told
 * apart in `upstream-failure.ts`; a bug is not here until it was caught.
 */
import type { ClientError } from '../dialects/dialect.ts'
import type { DispatchFailure } from '../dispatch/outcome.ts'
import type { BudgetExhausted, LimitReached } from './meter-failure.ts'
import { tellBudget, tellLimit } from './meter-failure.ts'
import { tellUpstream } from './upstream-failure.ts'

export type Failure =
  | { readonly kind: 'unknown_path'; readonly method: string; readonly path: string }
  | { readonly kind: 'unavailable'; readonly method: string; readonly path: string }
  | { readonly kind: 'wrong_method'; readonly method: string; readonly path: string; readonly allow: string }
  | { readonly kind: 'unsupported_media'; readonly message: string }
  | { readonly kind: 'headers_too_large'; readonly maxBytes: number }
  | { readonly kind: 'body_too_large'; readonly maxBytes: number }
  | { readonly kind: 'body_timeout'; readonly timeoutMs: number }
  | { readonly kind: 'malformed'; readonly message: string; readonly param?: string }
  | { readonly kind: 'unauthenticated'; readonly message: string }
  /** Whether a credential is good cannot be found out now. */
  | { readonly kind: 'identity'; readonly message: string }
  /** Too many bad credentials came from the address. */
  | { readonly kind: 'slowed'; readonly waitMs: number }
  | { readonly kind: 'denied'; readonly rules: readonly string[]; readonly because?: string; readonly status?: number }
  | { readonly kind: 'no_route' }
  /** Every candidate is restricted away, by these rules. */
  | { readonly kind: 'restricted'; readonly rules: readonly string[] }
  | { readonly kind: 'unknown_model'; readonly model: string; readonly help?: string }
  /** An attribute that the host program computes, or that the operator's data hold, could not be had. */
  | { readonly kind: 'attribute'; readonly path: string; readonly cause?: unknown }
  /** A guard found in the request what it forbids; `where` is the part of it. */
  | { readonly kind: 'blocked'; readonly rule: string; readonly detector: string; readonly where?: string }
  /** A check that a guard rests on could not be asked. */
  | { readonly kind: 'guard'; readonly rule: string; readonly detector: string }
  /** The call asks for what these guards cannot look at in an answer, or sends it. */
  | {
      readonly kind: 'unguarded'
      readonly field: string
      readonly rules: readonly string[]
      readonly side?: 'request'
    }
  | LimitReached
  | BudgetExhausted
  /** A budget applies, and no target that the model's name reaches has a known price. */
  | { readonly kind: 'unpriced'; readonly model: string }
  /** Limits and budgets cannot be counted: too many keys at once, or their store is out of reach. */
  | { readonly kind: 'state'; readonly why: 'full' | 'outage' }
  | { readonly kind: 'busy'; readonly max: number }
  | { readonly kind: 'closing' }
  | { readonly kind: 'client_gone' }
  | { readonly kind: 'upstream'; readonly failure: DispatchFailure }
  | { readonly kind: 'bug'; readonly requestId: string }

/** What a client is told, and in which headers beside the usual ones. */
export interface Told {
  readonly error: ClientError
  readonly headers: Readonly<Record<string, string>>
}

/** The one table: every failure's status, words and headers. */
export function tell(failure: Failure): Told {
  switch (failure.kind) {
    case 'unknown_path':
      return told(404, 'not_found', `there is no \`${failure.method} ${shorten(failure.path)}\` here`)
    case 'unavailable':
      return told(
        404,
        'not_found',
        `the endpoint \`${failure.method} ${shorten(failure.path)}\` is not available on this gateway`,
      )
    case 'wrong_method': {
      const message = `\`${shorten(failure.path)}\` does not take ${failure.method}, but ${failure.allow}`
      return told(405, 'method_not_allowed', message, { headers: { allow: failure.allow } })
    }
    case 'unsupported_media':
      return told(415, 'invalid_request', failure.message)
    case 'headers_too_large':
      return told(431, 'invalid_request', `the headers are larger than ${failure.maxBytes} bytes`)
    case 'body_too_large':
      return told(413, 'too_large', `the body is larger than ${failure.maxBytes} bytes`, { code: 'request_too_large' })
    case 'body_timeout':
      return told(408, 'timeout', `the body did not arrive within ${failure.timeoutMs} ms`, {
        headers: { connection: 'close' },
      })
    case 'malformed':
      return told(400, 'invalid_request', failure.message, failure.param === undefined ? {} : { param: failure.param })
    case 'unauthenticated': {
      const headers = { 'www-authenticate': 'Bearer' }
      return told(401, 'unauthenticated', failure.message, { code: 'invalid_api_key', headers })
    }
    case 'identity':
      return told(503, 'unavailable', failure.message, { headers: { 'retry-after': '5' } })
    case 'slowed': {
      const headers = { 'retry-after': String(Math.ceil(failure.waitMs / 1000)) }
      return told(429, 'rate_limited', 'too many bad credentials came from this address', {
        code: 'too_many_bad_credentials',
        headers,
      })
    }
    case 'denied':
      return told(failure.status ?? 403, 'denied', denialOf(failure.rules, failure.because), { code: 'denied' })
    case 'no_route':
      return told(403, 'denied', 'no route of the policy takes this request', { code: 'no_route' })
    case 'restricted':
      return told(403, 'denied', `every target is ruled out by ${named(failure.rules)}`, { code: 'restricted' })
    case 'unknown_model': {
      const help = failure.help === undefined ? '' : `; ${failure.help}`
      const message = `the model \`${shorten(failure.model)}\` is not known here${help}`
      return told(404, 'not_found', message, { code: 'model_not_found', param: 'model' })
    }
    case 'attribute':
      return told(503, 'unavailable', `the attribute \`${failure.path}\` that the policy reads could not be determined`)
    case 'limit_reached':
      return tellLimit(failure)
    case 'budget_exhausted':
      return tellBudget(failure)
    case 'unpriced': {
      const message = `the model \`${shorten(failure.model)}\` has no known price here, and a budget applies`
      return told(404, 'not_found', message, { code: 'model_not_found', param: 'model' })
    }
    case 'state': {
      const why = { full: 'too many callers are counted at once', outage: 'what was used cannot be looked up now' }
      return told(503, 'unavailable', why[failure.why], { headers: { 'retry-after': '1' } })
    }
    case 'blocked': {
      const where = failure.where === undefined ? '' : ` in \`${failure.where}\``
      const message = `the request is blocked by the guard \`${failure.rule}\`, which found \`${failure.detector}\`${where}`
      return told(400, 'invalid_request', message, { code: 'blocked_by_guard' })
    }
    case 'guard': {
      const message = `the guard \`${failure.rule}\` could not ask \`${failure.detector}\``
      return told(503, 'unavailable', message, { code: 'guard_unavailable', headers: { 'retry-after': '1' } })
    }
    case 'unguarded': {
      const [act, what] = failure.side === 'request' ? ['be sent', 'request'] : ['be had', 'answer']
      const message = `\`${failure.field}\` cannot ${act} where ${named(failure.rules)} guard the ${what}`
      return told(400, 'invalid_request', message, { code: 'unguarded', param: failure.field })
    }
    case 'busy':
      return told(503, 'overloaded', `${failure.max} requests are under way already`, {
        headers: { 'retry-after': '1' },
      })
    case 'closing': {
      const headers = { 'retry-after': '1', connection: 'close' }
      return told(503, 'unavailable', 'the gateway is stopping', { headers })
    }
    case 'client_gone':
      return told(499, 'cancelled', 'the client went away')
    case 'upstream':
      return tellUpstream(failure.failure)
    case 'bug':
      return told(500, 'internal', `the gateway has failed on this request; its id is ${failure.requestId}`)
  }
}

/** The word for a failure in records and logs. */
export function wordFor(failure: Failure): string {
  return failure.kind === 'upstream' ? failure.failure.kind : failure.kind
}

interface Extra {
  readonly code?: string
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
}

function told(status: number, kind: string, message: string, { headers = {}, ...extra }: Extra = {}): Told {
  return { error: { status, kind, message, ...extra }, headers }
}

function denialOf(rules: readonly string[], because: string | undefined): string {
  if (rules.length === 0) return 'denied: no rule of the policy allows this request'
  return `denied by ${named(rules)}${because === undefined ? '' : `: ${because}`}`
}

function named(rules: readonly string[]): string {
  return rules.map((each) => `\`${each}\``).join(', ')
}

/** A client's own words in a message: no more of them than help to recognise them. */
function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
