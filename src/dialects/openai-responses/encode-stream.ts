/**
 * Neutral stream events → the events of an OpenAI response stream, numbered in order. Each item, and each part of
 * it, is added, said in deltas and then told whole; the last event tells all of the response once more.
 */
import type { AnswerContext, ClientError, StreamEncoder } from '../dialect.ts'
import { isObject } from '../json.ts'
import { mergeUsage } from '../merge-usage.ts'
import type { Block, JsonObject, StreamEvent, Usage } from '../neutral.ts'
import { encodeError } from '../openai-chat/errors.ts'
import { SSE_PING, writeSse } from '../sse.ts'
import { clientErrorOf } from '../upstream-error.ts'
import { createOutputEncoder } from './encode-output.ts'
import { ownFields } from './extensions.ts'
import { beginResponse } from './response.ts'
import { encodeStop } from './status.ts'
import { encodeUsage } from './usage.ts'

export function encodeStream(context: AnswerContext): StreamEncoder {
  let sequence = 0
  let response: JsonObject | undefined
  let usage: Usage | undefined
  let finish: Extract<StreamEvent, { kind: 'finish' }> | undefined
  let isOver = false
  const kinds = new Set<Block['kind']>()

  const write = (type: string, fields: JsonObject): string =>
    writeSse(JSON.stringify({ type, sequence_number: sequence++, ...fields }), type)
  const output = createOutputEncoder(context, write)
  const begin = (event?: Extract<StreamEvent, { kind: 'start' }>): string => {
    if (response !== undefined) return ''
    usage = mergeUsage(usage, event?.usage)
    const begun = beginResponse(event?.id || context.id, event?.created ?? context.created, context)
    response = { ...begun, ...ownFields(event?.extensions) }
    return write('response.created', { response }) + write('response.in_progress', { response })
  }
  const end = (): string => {
    const begun = begin()
    const status = encodeStop(finish?.stop ?? { reason: 'unknown' }, kinds)
    const rest = output.close(status.status)
    const { response: late } = ownFields(finish?.extensions)
    isOver = true
    const told = {
      ...response,
      ...status,
      output: output.items(),
      ...(usage !== undefined && { usage: encodeUsage(usage) }),
      ...(isObject(late) && late),
    }
    return begun + rest + write(`response.${status.status}`, { response: told })
  }
  /** An event as SDKs throw it, and the end of the response for clients that wait for one. */
  const fail = (error: ClientError): string => {
    if (isOver) return ''
    isOver = true
    const { code, message } = { code: error.code ?? error.kind, message: error.message }
    const told = write('error', { code, message, param: error.param ?? null, ...encodeError(error) })
    if (response === undefined) return told
    const failed = { ...response, status: 'failed', error: { code, message }, output: output.items() }
    return told + write('response.failed', { response: failed })
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
        if (event.choice !== 0) return ''
        if (event.kind === 'block_start')
          kinds.add(event.of.kind === 'redacted_reasoning' ? 'reasoning' : event.of.kind)
        return begin() + output.event(event)
      case 'finish':
        if (event.choice === 0) finish = event
        return ''
      case 'usage':
        usage = mergeUsage(usage, event.usage)
        return ''
      case 'ping':
        return SSE_PING
      case 'error':
        return fail(clientErrorOf(event.error))
      case 'end':
        return end()
    }
  }
  return { event, fail }
}
