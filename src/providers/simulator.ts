/**
 * A provider that answers by itself: no key, no network. It writes the bytes of an OpenAI-like server and is read
 * through the same dialect as a real one, so that everything above it is exercised as in earnest. The model's id
 * may ask it to fail: see the table in `simulator-script.ts`.
 *
 * Settings: `latency_ms`, the wait before the first content, and `chunk_delay_ms`, the wait between two chunks of a
 * stream.
 */
import type { ProviderConfig } from '../config/config.ts'
import type { JsonObject } from '../dialects/neutral.ts'
import { openaiChat } from '../dialects/openai-chat/openai-chat.ts'
import { writeSse } from '../dialects/sse.ts'
import { pause } from './pause.ts'
import type { Provider, ProviderRequest, ProviderResult, SetTimer } from './provider.ts'
import { type CountTokens, readBody, type SimulatedAnswer, simulateAnswer } from './simulator-answer.ts'
import { type Script, scriptOf } from './simulator-script.ts'

export interface SimulatorOptions {
  readonly now: () => number
  readonly setTimer: SetTimer
  readonly countTokens: CountTokens
}

export function createSimulator(config: ProviderConfig, options: SimulatorOptions): Provider {
  const latencyMs = Number(config.options['latency_ms'] ?? 0)
  const chunkDelayMs = Number(config.options['chunk_delay_ms'] ?? 0)

  const call = async (request: ProviderRequest): Promise<ProviderResult> => {
    const script = scriptOf(request.model)
    const wait = (ms: number) => pause(ms, request.signal, options.setTimer)
    const body = readBody(request.body)
    if (!body) return respond(400, wire(errorBody(400, 'invalid_request_error', 'the body is no JSON object')))
    if (script.kind === 'refuse')
      return respond(script.status, wire(errorBody(script.status, script.code, script.message)))
    if (script.kind === 'timeout') {
      await wait(Number.POSITIVE_INFINITY).catch(() => undefined)
      return { ok: false, failure: { kind: 'aborted' } }
    }
    const answer = simulateAnswer(body, `${config.name}/${request.model}`, options.countTokens)
    const scene: Scene = { body, answer, script, model: request.model, created: Math.floor(options.now() / 1000) }
    const lines = request.stream ? streamed(scene, latencyMs, chunkDelayMs) : whole(scene, latencyMs)
    return respond(200, played(lines, wait), request.stream ? 'text/event-stream' : 'application/json')
  }

  return {
    name: config.name,
    type: config.type,
    dialect: openaiChat,
    encoding: {},
    call,
    redact: (text) => text,
    close: async () => {},
  }
}

interface Scene {
  readonly body: JsonObject
  readonly answer: SimulatedAnswer
  readonly script: Script
  readonly model: string
  readonly created: number
}

/** What a script plays: text to send, a wait, or a break of the connection. */
type Line = string | { readonly waitMs: number } | 'break'

function* whole(scene: Scene, latencyMs: number): Generator<Line> {
  const { answer, body, script } = scene
  const text = JSON.stringify({
    ...head(scene, 'chat.completion'),
    choices: Array.from({ length: countIn(body) }, (_, index) => ({
      index,
      message: {
        role: 'assistant',
        content: answer.toolCall ? null : answer.pieces.join(''),
        refusal: null,
        ...(answer.toolCall ? { tool_calls: [toolCallOf(answer.toolCall)] } : {}),
      },
      logprobs: null,
      finish_reason: answer.finish,
    })),
    usage: usageOf(scene),
  })
  yield { waitMs: latencyMs }
  switch (script.kind) {
    case 'answer':
      yield { waitMs: script.delayMs }
      return yield text
    case 'stall':
      yield text.slice(0, text.length / 2)
      return yield { waitMs: Number.POSITIVE_INFINITY }
    case 'cut':
      yield text.slice(0, text.length / 2)
      return yield 'break'
    case 'malformed':
      return yield '<html><body>502 Bad Gateway</body></html>'
    case 'in-band-error':
      return yield JSON.stringify(inBandError)
    case 'refuse':
    case 'timeout':
  }
}

function* streamed(scene: Scene, latencyMs: number, chunkDelayMs: number): Generator<Line> {
  const { answer, body, script } = scene
  const base = head(scene, 'chat.completion.chunk')
  const wantsUsage = (body['stream_options'] as JsonObject | undefined)?.['include_usage'] === true
  const chunk = (choices: readonly JsonObject[], usage: JsonObject | null = null) =>
    writeSse(JSON.stringify({ ...base, choices, ...(wantsUsage ? { usage } : {}) }))
  const each = (delta: JsonObject, finish: string | null = null) =>
    Array.from({ length: countIn(body) }, (_, index) =>
      chunk([{ index, delta, logprobs: null, finish_reason: finish }]),
    ).join('')

  yield each({ role: 'assistant', content: answer.toolCall ? null : '' })
  yield { waitMs: latencyMs + (script.kind === 'answer' ? script.delayMs : 0) }
  let sent = 0
  for (const delta of deltasOf(answer)) {
    if ('after' in script && script.after <= sent) return yield* breakDown(script.kind)
    if (0 < sent) yield { waitMs: chunkDelayMs }
    yield each(delta)
    sent++
  }
  // An answer of fewer chunks still goes wrong before its end.
  if ('after' in script) return yield* breakDown(script.kind)
  yield each({}, answer.finish)
  if (wantsUsage) yield chunk([], usageOf(scene))
  yield writeSse('[DONE]')
}

function* breakDown(kind: 'stall' | 'cut' | 'malformed' | 'in-band-error'): Generator<Line> {
  switch (kind) {
    case 'stall':
      return yield { waitMs: Number.POSITIVE_INFINITY }
    case 'cut':
      return
    case 'malformed':
      return yield writeSse('{"id":"chatcmpl-sim","choices":[{"index":0,"delta":{"cont')
    case 'in-band-error':
      return yield writeSse(JSON.stringify(inBandError))
  }
}

const inBandError = { error: { message: 'simulated error under a 200', type: 'server_error', param: null, code: 500 } }

function deltasOf(answer: SimulatedAnswer): readonly JsonObject[] {
  if (!answer.toolCall) return answer.pieces.map((content) => ({ content }))
  const { arguments: text, ...rest } = answer.toolCall
  const begin = { tool_calls: [{ index: 0, ...toolCallOf({ ...rest, arguments: '' }) }] }
  const half = Math.ceil(text.length / 2)
  const parts = [text.slice(0, half), text.slice(half)].filter((part) => part !== '')
  return [begin, ...parts.map((part) => ({ tool_calls: [{ index: 0, function: { arguments: part } }] }))]
}

function toolCallOf({ id, name, arguments: text }: NonNullable<SimulatedAnswer['toolCall']>) {
  return { id, type: 'function', function: { name, arguments: text } }
}

function head({ model, created, answer }: Scene, object: string): JsonObject {
  const id = `chatcmpl-sim-${answer.promptTokens}-${answer.completionTokens}`
  return { id, object, created, model, system_fingerprint: 'fp_simulator' }
}

function usageOf({ answer, body }: Scene): JsonObject {
  const completion = answer.completionTokens * countIn(body)
  return {
    prompt_tokens: answer.promptTokens,
    completion_tokens: completion,
    total_tokens: answer.promptTokens + completion,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  }
}

function countIn(body: JsonObject): number {
  const n = body['n']
  return typeof n === 'number' && 1 <= n ? Math.min(Math.floor(n), 128) : 1
}

function errorBody(status: number, code: string, message: string): string {
  const type = status === 429 ? code : 500 <= status ? 'server_error' : 'invalid_request_error'
  return JSON.stringify({ error: { message, type, param: null, code } })
}

const encoder = new TextEncoder()

async function* wire(text: string): AsyncGenerator<Uint8Array> {
  yield encoder.encode(text)
}

async function* played(lines: Iterable<Line>, wait: (ms: number) => Promise<void>): AsyncGenerator<Uint8Array> {
  for (const line of lines) {
    if (line === 'break') throw new Error('the simulated connection broke')
    if (typeof line === 'string') yield encoder.encode(line)
    else if (0 < line.waitMs) await wait(line.waitMs)
  }
}

function respond(status: number, body: AsyncIterable<Uint8Array>, type = 'application/json'): ProviderResult {
  return {
    ok: true,
    status,
    headers: (name) => (name.toLowerCase() === 'content-type' ? type : undefined),
    body,
    otherKeyReady: false,
  }
}
