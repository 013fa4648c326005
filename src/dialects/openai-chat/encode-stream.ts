/** Neutral stream events → the chunks of an OpenAI chat completion stream. */
import type { AnswerContext, ClientError, StreamEncoder } from '../dialect.ts'
import { filledString, isObject } from '../json.ts'
import { mergeUsage } from '../merge-usage.ts'
import type { Json, JsonObject, StreamEvent, Usage } from '../neutral.ts'
import { SSE_PING, writeSse } from '../sse.ts'
import { clientErrorOf } from '../upstream-error.ts'
import { findAnnotation } from './annotations.ts'
import { encodeError } from './errors.ts'
import { extraContentOf } from './extra-content.ts'
import { encodeFinish } from './finish-reason.ts'
import { encodeUsage } from './usage.ts'

/** What has been said of one choice. */
interface ChoiceState {
  hasRole: boolean
  /** The field that reasoning goes out in: the provider's own where it speaks this dialect. */
  reasoningField: string
  /** How long the text is so far, where the open block of it began, and what that block cites. */
  length: number
  blockStart: number
  cited: Json[]
  /** The index of each tool call, by its block; custom calls and audio have none. */
  readonly calls: Map<number, { readonly index: number; hasArguments: boolean }>
}

export function encodeStream(context: AnswerContext): StreamEncoder {
  let head: JsonObject = {
    id: context.id,
    object: 'chat.completion.chunk',
    created: context.created,
    model: context.model,
  }
  /** Lists and objects that the provider said at the start: said once, not with every chunk. */
  let once: JsonObject = {}
  let usage: Usage | undefined
  let isOver = false
  const choices = new Map<number, ChoiceState>()

  const stateOf = (index: number): ChoiceState => {
    const known = choices.get(index) ?? {
      hasRole: false,
      reasoningField: 'reasoning_content',
      length: 0,
      blockStart: 0,
      cited: [],
      calls: new Map(),
    }
    choices.set(index, known)
    return known
  }
  const chunk = (list: readonly Json[], late: JsonObject = {}): string => {
    const text = JSON.stringify({
      ...head,
      ...once,
      ...late,
      choices: list,
      ...(context.includeUsage && { usage: null }),
    })
    once = {}
    return writeSse(text)
  }
  /** The role goes with the first delta of a choice, and only there. */
  const delta = (index: number, fields: JsonObject, logprobs?: Json): string => {
    const state = stateOf(index)
    const role = state.hasRole ? {} : { role: 'assistant', ...(!('content' in fields) && { content: '' }) }
    state.hasRole = true
    return chunk([{ index, delta: { ...role, ...fields }, logprobs: logprobs ?? null, finish_reason: null }])
  }
  const startCall = (choice: number, block: number, id: string, name: string, beside: JsonObject): string => {
    const { calls } = stateOf(choice)
    const index = calls.size
    calls.set(block, { index, hasArguments: false })
    return delta(choice, {
      tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' }, ...beside }],
    })
  }
  const argumentsOf = (choice: number, block: number, text: string): string => {
    const call = stateOf(choice).calls.get(block)
    if (call === undefined || text === '') return ''
    call.hasArguments = true
    return delta(choice, { tool_calls: [{ index: call.index, function: { arguments: text } }] })
  }
  /** A call that ended without arguments has none: `{}`, as clients parse the text. */
  const closeCall = (choice: number, block: number): string => {
    const call = stateOf(choice).calls.get(block)
    return call === undefined || call.hasArguments ? '' : argumentsOf(choice, block, '{}')
  }
  /** Where a citation's text ends is known only when its block does. */
  const annotations = (choice: number): string => {
    const state = stateOf(choice)
    const list = state.cited.flatMap((citation) => findAnnotation(citation, state.blockStart, state.length) ?? [])
    state.cited = []
    state.blockStart = state.length
    return list.length === 0 ? '' : delta(choice, { annotations: list })
  }
  const finish = (event: Extract<StreamEvent, { kind: 'finish' }>): string => {
    const state = stateOf(event.choice)
    const open = [...state.calls.keys()].map((block) => closeCall(event.choice, block)).join('')
    const role = state.hasRole ? {} : { role: 'assistant', content: '' }
    state.hasRole = true
    const { chunk: late, ...beside } = event.extensions?.dialect === 'openai-chat' ? event.extensions.fields : {}
    const finish_reason = encodeFinish(event.stop)
    return (
      open +
      chunk(
        [{ index: event.choice, delta: role, logprobs: null, finish_reason, ...beside }],
        isObject(late) ? late : {},
      )
    )
  }
  const end = (): string => {
    isOver = true
    const last =
      context.includeUsage && usage !== undefined
        ? writeSse(JSON.stringify({ ...head, choices: [], usage: encodeUsage(usage) }))
        : ''
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
      case 'start': {
        const beside = event.extensions?.dialect === 'openai-chat' ? event.extensions.fields : {}
        const isSimple = ([, value]: [string, Json]): boolean => typeof value !== 'object'
        head = {
          ...head,
          id: event.id || context.id,
          created: event.created ?? context.created,
          ...Object.fromEntries(Object.entries(beside).filter(isSimple)),
        }
        once = Object.fromEntries(Object.entries(beside).filter((entry) => !isSimple(entry)))
        usage = mergeUsage(usage, event.usage)
        return ''
      }
      case 'block_start': {
        const beside = event.extensions?.dialect === 'openai-chat' ? event.extensions.fields : {}
        if (event.of.kind === 'reasoning')
          stateOf(event.choice).reasoningField = filledString(beside['field']) ?? 'reasoning_content'
        if (event.of.kind !== 'tool_call') return ''
        return startCall(event.choice, event.block, event.of.id, event.of.name, beside)
      }
      case 'text':
        stateOf(event.choice).length += event.text.length
        return event.text === '' && event.logprobs === undefined
          ? ''
          : delta(event.choice, { content: event.text }, event.logprobs)
      case 'refusal':
        return event.text === '' ? '' : delta(event.choice, { refusal: event.text }, event.logprobs)
      case 'reasoning':
        return event.text === '' ? '' : delta(event.choice, { [stateOf(event.choice).reasoningField]: event.text })
      case 'arguments':
        return argumentsOf(event.choice, event.block, event.text)
      case 'citation':
        if (event.dialect === 'openai-chat') return delta(event.choice, { annotations: [event.value] })
        stateOf(event.choice).cited.push(event.value)
        return ''
      case 'opaque':
        return event.dialect === 'openai-chat' ? delta(event.choice, event.value) : ''
      case 'signature': {
        const call = stateOf(event.choice).calls.get(event.block)
        const extra = extraContentOf(event)
        return call === undefined || Object.keys(extra).length === 0
          ? ''
          : delta(event.choice, { tool_calls: [{ index: call.index, ...extra }] })
      }
      case 'block_stop':
        return closeCall(event.choice, event.block) + annotations(event.choice)
      case 'finish':
        return finish(event)
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
