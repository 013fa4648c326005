/**
 * The chunks of an OpenAI chat completion stream → neutral events, for every server that speaks this dialect.
 *
 * Decisions where servers differ:
 * - A choice's finish is held until the stream says that it is over, since OpenRouter repeats it, Mistral adds to
 *   it and an error can still follow it.
 * - A finish reason and then the end of the connection is a complete answer (some servers send no `[DONE]`).
 * - `[DONE]` after content but without any finish reason is complete, with an unknown stop: the server's own end
 *   mark says so. `[DONE]` after nothing is `malformed`, and so is a connection that ends without both.
 */
import type { StreamDecoder } from '../dialect.ts'
import { compact, fieldsBeside, filledString, finiteNumber, isArray, isObject, parseJson } from '../json.ts'
import type { Json, JsonObject, StreamEvent } from '../neutral.ts'
import { createSseDecoder, type SseItem } from '../sse.ts'
import { decodeBodyError, malformed } from '../upstream-error.ts'
import { wholeCharacters } from '../whole-characters.ts'
import { hasError } from './decode-answer.ts'
import { type ChoiceDecoder, createChoiceDecoder } from './decode-choice.ts'
import { openaiExtensions } from './extensions.ts'
import { findSources, type Source } from './sources.ts'
import { decodeUsage } from './usage.ts'

const CHUNK_FIELDS = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'error',
  'obfuscation',
  'p',
  'prompt_filter_results',
])

/** `asChat` puts the chunks of a dialect that differs in little into this one's form. */
export function decodeStream(asChat: (chunk: JsonObject) => JsonObject = (chunk) => chunk): StreamDecoder {
  return wholeCharacters(createDecoder(asChat))
}

function createDecoder(asChat: (chunk: JsonObject) => JsonObject): StreamDecoder {
  const sse = createSseDecoder()
  const choices = new Map<number, ChoiceDecoder>()
  /** Fields of chunks that are not the choice's and were not said at the start, such as moderation at the end. */
  let late: JsonObject = {}
  let early: JsonObject = {}
  let sources: readonly Source[] | undefined
  let hasStarted = false
  let isOver = false

  const fail = (error: ReturnType<typeof malformed>): readonly StreamEvent[] => {
    isOver = true
    return [{ kind: 'error', error }]
  }
  const close = (isMarked: boolean): readonly StreamEvent[] => {
    const all = [...choices.values()]
    if (all.length === 0) return fail(malformed('the stream ended without an answer'))
    if (!isMarked && !all.every((choice) => choice.hasFinish()))
      return fail(malformed('the stream broke off before its end'))
    isOver = true
    return [...all.flatMap((choice, i) => choice.finish(i === 0 ? late : {}, sources)), { kind: 'end' }]
  }
  const start = (chunk: JsonObject): readonly StreamEvent[] => {
    if (hasStarted) return []
    hasStarted = true
    early = fieldsBeside(chunk, CHUNK_FIELDS) ?? {}
    return [
      compact({
        kind: 'start' as const,
        id: filledString(chunk['id']) ?? '',
        model: filledString(chunk['model']) ?? '',
        created: finiteNumber(chunk['created']),
        extensions: openaiExtensions(early),
      }),
    ]
  }
  const choiceAt = (index: number, id: string): ChoiceDecoder => {
    const known = choices.get(index) ?? createChoiceDecoder(index, `${id}_${index}`)
    choices.set(index, known)
    return known
  }
  const chunk = (value: Json): readonly StreamEvent[] => {
    if (!isObject(value)) return fail(malformed('a chunk of the stream is not a JSON object'))
    if (hasError(value)) return fail(decodeBodyError(value))
    const list = isArray(value['choices']) ? value['choices'] : []
    const events: StreamEvent[] = []
    sources = findSources(value) ?? sources
    if (hasStarted) late = { ...late, ...changed(fieldsBeside(value, CHUNK_FIELDS), early) }
    // Azure's first chunk, without choices and id, is none of the answer.
    if (list.length > 0) events.push(...start(value))
    for (const item of list) {
      if (!isObject(item)) continue
      if (hasError(item)) return [...events, ...fail(decodeBodyError(item))]
      const choice = choiceAt(finiteNumber(item['index']) ?? 0, filledString(value['id']) ?? '')
      events.push(...choice.push(item, sources !== undefined))
    }
    const usage =
      decodeUsage(value['usage']) ?? decodeUsage(isObject(value['x_groq']) ? value['x_groq']['usage'] : undefined)
    if (usage !== undefined) events.push(...start(value), { kind: 'usage', usage })
    return events
  }
  const item = (item: SseItem): readonly StreamEvent[] => {
    if (isOver) return []
    if (item.kind === 'comment') return [{ kind: 'ping' }]
    if (item.kind === 'overflow') return fail(malformed('an event of the stream is too long'))
    const data = item.data.trim()
    if (data === '[DONE]') return close(true)
    if (data === '') return []
    const value = parseJson(data)
    if (value === undefined) return fail(malformed('a chunk of the stream is not JSON'))
    // A failing stream may name the event instead of wrapping the error.
    if (item.event === 'error') return fail(decodeBodyError(value))
    return chunk(isObject(value) ? asChat(value) : value)
  }
  return {
    push: (bytes) => (isOver ? [] : sse.push(bytes).flatMap(item)),
    end: () => {
      if (isOver) return []
      const last = sse.end().flatMap(item)
      return isOver ? last : [...last, ...close(false)]
    },
  }
}

/** The fields that say something else than before. */
function changed(fields: JsonObject | undefined, before: JsonObject): JsonObject {
  const differs = ([key, value]: [string, Json]): boolean =>
    value !== null &&
    (typeof value !== 'object' ? before[key] !== value : JSON.stringify(before[key]) !== JSON.stringify(value))
  return Object.fromEntries(Object.entries(fields ?? {}).filter(differs))
}
