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
import type { Provider, ProviderResponse } from '../providers/provider.ts'
import type { Clocks } from './clocks.ts'
import { createFrameReader, type FrameReader, type ReadFrame } from './frames.ts'
import type { AttemptError } from './outcome.ts'
import { type AttemptFailure, endedBy, failedBy, readWholeJson, refused, send, type Unserved } from './send.ts'

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
  | Unserved

/** What the answer's head says of further calls. */
interface Limited {
  readonly restMs: number | undefined
}

/** Bytes that are held back before content; a provider that says so much and yet nothing is broken. */
const maxHeldBytes = 4 * 1024 * 1024

export async function attempt(options: AttemptOptions): Promise<AttemptResult> {
  const { provider, dialect, model, body, stream, headers, clocks, timeouts } = options
  // A whole answer shows no first token: its clocks are `timeout` and, between its bytes, `idle`.
  if (stream && timeouts.firstTokenMs !== undefined) clocks.start('first_token', timeouts.firstTokenMs)
  const request = { model, dialect: dialect.name, body, stream, headers }
  return send({ provider, request, decodeError: dialect.decodeError, timeouts, clocks }, (response) => {
    const type = response.headers('content-type') ?? ''
    // Some servers answer a stream's request with a JSON document: an error, as a rule.
    const isWhole = !stream || /^application\/json\b/i.test(type)
    return isWhole ? readWhole(options, response) : readBeginning(options, response)
  })
}

async function readWhole(options: AttemptOptions, response: ProviderResponse): Promise<AttemptResult> {
  const json = await readWholeJson(options, response)
  if (json.kind === 'failed') return json
  const answer = options.dialect.decodeAnswer(json.value)
  if (isError(answer)) return refused(answer)
  if (options.stream)
    return refused(malformed('the provider answered with a whole document where a stream was asked for'))
  return { kind: 'whole', answer, bytes: json.bytes, restMs: response.restMs }
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
