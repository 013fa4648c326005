/** The output of a response as a stream tells it: each block added, said in deltas, and told whole. */
import type { AnswerContext } from '../dialect.ts'
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject, ReasoningBlock, StreamEvent } from '../neutral.ts'
import { findAnnotation } from './annotations.ts'
import { messageItem } from './encode-answer.ts'
import { ownFields } from './extensions.ts'
import { carry, summaryOf } from './reasoning-item.ts'
import { itemIds } from './response.ts'

export type OfBlock = Extract<StreamEvent, { readonly block: number }>

export interface OutputEncoder {
  readonly event: (event: OfBlock) => string
  /** Ends what is open. */
  readonly close: (status: 'completed' | 'incomplete') => string
  /** The items that are whole, in their order. */
  readonly items: () => readonly JsonObject[]
}

interface At {
  readonly output_index: number
  readonly item_id: string
}

/** A message item: texts and refusals that follow one another are its parts. */
interface MessageState {
  readonly at: At
  readonly fields: JsonObject
  readonly parts: JsonObject[]
  length: number
}

type State =
  | {
      readonly kind: 'text' | 'refusal'
      readonly message: MessageState
      readonly at: At & { readonly content_index: number }
      text: string
      readonly annotations: Json[]
      /** Of another dialect: where their text ends is known only when it does. */
      readonly cited: Json[]
      readonly logprobs: Json[]
    }
  | {
      readonly kind: 'reasoning'
      readonly at: At
      readonly isOwn: boolean
      readonly fields: JsonObject
      text: string
      proof: Pick<ReasoningBlock, 'signature' | 'redacted'>
    }
  | { readonly kind: 'tool_call'; readonly at: At; readonly item: JsonObject; text: string }
  | { readonly kind: 'opaque'; readonly at: At; item: JsonObject; isTold: boolean }

type Write = (type: string, fields: JsonObject) => string

export function createOutputEncoder(context: AnswerContext, write: Write): OutputEncoder {
  const idOf = itemIds(context.id)
  /** Items by their place; those that are not whole yet are missing. */
  const told: (JsonObject | undefined)[] = []
  const states = new Map<number, State>()
  let message: MessageState | undefined

  const addItem = (prefix: 'msg' | 'fc' | 'rs', fields: JsonObject): At => {
    const output_index = told.push(undefined) - 1
    const { id } = fields
    return { output_index, item_id: typeof id === 'string' ? id : idOf(prefix, output_index) }
  }
  const tellItem = ({ output_index }: At, item: JsonObject): string => {
    told[output_index] = item
    return write('response.output_item.done', { output_index, item })
  }
  const closeMessage = (status: 'completed' | 'incomplete' = 'completed'): string => {
    if (message === undefined) return ''
    const { at, parts, fields } = message
    message = undefined
    return tellItem(at, { ...messageItem(at.item_id, 'completed'), status, content: parts, ...fields })
  }
  const openMessage = (fields: JsonObject): string => {
    const closed = closeMessage()
    const at = addItem('msg', fields)
    message = { at, fields, parts: [], length: 0 }
    const item = { ...messageItem(at.item_id, 'in_progress'), ...fields }
    return closed + write('response.output_item.added', { output_index: at.output_index, item })
  }

  const start = ({ block, of, extensions }: Extract<OfBlock, { kind: 'block_start' }>): string => {
    const fields = ownFields(extensions)
    switch (of.kind) {
      case 'text':
      case 'refusal': {
        const mark = fields['item']
        const opened = message === undefined || isObject(mark) ? openMessage(isObject(mark) ? mark : {}) : ''
        const into = message!
        const at = { ...into.at, content_index: into.parts.length }
        const state: State = { kind: of.kind, message: into, at, text: '', annotations: [], cited: [], logprobs: [] }
        states.set(block, state)
        into.parts.push(partOf(state))
        return opened + write('response.content_part.added', { ...at, part: partOf(state) })
      }
      case 'reasoning': {
        const closed = closeMessage()
        const at = addItem('rs', fields)
        states.set(block, {
          kind: 'reasoning',
          at,
          isOwn: extensions?.dialect === 'openai-responses',
          fields,
          text: '',
          proof: {},
        })
        const item = { id: at.item_id, type: 'reasoning', summary: [], ...fields }
        return closed + write('response.output_item.added', { output_index: at.output_index, item })
      }
      case 'redacted_reasoning': {
        const closed = closeMessage()
        const at = addItem('rs', {})
        const begun = { id: at.item_id, type: 'reasoning', summary: [] }
        const item = { ...begun, encrypted_content: carry({ redacted: { dialect: of.dialect, data: of.data } }) }
        const added = write('response.output_item.added', { output_index: at.output_index, item: begun })
        return closed + added + tellItem(at, item)
      }
      case 'tool_call': {
        const closed = closeMessage()
        const at = addItem('fc', fields)
        const item = { id: at.item_id, type: 'function_call', call_id: of.id, name: of.name, ...fields }
        states.set(block, { kind: 'tool_call', at, item, text: '' })
        const begun = { ...item, status: 'in_progress', arguments: '' }
        return closed + write('response.output_item.added', { output_index: at.output_index, item: begun })
      }
      case 'opaque': {
        if (of.dialect !== 'openai-responses') return ''
        const closed = closeMessage()
        const at = addItem('msg', of.value)
        states.set(block, { kind: 'opaque', at, item: of.value, isTold: false })
        return closed + write('response.output_item.added', { output_index: at.output_index, item: of.value })
      }
    }
  }

  const delta = (event: Exclude<OfBlock, { kind: 'block_start' | 'block_stop' }>, state: State): string => {
    switch (event.kind) {
      case 'text':
      case 'refusal': {
        if (state.kind !== event.kind || (event.text === '' && event.logprobs === undefined)) return ''
        state.text += event.text
        if (event.kind === 'refusal') return write('response.refusal.delta', { ...state.at, delta: event.text })
        const logprobs = tokensIn(event.logprobs)
        state.logprobs.push(...logprobs)
        return write('response.output_text.delta', { ...state.at, delta: event.text, logprobs })
      }
      case 'reasoning': {
        if (state.kind !== 'reasoning' || event.text === '') return ''
        const at = { ...state.at, summary_index: 0 }
        const part = { type: 'summary_text', text: '' }
        const added = state.text === '' ? write('response.reasoning_summary_part.added', { ...at, part }) : ''
        state.text += event.text
        return added + write('response.reasoning_summary_text.delta', { ...at, delta: event.text })
      }
      case 'signature':
        if (state.kind === 'reasoning') {
          const { value } = state.proof.signature ?? { value: '' }
          state.proof = { signature: { dialect: event.dialect, value: value + event.value } }
        }
        return ''
      case 'arguments':
        if (state.kind !== 'tool_call' || event.text === '') return ''
        state.text += event.text
        return write('response.function_call_arguments.delta', { ...state.at, delta: event.text })
      case 'citation':
        if (state.kind !== 'text') return ''
        if (event.dialect === 'openai-responses') return annotate(state, event.value)
        state.cited.push(event.value)
        return ''
      case 'opaque':
        return event.dialect === 'openai-responses' && state.kind === 'opaque' ? pass(state, event.value) : ''
    }
  }
  const annotate = (state: Extract<State, { kind: 'text' | 'refusal' }>, annotation: Json): string => {
    const annotation_index = state.annotations.push(annotation) - 1
    return write('response.output_text.annotation.added', { ...state.at, annotation_index, annotation })
  }
  /** An event that only this dialect has, at its new place. */
  const pass = (state: Extract<State, { kind: 'opaque' }>, value: JsonObject): string => {
    const { type, sequence_number: _sequence, item, ...fields } = value
    if (type !== 'response.output_item.done')
      return write(String(type), { ...fields, output_index: state.at.output_index })
    state.isTold = true
    return tellItem(state.at, isObject(item) ? item : state.item)
  }

  const stop = (state: State): string => {
    switch (state.kind) {
      case 'text':
      case 'refusal': {
        const { message: into, at, text, logprobs, cited } = state
        let annotated = ''
        for (const citation of cited) {
          const annotation = findAnnotation(citation, text.length, into.length)
          if (annotation !== undefined) annotated += annotate(state, annotation)
        }
        into.length += text.length
        const part = partOf(state)
        into.parts[at.content_index] = part
        const done =
          state.kind === 'text'
            ? write('response.output_text.done', { ...at, text, logprobs })
            : write('response.refusal.done', { ...at, refusal: text })
        return annotated + done + write('response.content_part.done', { ...at, part })
      }
      case 'reasoning':
        return stopReasoning(state)
      case 'tool_call': {
        // Arguments that are none are an empty object, as clients parse the text.
        const begun = state.text === '' ? delta(argumentsOf('{}'), state) : ''
        const { at, item, text } = state
        const done = write('response.function_call_arguments.done', { ...at, name: item['name']!, arguments: text })
        return begun + done + tellItem(at, { ...item, status: 'completed', arguments: text })
      }
      case 'opaque':
        return state.isTold ? '' : tellItem(state.at, state.item)
    }
  }
  const stopReasoning = ({ at, text, isOwn, fields, proof }: Extract<State, { kind: 'reasoning' }>): string => {
    const place = { ...at, summary_index: 0 }
    const done =
      text === ''
        ? ''
        : write('response.reasoning_summary_text.done', { ...place, text }) +
          write('response.reasoning_summary_part.done', { ...place, part: { type: 'summary_text', text } })
    const encrypted = !isOwn ? carry(proof) : proof.signature?.value
    const item = { id: at.item_id, type: 'reasoning', ...fields, summary: summaryOf(text) }
    return done + tellItem(at, { ...item, ...(encrypted !== undefined && { encrypted_content: encrypted }) })
  }

  return {
    event(event) {
      if (event.kind === 'block_start') return start(event)
      const state = states.get(event.block)
      if (state === undefined) return ''
      if (event.kind !== 'block_stop') return delta(event, state)
      states.delete(event.block)
      return stop(state)
    },
    close(status) {
      const rest = [...states.values()].map(stop).join('')
      states.clear()
      return rest + closeMessage(status)
    },
    items: () => told.filter((item) => item !== undefined),
  }
}

function argumentsOf(text: string): Extract<OfBlock, { kind: 'arguments' }> {
  return { kind: 'arguments', choice: 0, block: 0, text }
}

/** A part as SDKs want it: every field there. */
function partOf({ kind, text, annotations, logprobs }: Extract<State, { kind: 'text' | 'refusal' }>): JsonObject {
  return kind === 'text'
    ? { type: 'output_text', text, annotations: [...annotations], logprobs: [...logprobs] }
    : { type: 'refusal', refusal: text }
}

function tokensIn(logprobs: Json | undefined): readonly Json[] {
  const content = isObject(logprobs) ? logprobs['content'] : undefined
  return isArray(content) ? content : []
}
