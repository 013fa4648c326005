/** What the replays share: sending recorded bytes in random pieces, and comparing what answers say. */
import type { ServerResponse } from 'node:http'
import type { Dialect } from '../../src/dialects/dialect.ts'
import type { Answer, Block, Json, StopReason } from '../../src/dialects/neutral.ts'
import { accumulate } from '../dialects/accumulate.ts'
import { bytesOf, cutAt, feed } from '../dialects/cut.ts'
import type { Recording } from '../dialects/recordings.ts'

/** Where clients of a dialect call. */
export function pathOf({ name }: Pick<Dialect, 'name'>): string {
  switch (name) {
    case 'anthropic':
      return '/v1/messages'
    case 'openai-responses':
      return '/v1/responses'
    case 'openai-completions':
      return '/v1/completions'
    default:
      return '/v1/chat/completions'
  }
}

/** The bytes that the provider sent. */
export function wireOf({ response }: Recording): string {
  return response.body_text ?? `${response.body_prefix ?? ''}${JSON.stringify(response.body)}`
}

/** Answers with what was recorded, cut at four places that `draw` gives. */
export async function sendInPieces(response: ServerResponse, recording: Recording, draw: () => number): Promise<void> {
  const recorded = recording.response
  const text = wireOf(recording)
  const type = recorded.format === 'sse' ? 'text/event-stream' : 'application/json'
  response.writeHead(recorded.status, { 'content-type': type })
  const bytes = bytesOf(text)
  for (const piece of cutAt(bytes, [draw(), draw(), draw(), draw()])) {
    response.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  response.end()
}

/** The answer that a body says in a dialect; throws where it says an error. */
export function readAnswer(dialect: Dialect, text: string, isStream: boolean): Answer {
  if (isStream) {
    const read = accumulate(feed(dialect.decodeStream(), [bytesOf(text)]))
    if (read.kind === 'failed') throw new Error(`the stream says an error: ${read.error.message}`)
    return read.answer
  }
  const answer = dialect.decodeAnswer(JSON.parse(text) as Json)
  if (!('choices' in answer)) throw new Error(`the answer is an error: ${answer.message}`)
  return answer
}

/** What an answer says that both dialects can say. */
export function sayingOf(answer: Answer) {
  const { content, stop } = answer.choices[0] ?? {
    content: [] as readonly Block[],
    stop: { reason: 'unknown' as const },
  }
  const { input, output, cachedInput } = answer.usage ?? {}
  return {
    text: content.flatMap((each) => (each.kind === 'text' || each.kind === 'refusal' ? [each.text] : [])).join(''),
    calls: content.flatMap((each) =>
      each.kind === 'tool_call'
        ? [{ id: each.id, name: each.name, arguments: JSON.parse(each.arguments || '{}') }]
        : [],
    ),
    stop: levelled(stop.reason),
    usage: { input, output, cachedInput: cachedInput ?? 0 },
  }
}

/** OpenAI has one word for an answer that ended of itself and one that met a stop sequence or a pause. */
function levelled(reason: StopReason): string {
  if (reason === 'stop_sequence' || reason === 'pause' || reason === 'unknown') return 'end'
  return reason === 'refusal' ? 'content_filter' : reason
}

/** What a recording is of, for counting. */
export function kindOf({ response, request }: Recording): string {
  if (response.status >= 400) return 'error'
  const isStream = response.format === 'sse'
  const hasTools = typeof request.body === 'object' && request.body !== null && 'tools' in request.body
  return `${isStream ? 'stream' : 'whole'}${hasTools ? ' with tools' : ''}`
}
