/**
 * Neutral stream events → the events of an Anthropic message stream.
 *
 * Blocks of this dialect are strictly one after another. Where a provider sends tool calls interleaved, the first
 * goes out as it comes, and what belongs to later ones waits until it has stopped. `message_delta` and
 * `message_stop` come once, at the end, when finish and usage are both known.
 */
import type { AnswerContext, ClientError, StreamEncoder } from '../dialect.ts'
import { isObject } from '../json.ts'
import { mergeUsage } from '../merge-usage.ts'
import type { BlockStart, JsonObject, StreamEvent, Usage } from '../neutral.ts'
import { SSE_PING, writeSse } from '../sse.ts'
import { clientErrorOf } from '../upstream-error.ts'
import { encodeError } from './errors.ts'
import { encodeStop } from './stop-reason.ts'
import { encodeUsage } from './usage.ts'

type OfBlock = Extract<StreamEvent, { readonly block: number }>

export function encodeStream(context: AnswerContext): StreamEncoder {
  let hasStarted = false
  let isOver = false
  let usage: Usage | undefined
  let finish: Extract<StreamEvent, { kind: 'finish' }> | undefined
  let index = -1
  /** The block that is going out, and whether anything was written for it. */
  let open: { readonly block: number; readonly isShown: boolean } | undefined
  /** What waits for the open block to stop, in the order the blocks began. */
  const waiting = new Map<number, OfBlock[]>()

  const write = (value: JsonObject): string => writeSse(JSON.stringify(value), String(value['type']))
  const begin = (event: Extract<StreamEvent, { kind: 'start' }> | undefined): string => {
    if (hasStarted) return ''
    hasStarted = true
    usage = mergeUsage(usage, event?.usage)
    const beside = event?.extensions?.dialect === 'anthropic' ? event.extensions.fields : {}
    const estimate = { input: usage?.input ?? context.estimatedInputTokens ?? 0, ...usage }
    return write({
      type: 'message_start',
      message: {
        id: event?.id || context.id,
        type: 'message',
        role: 'assistant',
        model: context.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        ...beside,
        usage: encodeUsage(estimate),
      },
    })
  }
  const startBlock = (event: Extract<StreamEvent, { kind: 'block_start' }>): string => {
    const shown = blockOf(event.of)
    open = { block: event.block, isShown: shown !== undefined }
    if (shown === undefined) return ''
    index++
    const beside = event.extensions?.dialect === 'anthropic' ? event.extensions.fields : {}
    return write({ type: 'content_block_start', index, content_block: { ...shown, ...beside } })
  }
  const stopBlock = (): string => {
    const text = open?.isShown === true ? write({ type: 'content_block_stop', index }) : ''
    open = undefined
    return text
  }
  /** The next block that waits becomes the open one; those that have stopped meanwhile go out whole. */
  const drain = (): string => {
    let text = ''
    for (const [block, events] of waiting) {
      if (open !== undefined) break
      waiting.delete(block)
      for (const event of events) text += ofBlock(event)
    }
    return text
  }
  const ofBlock = (event: OfBlock): string => {
    if (event.kind === 'block_start') {
      if (open === undefined) return startBlock(event)
      waiting.set(event.block, [event])
      return ''
    }
    if (open?.block !== event.block) {
      waiting.get(event.block)?.push(event)
      return ''
    }
    if (event.kind === 'block_stop') return stopBlock() + (waiting.size === 0 ? '' : drain())
    const delta = open.isShown ? deltaOf(event) : undefined
    return delta === undefined ? '' : write({ type: 'content_block_delta', index, delta })
  }
  const end = (): string => {
    let text = begin(undefined)
    while (open !== undefined || waiting.size > 0) text += stopBlock() + drain()
    isOver = true
    const { message_delta: besideDelta, ...beside } =
      finish?.extensions?.dialect === 'anthropic' ? finish.extensions.fields : {}
    const used = usage ?? { ...(context.estimatedInputTokens !== undefined && { input: context.estimatedInputTokens }) }
    return (
      text +
      write({
        type: 'message_delta',
        delta: { ...encodeStop(finish?.stop ?? { reason: 'unknown' }), ...beside },
        usage: encodeUsage(used),
        ...(isObject(besideDelta) && besideDelta),
      }) +
      write({ type: 'message_stop' })
    )
  }
  const fail = (error: ClientError): string => {
    if (isOver) return ''
    isOver = true
    return write(encodeError(error))
  }

  const event = (event: StreamEvent): string => {
    if (isOver) return ''
    switch (event.kind) {
      case 'start':
        return begin(event)
      case 'block_start':
      case 'text':
      case 'refusal':
      case 'reasoning':
      case 'signature':
      case 'arguments':
      case 'citation':
      case 'opaque':
      case 'block_stop':
        // This dialect has one choice.
        return event.choice === 0 ? begin(undefined) + ofBlock(event) : ''
      case 'finish':
        if (event.choice === 0) finish = event
        return ''
      case 'usage':
        usage = mergeUsage(usage, event.usage)
        return ''
      case 'ping':
        // Before the message has begun a comment keeps the connection alive without being an event.
        return hasStarted ? write({ type: 'ping' }) : SSE_PING
      case 'error':
        return fail(clientErrorOf(event.error))
      case 'end':
        return end()
    }
  }
  return { event, fail }
}

/** The block as SDKs want it at its start: every field there, and empty. */
function blockOf(of: BlockStart): JsonObject | undefined {
  switch (of.kind) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: '' }
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'tool_call':
      return { type: 'tool_use', id: of.id, name: of.name, input: {} }
    case 'redacted_reasoning':
      return of.dialect === 'anthropic' ? { type: 'redacted_thinking', data: of.data } : undefined
    case 'opaque':
      return of.dialect === 'anthropic' ? of.value : undefined
  }
}

function deltaOf(event: Exclude<OfBlock, { kind: 'block_start' | 'block_stop' }>): JsonObject | undefined {
  switch (event.kind) {
    case 'text':
    case 'refusal':
      return event.text === '' ? undefined : { type: 'text_delta', text: event.text }
    case 'reasoning':
      return event.text === '' ? undefined : { type: 'thinking_delta', thinking: event.text }
    case 'arguments':
      return event.text === '' ? undefined : { type: 'input_json_delta', partial_json: event.text }
    case 'signature':
      return event.dialect === 'anthropic' ? { type: 'signature_delta', signature: event.value } : undefined
    case 'citation':
      return event.dialect === 'anthropic' ? { type: 'citations_delta', citation: event.value } : undefined
    case 'opaque':
      return event.dialect === 'anthropic' ? event.value : undefined
  }
}
