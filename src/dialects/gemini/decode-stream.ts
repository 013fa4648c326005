/**
 * The chunks of a Gemini stream → neutral events. There is no mark of the end: the stream is complete when the
 * connection ends and every candidate has said why it finished, which may come in a later chunk than its last part.
 */
import type { StreamDecoder } from '../dialect.ts'
import { compact, fieldsBeside, filledString, finiteNumber, isArray, isObject, parseJson } from '../json.ts'
import type { Json, JsonObject, StreamEvent, UpstreamError } from '../neutral.ts'
import { createSseDecoder, type SseItem } from '../sse.ts'
import { decodeBodyError, malformed } from '../upstream-error.ts'
import { wholeCharacters } from '../whole-characters.ts'
import { ANSWER_FIELDS, createdIn, findBlock, findSlip } from './decode-answer.ts'
import { type CandidateDecoder, createCandidateDecoder } from './decode-candidate.ts'
import { geminiExtensions } from './extensions.ts'
import { decodeUsage } from './usage.ts'

export function decodeStream(): StreamDecoder {
  return wholeCharacters(createDecoder())
}

function createDecoder(): StreamDecoder {
  const sse = createSseDecoder()
  const candidates = new Map<number, CandidateDecoder>()
  let hasStarted = false
  let isOver = false

  const fail = (error: UpstreamError): readonly StreamEvent[] => {
    isOver = true
    return [{ kind: 'error', error }]
  }
  const start = (chunk: JsonObject): readonly StreamEvent[] => {
    if (hasStarted) return []
    hasStarted = true
    return [
      compact({
        kind: 'start' as const,
        id: filledString(chunk['responseId']) ?? '',
        model: filledString(chunk['modelVersion']) ?? '',
        created: createdIn(chunk),
        extensions: geminiExtensions(fieldsBeside(chunk, ANSWER_FIELDS)),
      }),
    ]
  }
  const candidateAt = (index: number, answerId: string): CandidateDecoder => {
    const known = candidates.get(index) ?? createCandidateDecoder(index, answerId)
    candidates.set(index, known)
    return known
  }
  const chunk = (value: Json): readonly StreamEvent[] => {
    if (isArray(value) && value.length > 0) return chunk(value[0]!)
    if (!isObject(value)) return fail(malformed('a chunk of the stream is not a JSON object'))
    if (isObject(value['error'])) return fail(decodeBodyError(value))
    const list = isArray(value['candidates']) ? value['candidates'].filter(isObject) : []
    const block = candidates.size === 0 && list.length === 0 ? findBlock(value) : undefined
    if (block !== undefined) return fail(block)
    const events: StreamEvent[] = [...start(value)]
    for (const [i, item] of list.entries()) {
      const index = finiteNumber(item['index']) ?? i
      const said = candidateAt(index, filledString(value['responseId']) ?? '').push(item)
      if ('complaint' in said)
        return [...events, ...fail(malformed(`a chunk does not hold together: ${said.complaint}`))]
      events.push(...said)
    }
    const usage = decodeUsage(value['usageMetadata'])
    return usage === undefined ? events : [...events, { kind: 'usage', usage }]
  }
  const item = (item: SseItem): readonly StreamEvent[] => {
    if (isOver) return []
    if (item.kind === 'comment') return [{ kind: 'ping' }]
    if (item.kind === 'overflow') return fail(malformed('an event of the stream is too long'))
    const data = item.data.trim()
    // Some proxies add OpenAI's end mark.
    if (data === '' || data === '[DONE]') return []
    const value = parseJson(data)
    return value === undefined ? fail(malformed('a chunk of the stream is not JSON')) : chunk(value)
  }
  const close = (): readonly StreamEvent[] => {
    const all = [...candidates.values()]
    if (all.length === 0) return fail(malformed('the stream ended without an answer'))
    const ended = all.map((candidate) => candidate.ended())
    if (ended.some(({ word }) => word === undefined)) return fail(malformed('the stream broke off before its end'))
    const slip = findSlip(ended)
    if (slip !== undefined) return fail(slip)
    isOver = true
    return [...all.flatMap((candidate) => candidate.finish()), { kind: 'end' }]
  }
  return {
    push: (bytes) => (isOver ? [] : sse.push(bytes).flatMap(item)),
    end: () => {
      if (isOver) return []
      const last = sse.end().flatMap(item)
      return isOver ? last : [...last, ...close()]
    },
  }
}
