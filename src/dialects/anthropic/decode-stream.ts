/**
 * The events of an Anthropic message stream → neutral events. The stream ends with `message_stop`; one that ends
 * without it broke off, however much was said. Events and deltas of types that are not known are tolerated.
 */
import type { StreamDecoder } from '../dialect.ts'
import { compact, fieldsBeside, filledString, finiteNumber, isArray, isObject, parseJson } from '../json.ts'
import type { BlockStart, Json, JsonObject, StreamEvent, UpstreamError } from '../neutral.ts'
import { createSseDecoder, type SseItem } from '../sse.ts'
import { decodeBodyError, malformed } from '../upstream-error.ts'
import { wholeCharacters } from '../whole-characters.ts'
import { argumentsOf } from './decode-messages.ts'
import { anthropicExtensions } from './extensions.ts'
import { decodeStop } from './stop-reason.ts'
import { decodeUsage } from './usage.ts'

const MESSAGE_FIELDS = new Set(['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'])
const DELTA_FIELDS = new Set(['stop_reason', 'stop_sequence'])
const EVENT_FIELDS = new Set(['type', 'delta', 'usage'])
const BLOCK_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set(['type', 'text', 'citations']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted_thinking: new Set(['type', 'data']),
  tool_use: new Set(['type', 'id', 'name', 'input']),
}

export function decodeStream(): StreamDecoder {
  return wholeCharacters(createDecoder())
}

function createDecoder(): StreamDecoder {
  const sse = createSseDecoder()
  /** The wire's block indices, with the neutral number and kind of those that are open. */
  const open = new Map<number, { readonly block: number; readonly kind: BlockStart['kind'] }>()
  let blocks = 0
  /** What was said of usage so far: a later piece may say a part of it only, and silence is not zero. */
  let used: JsonObject = {}
  let hasStarted = false
  let hasFinish = false
  let isOver = false

  const fail = (error: UpstreamError): readonly StreamEvent[] => {
    isOver = true
    return [{ kind: 'error', error }]
  }
  const usageWith = (value: Json | undefined): ReturnType<typeof decodeUsage> => {
    if (!isObject(value)) return undefined
    used = { ...used, ...Object.fromEntries(Object.entries(value).filter(([, count]) => count !== null)) }
    return decodeUsage(used)
  }
  const start = (message: JsonObject): readonly StreamEvent[] => {
    if (hasStarted) return []
    hasStarted = true
    return [
      compact({
        kind: 'start' as const,
        id: filledString(message['id']) ?? '',
        model: filledString(message['model']) ?? '',
        usage: usageWith(message['usage']),
        extensions: anthropicExtensions(fieldsBeside(message, MESSAGE_FIELDS)),
      }),
    ]
  }
  const startBlock = (index: number, value: JsonObject): readonly StreamEvent[] => {
    // Blocks follow one another: one that was not closed ends where the next begins.
    const before = [...start({}), ...[...open.keys()].flatMap(stopBlock)]
    const block = blocks++
    const of = startOf(value)
    open.set(index, { block, kind: of.kind })
    const fields = of.kind === 'opaque' ? undefined : fieldsBeside(value, BLOCK_FIELDS[String(value['type'])]!)
    const extensions = anthropicExtensions(fields)
    const begun: StreamEvent = {
      kind: 'block_start',
      choice: 0,
      block,
      of,
      ...(extensions !== undefined && { extensions }),
    }
    return [...before, begun, ...contentOf(value, of, block)]
  }
  const delta = (index: number, value: JsonObject): readonly StreamEvent[] => {
    const type = value['type']
    const implied =
      type === 'text_delta' ? { type: 'text' } : type === 'thinking_delta' ? { type: 'thinking' } : undefined
    const before = open.has(index) || implied === undefined ? [] : startBlock(index, implied)
    const at = open.get(index)
    if (at === undefined)
      return type === 'input_json_delta' ? fail(malformed('a delta of the stream belongs to no block')) : []
    return [...before, ...deltaEvents(value, at.block, at.kind)]
  }
  const stopBlock = (index: number): readonly StreamEvent[] => {
    const at = open.get(index)
    open.delete(index)
    return at === undefined ? [] : [{ kind: 'block_stop', choice: 0, block: at.block }]
  }
  const messageDelta = (value: JsonObject): readonly StreamEvent[] => {
    const said = isObject(value['delta']) ? value['delta'] : {}
    const usage = usageWith(value['usage'])
    const events: StreamEvent[] = usage === undefined ? [] : [...start({}), { kind: 'usage', usage }]
    if (hasFinish || filledString(said['stop_reason']) === undefined) return events
    hasFinish = true
    const beside = fieldsBeside(value, EVENT_FIELDS)
    const extensions = anthropicExtensions({
      ...fieldsBeside(said, DELTA_FIELDS),
      ...(beside !== undefined && { message_delta: beside }),
    })
    const stop = decodeStop(said['stop_reason'], said['stop_sequence'])
    return [
      ...start({}),
      ...[...open.keys()].flatMap(stopBlock),
      ...events,
      { kind: 'finish', choice: 0, stop, ...(extensions !== undefined && { extensions }) },
    ]
  }
  const stop = (): readonly StreamEvent[] => {
    if (!hasStarted) return fail(malformed('the stream ended without an answer'))
    isOver = true
    const rest = [...open.keys()].flatMap(stopBlock)
    return [
      ...rest,
      ...(hasFinish ? [] : [{ kind: 'finish' as const, choice: 0, stop: { reason: 'unknown' as const } }]),
      { kind: 'end' },
    ]
  }
  const event = (value: JsonObject, name: string | undefined): readonly StreamEvent[] => {
    const index = finiteNumber(value['index']) ?? 0
    switch (value['type'] ?? name) {
      case 'message_start':
        return start(isObject(value['message']) ? value['message'] : {})
      case 'content_block_start':
        return isObject(value['content_block']) && !hasFinish ? startBlock(index, value['content_block']) : []
      case 'content_block_delta':
        return isObject(value['delta']) && !hasFinish ? delta(index, value['delta']) : []
      case 'content_block_stop':
        return stopBlock(index)
      case 'message_delta':
        return messageDelta(value)
      case 'message_stop':
        return stop()
      case 'ping':
        return [{ kind: 'ping' }]
      case 'error':
        return fail(decodeBodyError(value))
      default:
        return isObject(value['error']) ? fail(decodeBodyError(value)) : []
    }
  }
  const item = (item: SseItem): readonly StreamEvent[] => {
    if (isOver) return []
    if (item.kind === 'comment') return [{ kind: 'ping' }]
    if (item.kind === 'overflow') return fail(malformed('an event of the stream is too long'))
    // Some proxies add OpenAI's end mark.
    if (item.data.trim() === '[DONE]' || item.data.trim() === '') return []
    const value: Json | undefined = parseJson(item.data)
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

function startOf(value: JsonObject): BlockStart {
  switch (value['type']) {
    case 'text':
      return { kind: 'text' }
    case 'thinking':
      return { kind: 'reasoning' }
    case 'redacted_thinking':
      return { kind: 'redacted_reasoning', dialect: 'anthropic', data: filledString(value['data']) ?? '' }
    case 'tool_use':
      return { kind: 'tool_call', id: filledString(value['id']) ?? '', name: filledString(value['name']) ?? '' }
    default:
      return { kind: 'opaque', dialect: 'anthropic', value }
  }
}

/** What a block already holds when it starts; mostly nothing. */
function contentOf(value: JsonObject, of: BlockStart, block: number): readonly StreamEvent[] {
  const events: StreamEvent[] = []
  const text = filledString(value['text'])
  const thinking = filledString(value['thinking'])
  const signature = filledString(value['signature'])
  if (of.kind === 'text' && text !== undefined) events.push({ kind: 'text', choice: 0, block, text })
  if (of.kind === 'text' && isArray(value['citations']))
    for (const citation of value['citations'])
      events.push({ kind: 'citation', choice: 0, block, dialect: 'anthropic', value: citation })
  if (of.kind === 'reasoning' && thinking !== undefined)
    events.push({ kind: 'reasoning', choice: 0, block, text: thinking })
  if (of.kind === 'reasoning' && signature !== undefined)
    events.push({ kind: 'signature', choice: 0, block, dialect: 'anthropic', value: signature })
  const input = of.kind === 'tool_call' && isObject(value['input']) ? argumentsOf(value['input']) : ''
  if (input !== '') events.push({ kind: 'arguments', choice: 0, block, text: input })
  return events
}

function deltaEvents(value: JsonObject, block: number, kind: BlockStart['kind']): readonly StreamEvent[] {
  const at = { choice: 0, block }
  const text = (field: string): string => filledString(value[field]) ?? ''
  if (kind === 'opaque') return [{ kind: 'opaque', ...at, dialect: 'anthropic', value }]
  switch (value['type']) {
    case 'text_delta':
      return text('text') === '' ? [] : [{ kind: 'text', ...at, text: text('text') }]
    case 'thinking_delta':
      return text('thinking') === '' ? [] : [{ kind: 'reasoning', ...at, text: text('thinking') }]
    case 'input_json_delta':
      return text('partial_json') === '' ? [] : [{ kind: 'arguments', ...at, text: text('partial_json') }]
    case 'signature_delta':
      return text('signature') === ''
        ? []
        : [{ kind: 'signature', ...at, dialect: 'anthropic', value: text('signature') }]
    case 'citations_delta':
      return value['citation'] === undefined
        ? []
        : [{ kind: 'citation', ...at, dialect: 'anthropic', value: value['citation'] }]
    default:
      return [{ kind: 'opaque', ...at, dialect: 'anthropic', value }]
  }
}
