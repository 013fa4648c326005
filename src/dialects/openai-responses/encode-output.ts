/** The output of a response as a stream tells it: each block added, said in deltas, and told whole. */
import type { AnswerContext } from '../dialect.ts'
import { isObject } from '../json.ts'
import type { Extensions, JsonObject, ReasoningBlock } from '../neutral.ts'
import { createMessageEncoder } from './encode-message-item.ts'
import { ownFields } from './extensions.ts'
import {
  type At,
  type BlockEncoder,
  createItemWriter,
  type ItemWriter,
  type OfBlock,
  type Write,
} from './item-writer.ts'
import { carry, summaryOf } from './reasoning-item.ts'
import { itemIds } from './response.ts'

export interface OutputEncoder {
  readonly event: (event: OfBlock) => string
  /** Ends what is open; a message that is open then is the one that the answer breaks off in. */
  readonly close: (status: 'completed' | 'incomplete') => string
  /** The items that are whole, in their order. */
  readonly items: () => readonly JsonObject[]
}

type Begun = { readonly text: string; readonly block?: BlockEncoder }

export function createOutputEncoder(context: AnswerContext, write: Write): OutputEncoder {
  const items = createItemWriter(itemIds(context.id), write)
  const messages = createMessageEncoder(items)
  const open = new Map<number, BlockEncoder>()

  const begin = ({ of, extensions }: Extract<OfBlock, { kind: 'block_start' }>): Begun => {
    switch (of.kind) {
      case 'text':
      case 'refusal':
        return messages.part(of.kind, ownFields(extensions)['item'])
      case 'reasoning':
        return after(messages.close(), beginReasoning(extensions, items))
      case 'redacted_reasoning':
        return after(messages.close(), { text: tellRedacted({ redacted: of }, items) })
      case 'tool_call':
        return after(messages.close(), beginCall(of, extensions, items))
      case 'opaque':
        return of.dialect === 'openai-responses' ? after(messages.close(), beginOwn(of.value, items)) : { text: '' }
    }
  }
  return {
    event(event) {
      if (event.kind === 'block_start') {
        const { text, block } = begin(event)
        if (block !== undefined) open.set(event.block, block)
        return text
      }
      const block = open.get(event.block)
      if (event.kind !== 'block_stop') return block?.delta(event) ?? ''
      open.delete(event.block)
      return block?.stop() ?? ''
    },
    close(status) {
      const rest = [...open.values()].map((block) => block.stop()).join('')
      open.clear()
      return rest + messages.close(status)
    },
    items: items.items,
  }
}

function after(before: string, begun: Begun): Begun {
  return { ...begun, text: before + begun.text }
}

/** Reasoning goes out as a summary of one part; whoever else made it has its proof carried along. */
function beginReasoning(extensions: Extensions | undefined, items: ItemWriter): Begun {
  const isOwn = extensions?.dialect === 'openai-responses'
  const fields = { type: 'reasoning', summary: [], ...ownFields(extensions) }
  const { at, text } = items.add('rs', fields)
  const place = { ...at, summary_index: 0 }
  let said = ''
  let signature: ReasoningBlock['signature']

  const say = (piece: string): string => {
    const part = { type: 'summary_text', text: '' }
    const added = said === '' ? items.write('response.reasoning_summary_part.added', { ...place, part }) : ''
    said += piece
    return added + items.write('response.reasoning_summary_text.delta', { ...place, delta: piece })
  }
  const done = (): string =>
    items.write('response.reasoning_summary_text.done', { ...place, text: said }) +
    items.write('response.reasoning_summary_part.done', { ...place, part: { type: 'summary_text', text: said } })
  const block: BlockEncoder = {
    delta(event) {
      if (event.kind === 'reasoning') return event.text === '' ? '' : say(event.text)
      if (event.kind === 'signature')
        signature = { dialect: event.dialect, value: (signature?.value ?? '') + event.value }
      return ''
    },
    stop() {
      const encrypted = isOwn ? signature?.value : carry(signature === undefined ? {} : { signature })
      const item = {
        ...fields,
        summary: summaryOf(said),
        ...(encrypted !== undefined && { encrypted_content: encrypted }),
      }
      return (said === '' ? '' : done()) + items.tell(at, item)
    },
  }
  return { text, block }
}

function tellRedacted(proof: Pick<ReasoningBlock, 'redacted'>, items: ItemWriter): string {
  const fields = { type: 'reasoning', summary: [] }
  const { at, text } = items.add('rs', fields)
  return text + items.tell(at, { ...fields, encrypted_content: carry(proof) })
}

function beginCall(
  call: { readonly id: string; readonly name: string },
  extensions: Extensions | undefined,
  items: ItemWriter,
): Begun {
  const fields = { type: 'function_call', call_id: call.id, name: call.name, ...ownFields(extensions) }
  const { at, text } = items.add('fc', { ...fields, status: 'in_progress', arguments: '' })
  let said = ''
  const say = (piece: string): string => {
    said += piece
    return items.write('response.function_call_arguments.delta', { ...at, delta: piece })
  }
  const block: BlockEncoder = {
    delta: (event) => (event.kind === 'arguments' && event.text !== '' ? say(event.text) : ''),
    stop() {
      // Arguments that are none are an empty object, as clients parse the text.
      const rest = said === '' ? say('{}') : ''
      const done = items.write('response.function_call_arguments.done', { ...at, name: call.name, arguments: said })
      return rest + done + items.tell(at, { ...fields, status: 'completed', arguments: said })
    },
  }
  return { text, block }
}

/** An item of the provider's own, whose events are passed on at their new place. */
function beginOwn(item: JsonObject, items: ItemWriter): Begun {
  const { at, text } = items.add('msg', item)
  let isTold = false
  const tell = (at: At, whole: JsonObject): string => {
    isTold = true
    return items.tell(at, whole)
  }
  const block: BlockEncoder = {
    delta(event) {
      if (event.kind !== 'opaque' || event.dialect !== 'openai-responses') return ''
      const { type, sequence_number: _sequence, item: done, ...fields } = event.value
      return type === 'response.output_item.done'
        ? tell(at, isObject(done) ? done : item)
        : items.write(String(type), { ...fields, output_index: at.output_index })
    },
    stop: () => (isTold ? '' : tell(at, item)),
  }
  return { text, block }
}
