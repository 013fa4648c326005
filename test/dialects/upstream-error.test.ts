/** What kind of failure an error is, how long to wait, and that no key gets through. */
import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/dialects/neutral.ts'
import { findRetryAfterMs } from '../../src/dialects/retry-after.ts'
import { scrub } from '../../src/dialects/scrub.ts'
import { decodeBodyError, decodeHttpError } from '../../src/dialects/upstream-error.ts'
import { durationMs } from '../../src/dialects/wait.ts'
import { hasRecordings, readRecordings } from './recordings.ts'

const headersOf = (headers: Readonly<Record<string, string>>) => (name: string) => headers[name]
const none = headersOf({})
const kindOf = (status: number, body: Json | undefined, text = ''): string =>
  decodeHttpError(status, none, body, text).kind

describe('kinds', () => {
  it.each<[string, number, Json, string]>([
    [
      'OpenAI: a wrong key',
      401,
      { error: { message: 'Incorrect API key provided', type: 'invalid_request_error', code: 'invalid_api_key' } },
      'auth',
    ],
    [
      'xAI: a wrong key is a 400',
      400,
      { code: 'invalid-argument', error: 'Incorrect API key provided: ab***cd.' },
      'auth',
    ],
    [
      'Gemini: a wrong key is a 400',
      400,
      [
        {
          error: {
            code: 400,
            message: 'API key not valid.',
            status: 'INVALID_ARGUMENT',
            details: [{ reason: 'API_KEY_INVALID' }],
          },
        },
      ],
      'auth',
    ],
    ['Mistral: detail', 401, { detail: 'Invalid API Key' }, 'auth'],
    [
      'OpenAI: no such model',
      404,
      { error: { message: 'The model `x` does not exist', code: 'model_not_found' } },
      'not_found',
    ],
    [
      'OpenAI /responses: no such model is a 400',
      400,
      { error: { message: 'The requested model does not exist', code: 'model_not_found' } },
      'not_found',
    ],
    [
      'Azure: no such deployment',
      404,
      { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } },
      'not_found',
    ],
    [
      'Anthropic: no such model',
      404,
      { type: 'error', error: { type: 'not_found_error', message: 'model: x' } },
      'not_found',
    ],
    [
      'OpenAI: the rate',
      429,
      { error: { message: 'Rate limit reached for tokens per min', type: 'tokens', code: 'rate_limit_exceeded' } },
      'rate_limit',
    ],
    [
      'OpenAI: the quota',
      429,
      { error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' } },
      'quota',
    ],
    [
      'Anthropic: the balance',
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'Your credit balance is too low to access the Anthropic API.',
        },
      },
      'quota',
    ],
    ['OpenRouter: credits', 402, { error: { code: 402, message: 'This request requires more credits' } }, 'quota'],
    [
      'OpenAI: too long',
      400,
      { error: { message: "This model's maximum context length is 8192 tokens", code: 'context_length_exceeded' } },
      'context_length',
    ],
    [
      'Anthropic: too long',
      400,
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'prompt is too long: 3333404 tokens > 200000 maximum' },
      },
      'context_length',
    ],
    [
      'Anthropic: too long with the answer',
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
        },
      },
      'context_length',
    ],
    [
      'Perplexity: too long',
      400,
      {
        error: { message: 'The total length of all messages is too long.', type: 'too_many_prompt_tokens', code: 400 },
      },
      'context_length',
    ],
    [
      'Cohere: too long',
      400,
      { error_type: 'TOO_MANY_TOKENS', message: 'too many tokens: size limit exceeded' },
      'context_length',
    ],
    [
      'Ollama: too long',
      400,
      { error: { message: 'prompt too long; exceeded max context length by 9 tokens' } },
      'context_length',
    ],
    [
      'Azure: the content filter',
      400,
      {
        error: {
          code: 'content_filter',
          message: 'The response was filtered',
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      },
      'content_policy',
    ],
    [
      'OpenAI: the content policy',
      400,
      { error: { code: 'content_policy_violation', message: 'Your request was rejected by our safety system' } },
      'content_policy',
    ],
    [
      'Anthropic: the output filter',
      400,
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'Output blocked by content filtering policy' },
      },
      'content_policy',
    ],
    [
      'OpenAI: a wrong parameter',
      400,
      { error: { message: "Unsupported parameter: 'max_tokens'", code: 'unsupported_parameter', param: 'max_tokens' } },
      'bad_request',
    ],
    [
      'Anthropic: a wrong effort',
      400,
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: "This model does not support effort level 'xhigh'." },
      },
      'bad_request',
    ],
    ['Mistral: a list of details', 422, { detail: [{ loc: ['body'], msg: 'field required' }] }, 'bad_request'],
    [
      'Groq: the model broke the schema',
      400,
      { error: { code: 'tool_use_failed', message: 'Tool call validation failed' } },
      'server',
    ],
    [
      'Anthropic: overloaded',
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      'overloaded',
    ],
    ['unavailable', 503, {}, 'overloaded'],
    ['a 5xx whatever it says', 500, { error: { message: 'prompt is too long' } }, 'server'],
    ['a 429 whatever it says', 429, { error: { message: 'context length budget per minute' } }, 'rate_limit'],
    [
      'too large',
      413,
      { type: 'error', error: { type: 'request_too_large', message: 'Request exceeds the maximum size' } },
      'too_large',
    ],
    ['forbidden', 403, { error: { message: 'not allowed' } }, 'permission'],
    ['a time-out', 504, {}, 'timeout'],
    ['a request time-out', 408, {}, 'timeout'],
  ])('%s', (_, status, body, kind) => {
    expect(kindOf(status, body)).toBe(kind)
  })

  it.each<[string, Json, string, number]>([
    [
      'Anthropic: overloaded',
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      'overloaded',
      529,
    ],
    [
      'Anthropic: a rate',
      { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } },
      'rate_limit',
      429,
    ],
    [
      'Anthropic: their fault',
      { type: 'error', error: { type: 'api_error', message: 'Internal server error' } },
      'server',
      500,
    ],
    [
      'Anthropic: a bad request',
      { type: 'error', error: { type: 'invalid_request_error', message: 'no' } },
      'bad_request',
      400,
    ],
    ['OpenRouter: a number', { error: { code: 502, message: 'gone' } }, 'server', 502],
    ['OpenAI: their fault', { error: { type: 'server_error', message: 'The server had an error' } }, 'server', 500],
    ['nothing that is known', { error: { message: 'oh' } }, 'server', 500],
  ])('under a 200: %s', (_, body, kind, status) => {
    expect(decodeBodyError(body)).toMatchObject({ kind, status })
  })

  it('facts 70, 71: bodies that are no JSON give a short message', () => {
    expect(decodeHttpError(502, none, undefined, '<html><body>Bad gateway</body></html>')).toEqual({
      kind: 'server',
      status: 502,
      message: 'the provider answered 502 with a page instead of JSON',
    })
    expect(decodeHttpError(500, none, undefined, '').message).toBe('the provider answered 500 with an empty body')
    expect(decodeHttpError(500, none, undefined, 'upstream connect error').message).toBe(
      'the provider answered 500: upstream connect error',
    )
  })

  it('the code, the parameter and the advice on retries are kept', () => {
    const body = {
      error: { message: 'no', code: 'unsupported_parameter', param: 'max_tokens', type: 'invalid_request_error' },
    }
    expect(decodeHttpError(400, headersOf({ 'x-should-retry': 'false' }), body, '')).toEqual({
      kind: 'bad_request',
      status: 400,
      message: 'no',
      code: 'unsupported_parameter',
      param: 'max_tokens',
      mayRetry: false,
    })
  })
})

describe.skipIf(!hasRecordings)('recorded errors', () => {
  const expected: Readonly<Record<string, string>> = {
    'anthropic-728dd3ae57': 'not_found',
    'anthropic-764463a286': 'auth',
    'anthropic-30126fa8e7': 'context_length',
    'anthropic-0f862f39bb': 'bad_request',
    'azure-20f76bb9bd': 'auth',
    'azure-c875528307': 'rate_limit',
    'azure-1391a7f659': 'not_found',
    'azure-14024fbcdc': 'not_found',
    'deepseek-6dc79c9137': 'auth',
    'deepseek-e7245931fb': 'context_length',
    'groq-519766a217': 'not_found',
    'groq-ea65d56ba7': 'server',
    'mistral-e5212d892c': 'auth',
    'ollama-4d3d8ec4c5': 'auth',
    'ollama-43b78b36af': 'context_length',
    'openai-8ca6f89784': 'not_found',
    'openai-bbdf189d36': 'bad_request',
    'openai-4b488d5977': 'bad_request',
    'openai-a3653f7847': 'bad_request',
    'openai-bc5c88ddd9': 'bad_request',
    'openrouter-f377f703f9': 'auth',
    'openrouter-c98811ca43': 'context_length',
    'openrouter-5bcbab9f08': 'rate_limit',
    'perplexity-224ffc5496': 'auth',
    'perplexity-5f79f71124': 'context_length',
  }
  it('are of the right kind', () => {
    const found: Record<string, string> = {}
    for (const provider of new Set(Object.keys(expected).map((id) => id.slice(0, id.lastIndexOf('-')))))
      for (const { id, response } of readRecordings(provider))
        if (id in expected)
          found[id] = decodeHttpError(response.status, headersOf(response.headers), response.body, '').kind
    expect(found).toEqual(expected)
  })
})

describe('wire 28: how long to wait', () => {
  const date = 'Wed, 21 Oct 2026 07:28:00 GMT'
  it.each<[string, Readonly<Record<string, string>>, number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['milliseconds', { 'retry-after-ms': '250' }, 250],
    ['Azure: both, and they disagree', { 'retry-after': '1', 'retry-after-ms': '0' }, 1000],
    ['an HTTP date', { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date }, 30_000],
    ['an HTTP date that has passed', { 'retry-after': 'Wed, 21 Oct 2026 07:27:30 GMT', date }, 0],
    ['an HTTP date without a clock', { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' }, undefined],
    [
      'OpenAI: the limit that is used up',
      {
        'x-ratelimit-remaining-requests': '5',
        'x-ratelimit-reset-requests': '1h',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      360_000,
    ],
    [
      'Anthropic: RFC 3339',
      { 'anthropic-ratelimit-tokens-remaining': '0', 'anthropic-ratelimit-tokens-reset': '2026-10-21T07:28:05Z', date },
      5000,
    ],
    [
      'OpenRouter: epoch milliseconds',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.parse(date) + 9000), date },
      9000,
    ],
    ['nothing', {}, undefined],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['a year is a day', { 'retry-after': '31536000' }, 86_400_000],
  ])('%s', (_, headers, ms) => {
    expect(findRetryAfterMs(headersOf(headers), undefined)).toBe(ms)
  })

  it('in the body: Google and OpenAI', () => {
    expect(findRetryAfterMs(none, { error: { details: [{ retryDelay: '48s' }] } })).toBe(48_000)
    expect(findRetryAfterMs(none, { error: { message: 'Please try again in 6.393s. Visit' } })).toBe(6393)
  })

  it.each<[string, number | undefined]>([
    ['120ms', 120],
    ['6s', 6000],
    ['1h2m3.5s', 3_723_500],
    ['2m59.5s', 179_500],
    ['7', 7000],
    ['', undefined],
    ['x', undefined],
  ])('durations: %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms)
  })
})

describe('scrubbing', () => {
  it.each([
    'Incorrect API key provided: sk-proj-abcdefghijklmnop1234.',
    'Incorrect API key provided: sk-abc***********wxyz.',
    'bad header Authorization: Bearer abc.def-ghi123456',
    'key AIzaSyA1234567890abcdefghij is not valid',
    'gsk_abcdefghijklmnop is not valid',
    'https://x.test/?key=abcdef123456&x=1',
    'x-api-key: 0123456789abcdef',
    'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc expired',
    'access AKIAIOSFODNN7EXAMPLE denied',
  ])('%s', (text) => {
    const clean = scrub(text)
    expect(clean).toContain('[redacted]')
    expect(clean).not.toMatch(/abcdef|wxyz|ghi123|AIza|0123456789|eyJ|IOSFODNN/)
  })

  it('leaves ordinary messages alone, and is quick on long ones', () => {
    const plain =
      'This model supports at most 8192 tokens: key `max_tokens` is too large, see tool_use-ids and risk-free sk- notes'
    expect(scrub(plain)).toBe(plain)
    for (const piece of ['sk-', '*', 'a', 'eyJ', 'Bearer ', 'key=', '-', 'https://'])
      expect(scrub(piece.repeat(200_000)).length).toBeLessThan(10_000)
  })
})
