/**
 * The events of a Cohere chat stream → neutral events.
 *
 * The stream is over with `message-end`, which holds the finish and the usage; the `[DONE]` after it adds nothing.
 * A text stays open until something else begins, since a citation of it can come after its `content-end`. Events of
 * types that are not known are tolerated.
 */
import type { StreamDecoder } from '../dialect.ts'
import { filledString, finiteNumber, isArray, isObject, parseJson } from '../json.ts'
import type { BlockStart, Json, JsonObject, StreamEvent, UpstreamError } from '../neutral.ts'
import { createSseDecoder, type SseItem } from '../sse.ts'
import { malformed } from '../upstream-error.ts'
import { wholeCharacters } from '../whole-characters.ts'
import { readCitation } from './citations.ts'
import { decodeBodyFailure } from './errors.ts'
import { decodeFinish, findFailure } from './finish-reason.ts'
import { decodeLogprobs } from './logprobs.ts'
import { decodeUsage } from './usage.ts'

type Flowing = 'text' | 'reasoning'

/** The text or thinking that is open: its place on the wire (the plan has none) and in the neutral answer. */
interface Open {
  readonly kind: Flowing
  readonly at: number | 'plan'
  readonly block: number
}

export function decodeStream(): StreamDecoder {
  return wholeCharacters(createDecoder())
}

function createDecoder(): StreamDecoder {
  const sse = createSseDecoder()
  let open: Open | undefined
  /** The block of each call that is open, by its index on the wire. */
  const calls = new Map<number, number>()
  let blocks = 0
  let hasStarted = false
  let isOver = false

  const fail = (error: UpstreamError): readonly StreamEvent[] => {
    isOver = true
    return [{ kind: 'error', error }]
  }
  const start = (id: Json | undefined): readonly StreamEvent[] => {
    if (hasStarted) return []
    hasStarted = true
    return [{ kind: 'start', id: filledString(id) ?? '', model: '' }]
  }
  const stopOpen = (): readonly StreamEvent[] => {
    const before = open
    open = undefined
    return before === undefined ? [] : [{ kind: 'block_stop', choice: 0, block: before.block }]
  }
  const startBlock = (of: BlockStart): readonly StreamEvent[] => [
    ...start(undefined),
    ...stopOpen(),
    { kind: 'block_start', choice: 0, block: blocks++, of },
  ]
  /** Opens the text or thinking at a place, unless it is the one that is open. */
  const flow = (kind: Flowing, at: Open['at']): readonly StreamEvent[] => {
    if (open?.at === at && open.kind === kind) return []
    const events = startBlock({ kind })
    open = { kind, at, block: blocks - 1 }
    return events
  }
  const say = (kind: Flowing, at: Open['at'], text: string, logprobs?: Json): readonly StreamEvent[] => {
    if (text === '' && logprobs === undefined) return []
    const before = flow(kind, at)
    const piece = { choice: 0, block: open!.block, text }
    if (kind === 'reasoning') return [...before, { kind, ...piece }]
    return [...before, { kind, ...piece, ...(logprobs !== undefined && { logprobs }) }]
  }
  const content = (event: JsonObject, message: JsonObject): readonly StreamEvent[] => {
    const part = isObject(message['content']) ? message['content'] : {}
    const isThinking = part['type'] === 'thinking' || typeof part['thinking'] === 'string'
    const at = finiteNumber(event['index']) ?? 0
    const kind = isThinking ? 'reasoning' : 'text'
    const text = filledString(part[isThinking ? 'thinking' : 'text']) ?? ''
    return say(kind, at, text, decodeLogprobs(event['logprobs']))
  }
  const startCall = (index: number, call: JsonObject): readonly StreamEvent[] => {
    const called = isObject(call['function']) ? call['function'] : {}
    const name = filledString(called['name'])
    if (name === undefined) return fail(malformed('a tool call of the stream has no name'))
    const events = startBlock({ kind: 'tool_call', id: filledString(call['id']) ?? name, name })
    calls.set(index, blocks - 1)
    return [...events, ...callArguments(index, call)]
  }
  const callArguments = (index: number, call: JsonObject): readonly StreamEvent[] => {
    const called = isObject(call['function']) ? call['function'] : {}
    const block = calls.get(index)
    const text = filledString(called['arguments'])
    if (block === undefined) return fail(malformed('a piece of the stream belongs to no tool call'))
    return text === undefined ? [] : [{ kind: 'arguments', choice: 0, block, text }]
  }
  const stopCall = (index: number): readonly StreamEvent[] => {
    const block = calls.get(index)
    calls.delete(index)
    return block === undefined ? [] : [{ kind: 'block_stop', choice: 0, block }]
  }
  /** A citation of anything but the text that is open has no block to stand in. */
  const cite = (value: Json | undefined): readonly StreamEvent[] => {
    if (open?.kind !== 'text' || value === undefined) return []
    const { block } = open
    return (isArray(value) ? value : [value]).flatMap(readCitation).map((each) => ({
      kind: 'citation',
      choice: 0,
      block,
      dialect: 'cohere',
      value: each,
    }))
  }
  const end = (delta: JsonObject): readonly StreamEvent[] => {
    const usage = decodeUsage(delta['usage'])
    const counted: readonly StreamEvent[] = usage === undefined ? [] : [{ kind: 'usage', usage }]
    const failure = findFailure(delta)
    if (failure !== undefined) return [...start(undefined), ...counted, ...fail(failure)]
    isOver = true
    return [
      ...start(undefined),
      ...stopOpen(),
      ...[...calls.keys()].flatMap(stopCall),
      ...counted,
      { kind: 'finish', choice: 0, stop: decodeFinish(delta['finish_reason']) },
      { kind: 'end' },
    ]
  }
  const event = (value: JsonObject, name: string | undefined): readonly StreamEvent[] => {
    const delta = isObject(value['delta']) ? value['delta'] : {}
    const message = isObject(delta['message']) ? delta['message'] : {}
    const index = finiteNumber(value['index']) ?? 0
    const call = isObject(message['tool_calls']) ? message['tool_calls'] : {}
    switch (value['type'] ?? name) {
      case 'message-start':
        return start(value['id'])
      case 'content-start':
      case 'content-delta':
        return content(value, message)
      case 'tool-plan-delta':
        return say('text', 'plan', filledString(message['tool_plan']) ?? '')
      case 'tool-call-start':
        return startCall(index, call)
      case 'tool-call-delta':
        return callArguments(index, call)
      case 'tool-call-end':
        return stopCall(index)
      case 'citation-start':
        return cite(message['citations'])
      case 'message-end':
        return end(delta)
      default:
        return isFailure(value, name) ? fail(decodeBodyFailure(value)) : []
    }
  }
  const item = (item: SseItem): readonly StreamEvent[] => {
    if (isOver) return []
    if (item.kind === 'comment') return [{ kind: 'ping' }]
    if (item.kind === 'overflow') return fail(malformed('an event of the stream is too long'))
    const data = item.data.trim()
    if (data === '' || data === '[DONE]') return []
    const value = parseJson(data)
    return isObject(value) ? event(value, item.event) : fail(malformed('an event of the stream is not a JSON object'))
  }
  return {
    push: (bytes) => (isOver ? [] : sse.push(bytes).flatMap(item)),
    end: () => {
      if (isOver) return []
      const last = sse.end().flatMap(item)
      return isOver ? last : [...last, ...fail(malformed('the stream broke off before its end'))]
    },
  }
}

/** An error in place of an event: the form that errors have under any other status. */
function isFailure(value: JsonObject, name: string | undefined): boolean {
  return (
    name === 'error' ||
    isObject(value['error']) ||
    filledString(value['error']) !== undefined ||
    (value['type'] === undefined && filledString(value['message']) !== undefined)
  )
}
