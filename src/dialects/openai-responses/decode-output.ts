/**
 * The events of a stream that tell its output → neutral events.
 *
 * Every item comes twice, in pieces and then whole. The pieces are what counts; what they left out is read from the
 * whole, so that servers that send few events are understood too.
 */
import { fieldsBeside, filledString, finiteNumber, isArray, isObject } from '../json.ts'
import type { Block, Json, JsonObject, StreamEvent } from '../neutral.ts'
import { createBlockWriter, type OpenBlock } from './block-writer.ts'
import { createCallsDecoder } from './decode-calls.ts'
import { decodeReasoningItem, PART_BREAK } from './reasoning-item.ts'

export interface OutputDecoder {
  /** The events that one event of the wire says; none where it is of a type that is not known. */
  readonly push: (event: JsonObject) => readonly StreamEvent[]
  /** What the whole output has that no event said, and the ends of what is open. */
  readonly finish: (output: readonly Json[]) => readonly StreamEvent[]
  /** What kinds of blocks there were. */
  readonly kinds: ReadonlySet<Block['kind']>
}

const MESSAGE_FIELDS = new Set(['type', 'role', 'content', 'status'])

export function createOutputDecoder(): OutputDecoder {
  const blocks = createBlockWriter()
  const calls = createCallsDecoder(blocks)
  /** Items by their place, as they were when they began. */
  const items = new Map<string, JsonObject>()

  /** The first part of a message says what the item does, and that it begins. */
  const text = (item: string, part: string, kind: 'text' | 'refusal'): OpenBlock | undefined => {
    const begun = items.get(item)
    const isFirst = begun !== undefined && !blocks.seen.has(item)
    return blocks.flow(item, part, { kind }, isFirst ? { item: fieldsBeside(begun, MESSAGE_FIELDS) ?? {} } : {})
  }
  const reasoning = (item: string): OpenBlock | undefined => {
    const id = filledString(items.get(item)?.['id'])
    return blocks.flow(item, 'reasoning', { kind: 'reasoning' }, id === undefined ? {} : { id })
  }
  const cite = (at: OpenBlock | undefined, value: Json): void => {
    if (at?.kind !== 'text') return
    at.said.citations++
    blocks.put({ kind: 'citation', choice: 0, block: at.block, dialect: 'openai-responses', value })
  }
  /** Parts of reasoning are parted as in a whole answer; of its summary and its text the first to speak counts. */
  const think = (item: string, voice: string, said: string): void => {
    const at = said === '' ? undefined : reasoning(item)
    if (at === undefined) return
    const before = at.said.voice ?? voice
    if (before.split(' ')[0] !== voice.split(' ')[0]) return
    blocks.say(at, before === voice ? said : PART_BREAK + said)
    at.said.voice = voice
  }
  /** A piece of an item that only this dialect understands. */
  const pass = (item: string, value: JsonObject): void => {
    const at = blocks.open()
    if (at?.item === item && at.kind === 'opaque')
      blocks.put({ kind: 'opaque', choice: 0, block: at.block, dialect: 'openai-responses', value })
  }

  const beginItem = (item: string, value: JsonObject): void => {
    if (!items.has(item)) items.set(item, value)
    switch (value['type']) {
      case 'message':
      case 'reasoning':
        break
      case 'function_call':
        calls.item(item, value)
        break
      default:
        if (!blocks.seen.has(item))
          blocks.flow(item, 'item', { kind: 'opaque', dialect: 'openai-responses', value }, {})
    }
  }
  const endReasoning = (item: string, value: JsonObject): void => {
    const whole = decodeReasoningItem(value)
    if (whole.redacted !== undefined && whole.text === '' && !blocks.seen.has(item)) {
      const block = blocks.begin(item, { kind: 'redacted_reasoning', ...whole.redacted }, undefined)
      blocks.put({ kind: 'block_stop', choice: 0, block })
      return
    }
    const at = reasoning(item)
    if (at?.said.length === 0) blocks.say(at, whole.text)
    if (at !== undefined && whole.signature !== undefined)
      blocks.put({ kind: 'signature', choice: 0, block: at.block, ...whole.signature })
    blocks.end(item, 'reasoning')
  }
  const endPart = (item: string, part: string, value: JsonObject): void => {
    const kind = kindOf(value)
    if (kind === undefined) return
    const said = blocks.saidOf(item, part)
    const cited = isArray(value['annotations']) ? value['annotations'] : []
    const isWhole = said.length > 0 && cited.length <= said.citations
    const at = isWhole ? undefined : text(item, part, kind)
    if (said.length === 0) blocks.say(at, filledString(value['text'] ?? value['refusal']) ?? '', logprobsIn(value))
    for (const annotation of cited.slice(said.citations)) cite(at, annotation)
    blocks.end(item, part)
  }
  const endItem = (item: string, value: JsonObject): void => {
    beginItem(item, value)
    switch (value['type']) {
      case 'message':
        for (const [i, part] of (isArray(value['content']) ? value['content'] : []).entries())
          if (isObject(part)) endPart(item, String(i), part)
        break
      case 'function_call':
        calls.close(item)
        break
      case 'reasoning':
        endReasoning(item, value)
        break
      default:
        pass(item, { type: 'response.output_item.done', item: value })
        blocks.end(item, 'item')
    }
  }

  /** The place of an event's item; where a server leaves it out the item's id tells. */
  const placeOf = (event: JsonObject): string => {
    const index = finiteNumber(event['output_index'])
    if (index !== undefined) return String(index)
    const id = isObject(event['item']) ? event['item']['id'] : event['item_id']
    return [...items].find(([, item]) => item['id'] === id)?.[0] ?? String(items.size)
  }
  const step = (event: JsonObject): void => {
    const item = placeOf(event)
    const part = String(finiteNumber(event['content_index']) ?? finiteNumber(event['summary_index']) ?? 0)
    const delta = filledString(event['delta']) ?? ''
    switch (event['type']) {
      case 'response.output_item.added':
        if (isObject(event['item'])) beginItem(item, event['item'])
        break
      case 'response.output_item.done':
        if (isObject(event['item'])) endItem(item, event['item'])
        break
      case 'response.content_part.added': {
        const kind = isObject(event['part']) ? kindOf(event['part']) : undefined
        if (kind !== undefined) text(item, part, kind)
        break
      }
      case 'response.content_part.done':
        if (isObject(event['part'])) endPart(item, part, event['part'])
        break
      case 'response.output_text.delta':
        blocks.say(text(item, part, 'text'), delta, logprobsIn(event))
        break
      case 'response.refusal.delta':
        blocks.say(text(item, part, 'refusal'), delta)
        break
      case 'response.output_text.annotation.added':
        cite(text(item, part, 'text'), event['annotation'] ?? null)
        break
      case 'response.reasoning_summary_text.delta':
        think(item, `summary ${part}`, delta)
        break
      case 'response.reasoning_text.delta':
        think(item, `text ${part}`, delta)
        break
      case 'response.function_call_arguments.delta':
        calls.argue(item, delta)
        break
      case 'response.function_call_arguments.done':
        calls.argueWhole(item, event['arguments'])
        break
      default:
        pass(item, event)
    }
  }

  return {
    kinds: blocks.kinds,
    push(event) {
      step(event)
      return blocks.take()
    },
    finish(output) {
      for (const [i, item] of output.entries())
        if (isObject(item) && !blocks.seen.has(String(i))) endItem(String(i), item)
      blocks.stop()
      calls.closeAll()
      return blocks.take()
    },
  }
}

/** The kind of block that a part of a message is; reasoning has parts too, which are no blocks of their own. */
function kindOf(part: JsonObject): 'text' | 'refusal' | undefined {
  return part['type'] === 'refusal' ? 'refusal' : part['type'] === 'output_text' ? 'text' : undefined
}

/** In OpenAI's chat form. */
function logprobsIn({ logprobs }: JsonObject): Json | undefined {
  return isArray(logprobs) && logprobs.length > 0 ? { content: logprobs, refusal: null } : undefined
}
