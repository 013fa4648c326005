/**
 * One attempt at one target: send, read, and say what came of it. A stream counts as served from its first content
 * on; until then whatever goes wrong is a failed attempt, and nothing of it has reached anyone.
 */

import type { ProviderDialect } from '../dialects/dialect.ts'
import { isContent } from '../dialects/is-content.ts'
import { mergeUsage } from '../dialects/merge-usage.ts'
import type { Answer, StreamEvent, UpstreamError, Usage } from '../dialects/neutral.ts'
import { malformed } from '../dialects/upstream-error.ts'
import type { Timeouts } from '../graph/decision.ts'
import type { Provider, ProviderResponse, TransportFailure } from '../providers/provider.ts'
import { maxBodyBytes, maxErrorBytes, readBody, readJson } from './body.ts'
import type { Clocks, Ending } from './clocks.ts'
import { createFrameReader, type FrameReader, type ReadFrame } from './frames.ts'
import type { AttemptError } from './outcome.ts'

export interface AttemptOptions {
  readonly provider: Provider
  /** Which of the provider's dialects is spoken. */
  readonly dialect: ProviderDialect
  readonly model: string
  readonly body: Uint8Array
  readonly stream: boolean
  readonly headers: Readonly<Record<string, string>>
  /** Leave out the usage chunk of a stream that the client did not ask for. */
  readonly hidesUsage: boolean
  readonly timeouts: Timeouts
  readonly clocks: Clocks
}

export type AttemptResult =
  | (Limited & { readonly kind: 'whole'; readonly answer: Answer; readonly bytes: Uint8Array })
  /** Committed: what was held back, the last of it with content, and where the rest comes from. */
  | (Limited & { readonly kind: 'stream'; readonly held: readonly ReadFrame[]; readonly reader: FrameReader })
  | AttemptFailure
  | { readonly kind: 'cancelled' }

/** What the answer's head says of further calls. */
interface Limited {
  readonly restMs: number | undefined
}

export interface AttemptFailure {
  readonly kind: 'failed'
  readonly error: AttemptError
  readonly otherKeyReady: boolean
  readonly usage?: Usage
}

/** Bytes that are held back before content; a provider that says so much and yet nothing is broken. */
const maxHeldBytes = 4 * 1024 * 1024

export async function attempt(options: AttemptOptions): Promise<AttemptResult> {
  const { provider, clocks, timeouts, stream } = options
  // A whole answer shows no first token: its clocks are `timeout` and, between its bytes, `idle`.
  if (stream && timeouts.firstTokenMs !== undefined) clocks.start('first_token', timeouts.firstTokenMs)
  const result = await provider.call({
    model: options.model,
    dialect: options.dialect.name,
    body: options.body,
    stream,
    headers: options.headers,
    signal: clocks.signal,
    ...(timeouts.connectMs === undefined ? {} : { connectTimeoutMs: timeouts.connectMs }),
  })
  const ending = clocks.ending()
  if (ending) return endedBy(ending)
  if (!result.ok) return failedBy(errorOf(result.failure))
  const response = { ...result, body: marked(result.body) }
  try {
    if (result.status < 200 || 300 <= result.status) return await readRefusal(options, response)
    const type = result.headers('content-type') ?? ''
    // Some servers answer a stream's request with a JSON document: an error, as a rule.
    if (!stream || /^application\/json\b/i.test(type)) return await readWhole(options, response)
    return await readBeginning(options, response)
  } catch (error) {
    return brokenOff(clocks, error)
  }
}

/** What a broken body means: one of our clocks, the caller, or the other side. */
export function brokenOff(clocks: Clocks, error: unknown): AttemptFailure | { readonly kind: 'cancelled' } {
  const ending = clocks.ending()
  if (ending) return endedBy(ending)
  const reason = error instanceof Error && error.message !== '' ? `: ${error.message}` : ''
  if (error instanceof BrokenBody) {
    return failedBy({ kind: 'cut', message: `the connection broke before the end of the answer${reason}` })
  }
  // A decoder is meant to be total; one that is not must not take the gateway down with it.
  return refused(malformed(`the answer could not be read${reason}`))
}

class BrokenBody extends Error {}

/** The same bytes; what breaks them off is told from what goes wrong in reading them. */
function marked(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = body[Symbol.asyncIterator]()
  const reader: AsyncIterator<Uint8Array> = {
    next: () =>
      source.next().catch((error: unknown) => {
        throw new BrokenBody(error instanceof Error ? error.message : '')
      }),
    return: async () => (await source.return?.()) ?? { done: true, value: undefined },
  }
  return { [Symbol.asyncIterator]: () => reader }
}

async function readRefusal({ dialect }: AttemptOptions, response: ProviderResponse): Promise<AttemptFailure> {
  const { bytes } = await readBody(response.body, maxErrorBytes, () => {})
  const json = readJson(bytes)
  const [body, text] = json.ok ? [json.value, ''] : [undefined, json.text.slice(0, 1000)]
  const error = dialect.decodeError(response.status, response.headers, body, text)
  const otherKeyReady = response.otherKeyReady || response.onRefusal?.(error) === true
  return { ...failedBy({ kind: 'upstream', error }), otherKeyReady }
}

async function readWhole(options: AttemptOptions, response: ProviderResponse): Promise<AttemptResult> {
  const { clocks, timeouts, dialect } = options
  const { kind, bytes } = await readBody(response.body, maxBodyBytes, () => {
    if (timeouts.idleMs !== undefined) clocks.start('idle', timeouts.idleMs)
  })
  clocks.stop('idle')
  if (kind === 'too_long') return refused(malformed(`the answer is longer than ${maxBodyBytes} bytes`))
  const json = readJson(bytes)
  if (!json.ok) return refused(malformed(describeText(json.text)))
  const answer = dialect.decodeAnswer(json.value)
  if (isError(answer)) return refused(answer)
  if (options.stream)
    return refused(malformed('the provider answered with a whole document where a stream was asked for'))
  return { kind: 'whole', answer, bytes, restMs: response.restMs }
}

async function readBeginning(options: AttemptOptions, response: ProviderResponse): Promise<AttemptResult> {
  const { clocks, dialect } = options
  const reader = createFrameReader(response.body, {
    decoder: dialect.decodeStream(),
    ...(dialect.framing === undefined ? {} : { framing: dialect.framing }),
    hidesUsage: options.hidesUsage,
  })
  const held: ReadFrame[] = []
  let heldBytes = 0
  let usage: Usage | undefined
  const fail = async (error: AttemptError): Promise<AttemptFailure> => {
    await reader.leave()
    return { ...failedBy(error), ...(usage ? { usage } : {}) }
  }
  for (;;) {
    const frame = await reader.next()
    // What had been read before one of our clocks ran out comes too late.
    const ending = clocks.ending()
    if (ending) return endedBy(ending)
    if (!frame) return fail({ kind: 'upstream', error: malformed('the answer ended without saying anything') })
    held.push(frame)
    heldBytes += frame.bytes.byteLength
    if (frame.events.some(commits)) {
      clocks.stop('first_token')
      return { kind: 'stream', held, reader, restMs: response.restMs }
    }
    for (const event of frame.events) usage = mergeUsage(usage, usageIn(event))
    const last = frame.events.at(-1)
    if (last?.kind === 'error') {
      return fail(frame.isCut ? { kind: 'cut', message: last.error.message } : { kind: 'upstream', error: last.error })
    }
    if (last?.kind === 'end') {
      return fail({ kind: 'upstream', error: malformed('the answer ended without saying anything') })
    }
    if (maxHeldBytes < heldBytes) {
      return fail({ kind: 'upstream', error: malformed(`no content within ${maxHeldBytes} bytes`) })
    }
  }
}

/** Content commits; an end that the decoder had to make up, with no word of the provider's, is none. */
function commits(event: StreamEvent): boolean {
  return (
    isContent(event) && !(event.kind === 'finish' && event.stop.reason === 'unknown' && event.stop.raw === undefined)
  )
}

function usageIn(event: StreamEvent): Usage | undefined {
  return event.kind === 'usage' || event.kind === 'start' ? event.usage : undefined
}

function isError(answer: Answer | UpstreamError): answer is UpstreamError {
  return !('choices' in answer)
}

function describeText(text: string): string {
  const start = text.trimStart()
  if (start === '') return 'the answer is empty'
  return start.startsWith('<') ? 'the answer is a page instead of JSON' : 'the answer is no JSON'
}

function errorOf(failure: TransportFailure): AttemptError {
  switch (failure.kind) {
    case 'connect':
    case 'cut':
      return failure
    case 'connect_timeout':
      return { kind: 'timeout', clock: 'connect', message: failure.message }
    case 'malformed':
      return { kind: 'upstream', error: malformed(failure.message) }
    // Only our own signal aborts a call, and then there is an ending.
    case 'aborted':
      return { kind: 'cut', message: 'the call was aborted' }
  }
}

function endedBy(ending: Ending): AttemptFailure | { readonly kind: 'cancelled' } {
  return ending.kind === 'cancelled' ? ending : failedBy(ending)
}

function failedBy(error: AttemptError): AttemptFailure {
  return { kind: 'failed', error, otherKeyReady: false }
}

function refused(error: UpstreamError): AttemptFailure {
  return failedBy({ kind: 'upstream', error })
}
