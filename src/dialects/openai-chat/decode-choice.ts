/**
 * One choice of a stream: which block a delta belongs to. Text, reasoning and refusal follow one another; tool
 * calls stay open until the end, since servers may send their pieces interleaved.
 */
import { fieldsBeside, filledString, finiteNumber, isArray, isObject } from '../json.ts'
import type { BlockStart, Json, JsonObject, StreamEvent } from '../neutral.ts'
import { decodeAnswerPart, toolId } from './decode-answer.ts'
import { openaiExtensions } from './extensions.ts'
import { decodeFinish } from './finish-reason.ts'
import { detailsText, signatureIn } from './reasoning.ts'
import { annotationsIn, type Source } from './sources.ts'

export interface ChoiceDecoder {
  /** The events of one item; its text is kept where the stream has sources, which point into it at the end. */
  readonly push: (item: JsonObject, hasSources: boolean) => readonly StreamEvent[]
  readonly hasFinish: () => boolean
  /** Closes what is open and says the finish, with what the stream's chunks said late and the sources of its text. */
  readonly finish: (late: JsonObject, sources: readonly Source[] | undefined) => readonly StreamEvent[]
}

type Flowing = 'text' | 'reasoning' | 'refusal'

/** A call whose name has not come yet holds its arguments back: nothing can be said of it before. */
interface Call {
  readonly key: number
  id: string
  name: string
  pending: string
  block: number | undefined
}

const CHOICE_FIELDS = new Set(['index', 'delta', 'message', 'logprobs', 'finish_reason', 'obfuscation', 'p'])
const CALL_FIELDS = new Set(['id', 'type', 'function', 'index'])

/** `stem` makes the ids of calls that come without one. */
export function createChoiceDecoder(choice: number, stem: string): ChoiceDecoder {
  let blocks = 0
  let current: { readonly kind: Flowing | 'audio'; readonly block: number } | undefined
  let hasRefusal = false
  let keepsText = false
  let kept = ''
  let finishReason: string | undefined
  let besideFinish: JsonObject | undefined
  const calls: Call[] = []
  let events: StreamEvent[] = []

  const stopCurrent = (): void => {
    if (current !== undefined) events.push({ kind: 'block_stop', choice, block: current.block })
    current = undefined
  }
  const startBlock = (of: BlockStart, extensions?: ReturnType<typeof openaiExtensions>): number => {
    const block = blocks++
    events.push({ kind: 'block_start', choice, block, of, ...(extensions !== undefined && { extensions }) })
    return block
  }
  /** The block of that kind that is open, opened if it is not. */
  const flow = (kind: Flowing, field?: string): number => {
    if (current?.kind === kind) return current.block
    stopCurrent()
    current = {
      kind,
      block: startBlock(
        { kind },
        kind === 'reasoning' && field !== undefined ? openaiExtensions({ field }) : undefined,
      ),
    }
    return current.block
  }
  const say = (kind: Flowing, text: string, logprobs?: Json, field?: string): void => {
    if (text === '' && logprobs === undefined) return
    if (kind === 'refusal') hasRefusal = true
    if (kind === 'text' && keepsText) kept += text
    const block = flow(kind, field)
    events.push({ kind, choice, block, text, ...(logprobs !== undefined && kind !== 'reasoning' && { logprobs }) })
  }

  const reasoning = (delta: JsonObject): void => {
    const field = filledString(delta['reasoning_content']) !== undefined ? 'reasoning_content' : 'reasoning'
    const text = filledString(delta[field])
    const details = delta['reasoning_details']
    const hasDetails = isArray(details) && details.length > 0
    if (text !== undefined) say('reasoning', text, undefined, field)
    else if (hasDetails) say('reasoning', detailsText(delta), undefined, field)
    if (hasDetails)
      events.push({
        kind: 'opaque',
        choice,
        block: flow('reasoning', field),
        dialect: 'openai-chat',
        value: { reasoning_details: details },
      })
    const signature = signatureIn(details)
    if (signature !== undefined)
      events.push({ kind: 'signature', choice, block: flow('reasoning', field), ...signature })
  }
  const content = (delta: JsonObject, logprobs: Json | undefined): void => {
    const value = delta['content']
    if (typeof value === 'string' || logprobs !== undefined)
      say('text', typeof value === 'string' ? value : '', logprobs)
    for (const part of isArray(value) ? value.flatMap(decodeAnswerPart) : []) {
      if (part.kind !== 'opaque') say(part.kind, part.text)
      else
        events.push({
          kind: 'opaque',
          choice,
          block: flow('text'),
          dialect: 'openai-chat',
          value: { content: [part.value] },
        })
    }
  }
  const audio = (value: Json | undefined): void => {
    if (!isObject(value) || Object.values(value).every((field) => !field)) return
    if (current?.kind !== 'audio') {
      stopCurrent()
      current = {
        kind: 'audio',
        block: startBlock({ kind: 'opaque', dialect: 'openai-chat', value: { type: 'audio' } }),
      }
    }
    events.push({ kind: 'opaque', choice, block: current.block, dialect: 'openai-chat', value: { audio: value } })
  }

  /** The call that a fragment continues, or a new one. */
  const findCall = (fragment: JsonObject): Call => {
    const called = isObject(fragment['function']) ? fragment['function'] : {}
    const id = filledString(fragment['id'])
    const index = finiteNumber(fragment['index'])
    const last = calls.at(-1)
    const begins = id !== undefined && filledString(called['name']) !== undefined
    const known =
      index === undefined
        ? id === undefined
          ? last
          : calls.find((call) => call.id === id)
        : calls.findLast((call) => call.key === index)
    // A second name with another id at the same index is another call: some servers number every call 0.
    if (known !== undefined && !(begins && known.id !== '' && known.id !== id && known.name !== '')) return known
    const call: Call = {
      key: index ?? (last === undefined ? 0 : last.key + 1),
      id: id ?? '',
      name: '',
      pending: '',
      block: undefined,
    }
    calls.push(call)
    return call
  }
  const openCall = (call: Call, fragment: JsonObject): void => {
    stopCurrent()
    const ordinal = calls.indexOf(call)
    if (call.id === '') call.id = toolId(`${stem}_${ordinal}`)
    call.block = startBlock(
      { kind: 'tool_call', id: call.id, name: call.name },
      openaiExtensions(fieldsBeside(fragment, CALL_FIELDS)),
    )
  }
  const fragment = (value: Json): void => {
    if (!isObject(value)) return
    const called = isObject(value['function']) ? value['function'] : {}
    const name = filledString(called['name'])
    const given = called['arguments']
    const text = isObject(given) ? JSON.stringify(given) : (filledString(given) ?? '')
    // A fragment that says nothing at all is an unset field of a server that fills them all.
    if (name === undefined && text === '' && filledString(value['id']) === undefined && !isObject(value['custom']))
      return
    if (isObject(value['custom']) && filledString(value['custom']['name']) !== undefined) {
      custom(value)
      return
    }
    const call = findCall(value)
    if (call.id === '') call.id = filledString(value['id']) ?? ''
    if (name !== undefined && call.name === '') call.name = name
    call.pending += text
    if (call.block === undefined && call.name !== '') openCall(call, value)
    if (call.block === undefined || call.pending === '') return
    events.push({ kind: 'arguments', choice, block: call.block, text: call.pending })
    call.pending = ''
  }
  /** Custom tools are this dialect's alone. */
  const custom = (value: JsonObject): void => {
    stopCurrent()
    const block = startBlock({ kind: 'opaque', dialect: 'openai-chat', value: { type: 'custom' } })
    events.push(
      { kind: 'opaque', choice, block, dialect: 'openai-chat', value: { tool_calls: [value] } },
      { kind: 'block_stop', choice, block },
    )
  }

  /** Where the text that is open points to sources. */
  const cite = (sources: readonly Source[]): void => {
    if (current?.kind !== 'text') return
    const { block } = current
    for (const value of annotationsIn(kept, sources))
      events.push({ kind: 'citation', choice, block, dialect: 'openai-chat', value })
  }

  const push = (item: JsonObject, hasSources: boolean): readonly StreamEvent[] => {
    events = []
    keepsText ||= hasSources
    // Perplexity's `message` repeats all text so far beside the delta; only where no delta is does it count.
    const delta = isObject(item['delta']) ? item['delta'] : isObject(item['message']) ? item['message'] : {}
    const logprobs =
      isObject(item['logprobs']) && Object.values(item['logprobs']).some((list) => isArray(list) && list.length > 0)
        ? item['logprobs']
        : undefined
    reasoning(delta)
    const refusal = filledString(delta['refusal'])
    content(delta, refusal === undefined ? logprobs : undefined)
    if (refusal !== undefined) say('refusal', refusal, logprobs)
    const annotations = isArray(delta['annotations']) ? delta['annotations'] : []
    for (const value of annotations)
      events.push({ kind: 'citation', choice, block: flow('text'), dialect: 'openai-chat', value })
    audio(delta['audio'])
    if (isArray(delta['tool_calls'])) delta['tool_calls'].forEach(fragment)
    const legacy = delta['function_call']
    if (isObject(legacy)) fragment({ index: 0, function: legacy })
    const reason = filledString(item['finish_reason'])
    if (reason !== undefined) finishReason ??= reason
    else if (item['finish_reason'] === '' && calls.length > 0) finishReason ??= ''
    besideFinish = { ...besideFinish, ...fieldsBeside(item, CHOICE_FIELDS) }
    return events
  }
  const finish = (late: JsonObject, sources: readonly Source[] | undefined): readonly StreamEvent[] => {
    events = []
    if (sources !== undefined) cite(sources)
    for (const call of calls) if (call.block === undefined && call.pending !== '') openCall(call, {})
    stopCurrent()
    for (const { block, pending } of calls) {
      if (block === undefined) continue
      if (pending !== '') events.push({ kind: 'arguments', choice, block, text: pending })
      events.push({ kind: 'block_stop', choice, block })
    }
    const stop = decodeFinish(finishReason, {
      calls: calls.some(({ block }) => block !== undefined),
      refusal: hasRefusal,
    })
    const extensions = openaiExtensions({ ...besideFinish, ...(Object.keys(late).length > 0 && { chunk: late }) })
    events.push({ kind: 'finish', choice, stop, ...(extensions !== undefined && { extensions }) })
    return events
  }
  return { push, hasFinish: () => finishReason !== undefined, finish }
}
