/**
 * System blocks and neutral messages → the instructions and the input of a request.
 *
 * Decisions: what the client said as `instructions` goes out as such, with whatever stands before it; other system
 * text is a `system` message, which keeps its parts apart; a failed result says so in its text; empty text beside
 * other parts is left out.
 */
import { joinDataUrl } from '../data-url.ts'
import { isObject } from '../json.ts'
import { dropOpaque, type Losses } from '../losses.ts'
import type {
  Block,
  ChatCall,
  DocumentBlock,
  ImageBlock,
  JsonObject,
  Message,
  TextBlock,
  ToolResultBlock,
} from '../neutral.ts'
import { encodeAnnotations } from './annotations.ts'
import { isOwnPart, ownFields } from './extensions.ts'
import { encodeOwnReasoning } from './reasoning-item.ts'

export interface EncodedInput {
  readonly instructions?: string
  readonly input: readonly JsonObject[]
}

const API = "OpenAI's Responses API"

export function encodeInput(call: ChatCall, losses: Losses): EncodedInput {
  const last = call.system.findLastIndex((block) => ownFields(block.extensions)['instructions'] === true)
  const instructions = call.system.slice(0, last + 1).map(({ text }) => text)
  const input = [
    ...encodeSystem(call.system.slice(last + 1)),
    ...call.messages.flatMap((message) => encodeMessage(message, losses)),
  ]
  return { ...(last !== -1 && { instructions: instructions.join('\n\n') }), input }
}

/** Blocks that follow one another are parts of one message, until one says that a message begins with it. */
function encodeSystem(blocks: readonly TextBlock[]): readonly JsonObject[] {
  const groups: { readonly fields: JsonObject; readonly blocks: TextBlock[] }[] = []
  for (const block of blocks) {
    const mark = ownFields(block.extensions)['message']
    if (groups.length === 0 || isObject(mark)) groups.push({ fields: isObject(mark) ? mark : {}, blocks: [] })
    groups.at(-1)!.blocks.push(block)
  }
  return groups.map(({ fields, blocks: group }) => ({
    type: 'message',
    role: 'system',
    content: group.map((block) => textPart(block, 'input_text')),
    ...fields,
  }))
}

function encodeMessage(message: Message, losses: Losses): readonly JsonObject[] {
  if (message.name !== undefined)
    losses.add(
      'messages.name',
      `a message names its participant \`${message.name.slice(0, 64)}\`, which ${API} cannot say`,
    )
  const items: JsonObject[] = []
  /** The message item that is being filled. */
  let parts: JsonObject[] = []
  let fields: JsonObject = message.role === 'assistant' ? {} : ownFields(message.extensions)
  const flush = (): void => {
    if (parts.length > 0) items.push({ type: 'message', role: message.role, content: filled(parts), ...fields })
    parts = []
    if (message.role === 'assistant') fields = {}
  }
  for (const block of message.content) {
    if (block.kind === 'opaque' && isOwnPart(block)) parts.push(block.value)
    else if (isItem(block)) {
      flush()
      items.push(...encodeItem(block, losses))
    } else {
      const mark = ownFields(block.extensions)['item']
      if (isObject(mark)) {
        flush()
        fields = mark
      }
      parts.push(...encodePart(block, message.role, losses))
    }
  }
  flush()
  return items
}

type Item = Extract<Block, { kind: 'tool_call' | 'tool_result' | 'reasoning' | 'opaque' }>
type Part = Exclude<Block, Item>

function isItem(block: Block): block is Item {
  switch (block.kind) {
    case 'tool_call':
    case 'tool_result':
    case 'reasoning':
    case 'opaque':
      return true
    case 'text':
    case 'refusal':
    case 'image':
    case 'document':
    case 'audio':
      return false
  }
}

/** What is an item by itself. */
function encodeItem(block: Item, losses: Losses): readonly JsonObject[] {
  switch (block.kind) {
    case 'tool_call': {
      const { id, name, arguments: text, extensions } = block
      return [{ type: 'function_call', call_id: id, name, arguments: text || '{}', ...ownFields(extensions) }]
    }
    case 'tool_result':
      return [encodeResult(block, losses)]
    case 'reasoning':
      return encodeOwnReasoning(block)
    case 'opaque':
      return block.dialect === 'openai-responses' ? [block.value] : dropOpaque(block, API, losses)
  }
}

function encodeResult(block: ToolResultBlock, losses: Losses): JsonObject {
  const content = block.isError === true ? markError(block.content) : block.content
  const parts = content.flatMap((item) =>
    item.kind === 'opaque' ? encodeItem(item, losses) : encodePart(item, 'user', losses),
  )
  const [only] = parts
  const isPlain = parts.length === 1 && only?.['type'] === 'input_text' && Object.keys(only).length === 2
  return {
    type: 'function_call_output',
    call_id: block.callId,
    output: parts.length === 0 ? '' : isPlain ? only['text']! : parts,
    ...ownFields(block.extensions),
  }
}

type Results = ToolResultBlock['content']

function markError(content: Results): Results {
  const [first, ...rest] = content
  if (first?.kind !== 'text') return [{ kind: 'text', text: 'Error' }, ...content]
  return /^\W{0,4}error\b/i.test(first.text) ? content : [{ ...first, text: `Error: ${first.text}` }, ...rest]
}

function encodePart(block: Part, role: Message['role'], losses: Losses): readonly JsonObject[] {
  const isAnswer = role === 'assistant'
  if (isAnswer && block.kind !== 'text' && block.kind !== 'refusal')
    return losses.drop(
      'messages.content',
      `the assistant's turn holds ${block.kind} content, which ${API} does not take`,
    )
  const { item: _mark, ...fields } = ownFields(block.extensions)
  switch (block.kind) {
    case 'text':
      return [textPart(block, isAnswer ? 'output_text' : 'input_text')]
    case 'refusal':
      return [{ type: 'refusal', refusal: block.text, ...fields }]
    case 'image':
      return encodeImage(block, fields, losses)
    case 'document':
      return encodeDocument(block, fields, losses)
    case 'audio':
      return [{ type: 'input_audio', input_audio: { data: block.data, format: block.format }, ...fields }]
  }
}

function textPart(block: TextBlock, type: 'input_text' | 'output_text'): JsonObject {
  const { item: _item, message: _message, instructions: _instructions, ...fields } = ownFields(block.extensions)
  const annotations = type === 'output_text' ? encodeAnnotations(block, 0) : []
  return { type, text: block.text, ...(annotations.length > 0 && { annotations }), ...fields }
}

function encodeImage(block: ImageBlock, fields: JsonObject, losses: Losses): readonly JsonObject[] {
  const { source } = block
  const rest = { ...(block.detail !== undefined && { detail: block.detail }), ...fields }
  switch (source.kind) {
    case 'url':
      return [{ type: 'input_image', image_url: source.url, ...rest }]
    case 'base64':
      return [{ type: 'input_image', image_url: joinDataUrl(source.mediaType, source.data), ...rest }]
    case 'file':
      return isOpenai(source.dialect)
        ? [{ type: 'input_image', file_id: source.id, ...rest }]
        : losses.drop('messages.content.source.file_id', `an image is named by a file id of another provider`)
  }
}

function encodeDocument(block: DocumentBlock, fields: JsonObject, losses: Losses): readonly JsonObject[] {
  const { source, title } = block
  const rest = { ...(title !== undefined && { filename: title }), ...fields }
  switch (source.kind) {
    case 'text':
      return [{ type: 'input_text', text: title === undefined ? source.text : `${title}\n\n${source.text}` }]
    case 'url':
      return [{ type: 'input_file', file_url: source.url, ...rest }]
    case 'base64': {
      // OpenAI wants a name with every file.
      const named =
        block.extensions?.dialect === 'openai-responses' || title !== undefined ? {} : { filename: 'document' }
      const data = source.mediaType === '' ? source.data : joinDataUrl(source.mediaType, source.data)
      return [{ type: 'input_file', file_data: data, ...named, ...rest }]
    }
    case 'file':
      return isOpenai(source.dialect)
        ? [{ type: 'input_file', file_id: source.id, ...rest }]
        : losses.drop('messages.content.source.file_id', 'a document is named by a file id of another provider')
  }
}

/** OpenAI's two APIs share one store of files. */
function isOpenai(dialect: string): boolean {
  return dialect === 'openai-responses' || dialect === 'openai-chat'
}

/** Empty text says nothing beside other parts. */
function filled(parts: readonly JsonObject[]): readonly JsonObject[] {
  const said = parts.filter((part) => part['text'] !== '')
  return said.length === 0 ? parts : said
}
