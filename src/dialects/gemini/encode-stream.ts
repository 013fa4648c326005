/**
 * Neutral stream events → the chunks of a Gemini stream. Texts and thoughts go out as they come; a call goes out
 * whole, when its arguments are complete; why it finished and what was used stand in the last chunk.
 */
import type { AnswerContext, ClientError, StreamEncoder } from '../dialect.ts'
import { compact } from '../json.ts'
import { mergeUsage } from '../merge-usage.ts'
import type { Extensions, JsonObject, StreamEvent, ToolCallBlock, Usage } from '../neutral.ts'
import { writeSse } from '../sse.ts'
import { clientErrorOf } from '../upstream-error.ts'
import { encodeAnswerPart } from './encode-answer.ts'
import { encodeError } from './errors.ts'
import { ownFields } from './extensions.ts'
import { encodeFinish } from './finish-reason.ts'
import { encodeLogprobs } from './logprobs.ts'
import { encodeUsage } from './usage.ts'

type Finish = Extract<StreamEvent, { kind: 'finish' }>

interface OpenCall {
  readonly id: string
  readonly name: string
  readonly extensions: Extensions | undefined
  readonly choice: number
  arguments: string
  signature: ToolCallBlock['signature']
  isWhole: boolean
}

export function encodeStream(context: AnswerContext): StreamEncoder {
  let head: JsonObject = { modelVersion: context.model, responseId: context.id }
  let usage: Usage | undefined
  let isOver = false
  const finishes: Finish[] = []
  /** Calls whose arguments are coming in, and blocks of thoughts, by choice and block. */
  const calls = new Map<string, OpenCall>()
  const thoughts = new Set<string>()

  const write = (candidates: readonly JsonObject[], beside: JsonObject = {}): string =>
    writeSse(JSON.stringify({ candidates, ...beside, ...head }))
  const parts = (index: number, list: readonly JsonObject[], beside: JsonObject = {}): string =>
    list.length === 0 && Object.keys(beside).length === 0
      ? ''
      : write([{ content: { parts: list, role: 'model' }, index, ...beside }])
  const startBlock = (event: Extract<StreamEvent, { kind: 'block_start' }>): string => {
    const { of, choice, extensions } = event
    const key = keyOf(event)
    switch (of.kind) {
      case 'tool_call':
        calls.set(key, {
          id: of.id,
          name: of.name,
          extensions,
          choice,
          arguments: '',
          signature: undefined,
          isWhole: false,
        })
        return ''
      case 'opaque':
        return of.dialect === 'gemini' ? parts(choice, [of.value]) : ''
      case 'reasoning':
        thoughts.add(key)
        return ''
      case 'text':
      case 'refusal':
      case 'redacted_reasoning':
        return ''
    }
  }
  const sign = (event: Extract<StreamEvent, { kind: 'signature' }>): string => {
    if (event.dialect !== 'gemini') return ''
    const call = calls.get(keyOf(event))
    if (call === undefined) {
      const thought = thoughts.has(keyOf(event)) ? { thought: true } : {}
      return parts(event.choice, [{ text: '', ...thought, thoughtSignature: event.value }])
    }
    call.signature = { dialect: 'gemini', value: event.value }
    return ''
  }
  /** Calls go out in the order they began: one that is whole waits for those before it. */
  const stopBlock = (event: Extract<StreamEvent, { kind: 'block_stop' }>): string => {
    const stopped = calls.get(keyOf(event))
    if (stopped === undefined) return ''
    stopped.isWhole = true
    let text = ''
    for (const [key, { choice, isWhole, ...call }] of calls) {
      if (choice !== event.choice) continue
      if (!isWhole) break
      calls.delete(key)
      text += parts(choice, encodeAnswerPart(compact({ kind: 'tool_call' as const, ...call })))
    }
    return text
  }
  const end = (): string => {
    isOver = true
    const candidates = finishes.map(({ choice, stop, extensions }) => ({
      content: { parts: [], role: 'model' },
      finishReason: encodeFinish(stop),
      index: choice,
      ...ownFields(extensions),
    }))
    return write(candidates, usage === undefined ? {} : { usageMetadata: encodeUsage(usage) })
  }
  const fail = (error: ClientError): string => {
    if (isOver) return ''
    isOver = true
    return writeSse(JSON.stringify(encodeError(error)))
  }

  const event = (event: StreamEvent): string => {
    if (isOver) return ''
    switch (event.kind) {
      case 'start':
        head = { ...head, responseId: event.id || context.id, ...ownFields(event.extensions) }
        usage = mergeUsage(usage, event.usage)
        return ''
      case 'block_start':
        return startBlock(event)
      case 'text':
      case 'refusal':
        return parts(
          event.choice,
          event.text === '' ? [] : [{ text: event.text }],
          compact({ logprobsResult: encodeLogprobs(event.logprobs) }),
        )
      case 'reasoning':
        return parts(event.choice, event.text === '' ? [] : [{ text: event.text, thought: true }])
      case 'signature':
        return sign(event)
      case 'arguments': {
        const call = calls.get(keyOf(event))
        if (call !== undefined) call.arguments += event.text
        return ''
      }
      case 'citation':
      case 'opaque':
        // Said at the end, or not this dialect's: its own opaque parts come whole.
        return ''
      case 'block_stop':
        return stopBlock(event)
      case 'finish':
        finishes.push(event)
        return ''
      case 'usage':
        usage = mergeUsage(usage, event.usage)
        return ''
      case 'ping':
        // Google sends none, and some of its SDKs read every line as data.
        return ''
      case 'error':
        return fail(clientErrorOf(event.error))
      case 'end':
        return end()
    }
  }
  return { event, fail }
}

function keyOf({ choice, block }: { readonly choice: number; readonly block: number }): string {
  return `${choice} ${block}`
}
