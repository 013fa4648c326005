/**
 * The errors of servers of OpenAI's chat API, each in the form that its provider gives it, to what follows from them:
 * whose fault it is, whether `else` follows, which classes of retry cover it, and what it says of the target.
 */
import { describe, expect, it } from 'vitest'
import type { Json, UpstreamErrorKind } from '../../src/dialects/neutral.ts'
import { decodeBodyError, decodeHttpError } from '../../src/dialects/upstream-error.ts'
import { healthOf, mayFallBack, mayRetry } from '../../src/dispatch/classify.ts'

interface Case {
  readonly says: string
  readonly status: number
  readonly body: Json
  readonly headers?: Readonly<Record<string, string>>
  readonly kind: UpstreamErrorKind
  /** Whether the next step is tried. */
  readonly falls: boolean
  readonly health: ReturnType<typeof healthOf>
  readonly retryAfterMs?: number
  readonly message?: RegExp
}

const failure = { falls: true, health: 'failure' } as const
const throttled = { falls: true, health: 'throttled' } as const
const callers = { falls: false, health: 'neutral' } as const
const elsewhere = { falls: true, health: 'neutral' } as const

const cases: readonly Case[] = [
  // Azure
  {
    says: 'Azure: the filter on the prompt',
    status: 400,
    body: {
      error: {
        message: 'The response was filtered due to the prompt triggering a policy',
        code: 'content_filter',
        innererror: { code: 'ResponsibleAIPolicyViolation' },
      },
    },
    kind: 'content_policy',
    ...elsewhere,
  },
  {
    says: 'Azure: two headers that disagree, of which the longer one holds',
    status: 429,
    body: { error: { code: '429', message: 'Requests have exceeded the call rate limit' } },
    headers: { 'retry-after': '7', 'retry-after-ms': '6500' },
    kind: 'rate_limit',
    retryAfterMs: 7000,
    ...throttled,
  },
  {
    says: 'Azure: the wait in the words alone',
    status: 429,
    body: { error: { code: '429', message: 'Please retry after 58 seconds.' } },
    kind: 'rate_limit',
    retryAfterMs: 58_000,
    ...throttled,
  },
  {
    says: 'Azure: no such deployment',
    status: 404,
    body: { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } },
    kind: 'not_found',
    ...elsewhere,
  },
  // OpenRouter
  {
    says: 'OpenRouter: no credits',
    status: 402,
    body: { error: { code: 402, message: 'This request requires more credits, or fewer max_tokens.' } },
    kind: 'quota',
    ...throttled,
  },
  {
    says: 'OpenRouter: flagged by a moderator',
    status: 403,
    body: {
      error: { code: 403, message: 'The input was flagged', metadata: { reasons: ['violence'], flagged_input: 'x' } },
    },
    kind: 'content_policy',
    ...elsewhere,
  },
  {
    says: 'OpenRouter: what its upstream said, as JSON in a text',
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'Provider returned error',
        metadata: { provider_name: 'P', raw: '{"error":{"message":"maximum context length is 8192 tokens"}}' },
      },
    },
    kind: 'context_length',
    message: /^Provider returned error: maximum context length is 8192 tokens$/,
    ...elsewhere,
  },
  {
    says: 'OpenRouter: the limit of its upstream',
    status: 429,
    body: {
      error: { code: 429, message: 'Provider returned error', metadata: { raw: 'temporarily rate-limited upstream' } },
    },
    kind: 'rate_limit',
    message: /rate-limited upstream$/,
    ...throttled,
  },
  {
    says: 'OpenRouter: nobody serves the model',
    status: 503,
    body: { error: { code: 503, message: 'No available model provider meets your routing requirements' } },
    kind: 'overloaded',
    ...failure,
  },
  // Mistral
  {
    says: 'Mistral: a field that it does not know',
    status: 422,
    body: {
      object: 'error',
      message: { detail: [{ type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }] },
      type: 'invalid_request_error',
    },
    kind: 'bad_request',
    message: /^Extra inputs are not permitted$/,
    ...callers,
  },
  {
    says: 'Mistral: an id of a call',
    status: 400,
    body: {
      object: 'error',
      message: 'Tool call id was x but must be of length 9',
      type: 'invalid_function_call',
      code: '3280',
    },
    kind: 'bad_request',
    ...callers,
  },
  {
    says: 'Mistral: too many requests, and not when',
    status: 429,
    body: { object: 'error', message: 'Requests rate limit exceeded', type: 'rate_limited', code: '1300' },
    headers: { 'x-ratelimit-remaining-req-minute': '0' },
    kind: 'rate_limit',
    ...throttled,
  },
  // Groq
  {
    says: 'Groq: the wait as minutes and seconds',
    status: 429,
    body: {
      error: {
        message: 'Rate limit reached. Please try again in 2m59.56s.',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    },
    kind: 'rate_limit',
    retryAfterMs: 179_560,
    ...throttled,
  },
  {
    says: 'Groq: a prompt that no minute has room for',
    status: 413,
    body: {
      error: {
        message: 'Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 8000',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    },
    kind: 'context_length',
    ...elsewhere,
  },
  {
    says: 'Groq: no flexible capacity',
    status: 498,
    body: { error: { message: 'Flex capacity exceeded', code: 'capacity_exceeded' } },
    kind: 'overloaded',
    ...failure,
  },
  {
    says: "Groq: the model's own call is wrong",
    status: 400,
    body: { error: { code: 'tool_use_failed', failed_generation: '{', message: 'Failed to call a function' } },
    kind: 'server',
    ...failure,
  },
  // DeepSeek
  {
    says: 'DeepSeek: no balance',
    status: 402,
    body: { error: { message: 'Insufficient Balance', type: 'unknown_error', code: 'invalid_request_error' } },
    kind: 'quota',
    ...throttled,
  },
  {
    says: 'DeepSeek: too long',
    status: 400,
    body: { error: { message: "This model's maximum context length is 65536 tokens.", type: 'invalid_request_error' } },
    kind: 'context_length',
    ...elsewhere,
  },
  // xAI
  {
    says: 'xAI: a wrong key under a 400',
    status: 400,
    body: { code: 'Client specified an invalid argument', error: 'Incorrect API key provided: xa***ey.' },
    kind: 'auth',
    ...failure,
  },
  {
    says: 'xAI: no credits under a 403',
    status: 403,
    body: {
      code: 'The caller does not have permission',
      error: "Your newly created team doesn't have any credits yet.",
    },
    kind: 'quota',
    ...throttled,
  },
  {
    says: 'xAI: a model that there is not',
    status: 404,
    body: {
      code: 'Some requested entity was not found',
      error: 'The model grok-9 does not exist or your team has no access',
    },
    kind: 'not_found',
    ...elsewhere,
  },
  // Together, Fireworks
  {
    says: 'Together: too long',
    status: 422,
    body: {
      error: {
        message: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193',
        type: 'invalid_request_error',
      },
    },
    kind: 'context_length',
    ...elsewhere,
  },
  {
    says: 'Together: the limit of a second',
    status: 429,
    body: { error: { message: 'You have reached the rate limit', type: 'credit_limit', code: null } },
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' },
    kind: 'rate_limit',
    retryAfterMs: 2000,
    ...throttled,
  },
  {
    says: 'Fireworks: suspended',
    status: 412,
    body: {
      error: {
        object: 'error',
        message: 'Account a is suspended, possibly due to reaching the monthly spending limit',
      },
    },
    kind: 'quota',
    ...throttled,
  },
  // Ollama, vLLM
  {
    says: 'Ollama: a model that was not pulled',
    status: 404,
    body: {
      error: { message: 'model "x" not found, try pulling it first', type: 'api_error', param: null, code: null },
    },
    kind: 'not_found',
    ...elsewhere,
  },
  {
    says: 'vLLM: too long, flat',
    status: 400,
    body: {
      object: 'error',
      message: "This model's maximum context length is 4096 tokens.",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    kind: 'context_length',
    ...elsewhere,
  },
]

describe('an error of a provider', () => {
  it.each(cases.map((one) => [one.says, one] as const))('%s', (_, one) => {
    const error = decodeHttpError(one.status, (name) => one.headers?.[name], one.body, '')
    expect(error).toMatchObject({ kind: one.kind, status: one.status })
    expect(error.retryAfterMs).toBe(one.retryAfterMs)
    expect(error.message).toMatch(one.message ?? /^(?!the provider answered)/)
    const attempt = { kind: 'upstream' as const, error }
    expect(mayFallBack(attempt)).toBe(one.falls)
    expect(healthOf(attempt)).toBe(one.health)
    expect(mayRetry([String(one.status)], attempt)).toBe(one.kind !== 'quota')
  })

  it('that says itself that a retry is of no use is believed', () => {
    const error = decodeHttpError(
      500,
      (name) => ({ 'x-should-retry': 'false' })[name],
      { error: { message: 'no' } },
      '',
    )
    expect(mayRetry(['5xx'], { kind: 'upstream', error })).toBe(false)
  })

  it('under a 200 is told by its own code', () => {
    const body = { error: { code: 502, message: 'Provider returned error', metadata: { raw: 'upstream is down' } } }
    expect(decodeBodyError(body)).toMatchObject({
      kind: 'server',
      status: 502,
      message: 'Provider returned error: upstream is down',
    })
  })
})
