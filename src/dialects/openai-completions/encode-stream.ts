/** Neutral stream events → the chunks of a legacy completion stream. */
import type { AnswerContext, ClientError, StreamEncoder } from '../dialect.ts'
import { mergeUsage } from '../merge-usage.ts'
import type { Json, JsonObject, StreamEvent, Usage } from '../neutral.ts'
import { encodeError } from '../openai-chat/errors.ts'
import { encodeFinish } from '../openai-chat/finish-reason.ts'
import { encodeUsage } from '../openai-chat/usage.ts'
import { SSE_PING, writeSse } from '../sse.ts'
import { clientErrorOf } from '../upstream-error.ts'
import { legacyLogprobs } from './choice.ts'

export function encodeStream(context: AnswerContext): StreamEncoder {
  let head: JsonObject = { id: context.id, object: 'text_completion', created: context.created, model: context.model }
  let usage: Usage | undefined
  let isOver = false
  /** How long the text of each choice is so far. */
  const lengths = new Map<number, number>()

  const chunk = (choices: readonly JsonObject[], used: Json): string =>
    writeSse(JSON.stringify({ ...head, choices, ...(context.includeUsage && { usage: used }) }))
  const say = (index: number, text: string, logprobs?: Json): string => {
    if (text === '' && logprobs === undefined) return ''
    const before = lengths.get(index) ?? 0
    lengths.set(index, before + text.length)
    return chunk([{ text, index, logprobs: legacyLogprobs(logprobs, before), finish_reason: null }], null)
  }
  const end = (): string => {
    isOver = true
    const last = context.includeUsage && usage !== undefined ? chunk([], encodeUsage(usage)) : ''
    return `${last}${writeSse('[DONE]')}`
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
        head = { ...head, id: event.id || context.id, created: event.created ?? context.created }
        usage = mergeUsage(usage, event.usage)
        return ''
      case 'text':
      case 'refusal':
        return say(event.choice, event.text, event.logprobs)
      case 'finish':
        return chunk([{ text: '', index: event.choice, logprobs: null, finish_reason: encodeFinish(event.stop) }], null)
      case 'usage':
        usage = mergeUsage(usage, event.usage)
        return ''
      case 'ping':
        return SSE_PING
      case 'error':
        return fail(clientErrorOf(event.error))
      case 'end':
        return end()
      case 'block_start':
      case 'reasoning':
      case 'signature':
      case 'arguments':
      case 'citation':
      case 'opaque':
      case 'block_stop':
        // This dialect has text alone.
        return ''
    }
  }
  return { event, fail }
}
