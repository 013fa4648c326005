/**
 * What a simulated model is told to do by its own id.
 *
 * | model id                            | what it does                                                            |
 * |-------------------------------------|-------------------------------------------------------------------------|
 * | `error-NNN` (400 to 599)            | answers with that status and an error body                              |
 * | `context-length`, `content-policy`  | 400 with the code that names the cause                                  |
 * | `quota`                             | 429 `insufficient_quota`                                                |
 * | `timeout`                           | never answers                                                           |
 * | `stall`, `stall-after-N`            | stops after N chunks of content (0) without ending                      |
 * | `cut`, `cut-after-N`                | ends after N chunks of content (0) without a finish                     |
 * | `malformed`, `malformed-after-N`    | sends what is no JSON after N chunks of content (0)                     |
 * | `in-band-error`, `in-band-error-after-N` | reports an error under a 200 after N chunks of content (0)         |
 * | `slow`, `slow-MS`                   | waits MS milliseconds (1000) before the first content                   |
 * | any other                           | answers                                                                 |
 *
 * A whole answer has no chunks: there N is passed over.
 */
export type Script =
  | { readonly kind: 'answer'; readonly delayMs: number }
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'stall' | 'cut' | 'malformed' | 'in-band-error'; readonly after: number }

const slowMs = 1_000

const refusals: Readonly<Record<string, Extract<Script, { kind: 'refuse' }>>> = {
  'context-length': refusal(400, 'context_length_exceeded', "this model's maximum context length is exceeded"),
  'content-policy': refusal(400, 'content_policy_violation', 'the request was refused by the content policy'),
  quota: refusal(429, 'insufficient_quota', 'you exceeded your current quota'),
}

const codes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'invalid_api_key',
  403: 'permission_denied',
  404: 'model_not_found',
  408: 'request_timeout',
  413: 'request_too_large',
  429: 'rate_limit_exceeded',
  503: 'overloaded',
  529: 'overloaded',
}

export function scriptOf(model: string): Script {
  const refused = Object.hasOwn(refusals, model) ? refusals[model] : undefined
  if (refused) return refused
  const status = Number(/^error-([45]\d\d)$/.exec(model)?.[1] ?? 0)
  if (status !== 0) {
    const code = codes[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error')
    return refusal(status, code, `simulated ${status}`)
  }
  if (model === 'timeout') return { kind: 'timeout' }
  const slow = /^slow(?:-(\d{1,7}))?$/.exec(model)
  if (slow) return { kind: 'answer', delayMs: Number(slow[1] ?? slowMs) }
  const broken = /^(stall|cut|malformed|in-band-error)(?:-after-(\d{1,6}))?$/.exec(model)
  if (broken) {
    return { kind: broken[1] as 'stall' | 'cut' | 'malformed' | 'in-band-error', after: Number(broken[2] ?? 0) }
  }
  return { kind: 'answer', delayMs: 0 }
}

function refusal(status: number, code: string, message: string): Extract<Script, { kind: 'refuse' }> {
  return { kind: 'refuse', status, code, message }
}
