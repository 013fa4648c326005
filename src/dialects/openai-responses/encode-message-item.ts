/** Texts and refusals of a stream as the parts of message items: those that follow one another share one. */
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'
import { findAnnotation } from './annotations.ts'
import type { At, BlockEncoder, ItemWriter } from './item-writer.ts'

export interface MessageEncoder {
  /** Begins a part; `mark` says that a message begins with it, and what is said of that. */
  readonly part: (
    kind: 'text' | 'refusal',
    mark: Json | undefined,
  ) => { readonly text: string; readonly block: BlockEncoder }
  /** Ends the message, if one is open. */
  readonly close: (status?: 'completed' | 'incomplete') => string
}

interface Message {
  readonly at: At
  readonly fields: JsonObject
  readonly parts: JsonObject[]
}

export function createMessageEncoder(items: ItemWriter): MessageEncoder {
  let open: Message | undefined
  /** The length of the texts so far, which OpenAI's chat counts in the places of its citations. */
  let before = 0

  const close = (status: 'completed' | 'incomplete' = 'completed'): string => {
    if (open === undefined) return ''
    const { at, parts, fields } = open
    open = undefined
    return items.tell(at, messageItem(status, parts, fields))
  }
  return {
    close,
    part(kind, mark) {
      let text = ''
      if (open === undefined || isObject(mark)) {
        const fields = isObject(mark) ? mark : {}
        const closed = close()
        const added = items.add('msg', messageItem('in_progress', [], fields))
        open = { at: added.at, fields, parts: [] }
        text = closed + added.text
      }
      const part = encodePart(kind, open, items, (length) => {
        before += length
        return before - length
      })
      return { text: text + part.text, block: part.block }
    },
  }
}

function messageItem(status: string, content: readonly JsonObject[], fields: JsonObject): JsonObject {
  return { type: 'message', status, role: 'assistant', content: [...content], ...fields }
}

function encodePart(
  kind: 'text' | 'refusal',
  message: Message,
  { write }: ItemWriter,
  /** Counts the text in when it ends, and says how long those before it are. */
  countIn: (length: number) => number,
): { readonly text: string; readonly block: BlockEncoder } {
  const at = { ...message.at, content_index: message.parts.length }
  let said = ''
  const annotations: Json[] = []
  const logprobs: Json[] = []
  /** Citations of other dialects: where their text ends is known only when it does. */
  const cited: Json[] = []

  /** The part as SDKs want it: every field there. */
  const part = (): JsonObject =>
    kind === 'text'
      ? { type: 'output_text', text: said, annotations: [...annotations], logprobs: [...logprobs] }
      : { type: 'refusal', refusal: said }
  const annotate = (annotation: Json): string => {
    const annotation_index = annotations.push(annotation) - 1
    return write('response.output_text.annotation.added', { ...at, annotation_index, annotation })
  }
  const say = (text: string, tokens: readonly Json[]): string => {
    said += text
    if (kind === 'refusal') return write('response.refusal.delta', { ...at, delta: text })
    logprobs.push(...tokens)
    return write('response.output_text.delta', { ...at, delta: text, logprobs: tokens })
  }
  message.parts.push(part())
  return {
    text: write('response.content_part.added', { ...at, part: part() }),
    block: {
      delta(event) {
        if (event.kind === kind && (event.text !== '' || event.logprobs !== undefined))
          return say(event.text, tokensIn(event.logprobs))
        if (event.kind !== 'citation' || kind !== 'text') return ''
        if (event.dialect === 'openai-responses') return annotate(event.value)
        cited.push(event.value)
        return ''
      },
      stop() {
        const before = kind === 'text' ? countIn(said.length) : 0
        const found = cited.flatMap((citation) => findAnnotation(citation, said.length, before) ?? [])
        const annotated = found.map(annotate).join('')
        message.parts[at.content_index] = part()
        const done =
          kind === 'text'
            ? write('response.output_text.done', { ...at, text: said, logprobs })
            : write('response.refusal.done', { ...at, refusal: said })
        return annotated + done + write('response.content_part.done', { ...at, part: part() })
      },
    },
  }
}

function tokensIn(logprobs: Json | undefined): readonly Json[] {
  const content = isObject(logprobs) ? logprobs['content'] : undefined
  return isArray(content) ? content : []
}
