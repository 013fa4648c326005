/**
 * Neutral messages → the messages of an OpenAI chat completion request.
 *
 * Decisions: a tool result becomes a `tool` message of its own, before what the user says beside it; `tool`
 * messages take only text, so that images and files in results go into the user message that follows, under a
 * line that names the call; a failed result (`is_error`) says so in its text.
 */
import { joinDataUrl } from '../data-url.ts'
import { isObject } from '../json.ts'
import { dropOpaque, type Losses } from '../losses.ts'
import type {
  Block,
  ChatCall,
  DocumentBlock,
  Extensions,
  JsonObject,
  Message,
  ReasoningBlock,
  TextBlock,
  ToolResultBlock,
} from '../neutral.ts'
import { encodeToolCall } from './encode-answer.ts'
import { encodeOwnReasoning, type ReasoningTarget } from './reasoning.ts'

export function encodeMessages(call: ChatCall, losses: Losses, target: ReasoningTarget): readonly JsonObject[] {
  const messages = call.messages.flatMap((message) => encodeMessage(message, losses, target))
  return [...encodeSystem(call.system), ...messages]
}

const own = (extensions: Extensions | undefined): JsonObject =>
  extensions?.dialect === 'openai-chat' ? extensions.fields : {}

/** Blocks that follow one another are parts of one message, until one says that a message begins with it. */
function encodeSystem(blocks: readonly TextBlock[]): readonly JsonObject[] {
  const groups: { fields: JsonObject; blocks: TextBlock[] }[] = []
  for (const block of blocks) {
    const mark = own(block.extensions)['message']
    if (groups.length === 0 || isObject(mark)) groups.push({ fields: isObject(mark) ? mark : {}, blocks: [] })
    groups.at(-1)!.blocks.push(block)
  }
  return groups.map(({ fields, blocks: group }) => ({ role: 'system', content: textContent(group), ...fields }))
}

function encodeMessage(message: Message, losses: Losses, target: ReasoningTarget): readonly JsonObject[] {
  const beside = { ...(message.name !== undefined && { name: message.name }), ...own(message.extensions) }
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: content(message.content, losses), ...beside }]
    case 'assistant':
      return [{ ...encodeAssistant(message, losses, target), ...beside }]
    case 'user':
      return encodeUser(message, beside, losses)
  }
}

function encodeAssistant(message: Message, losses: Losses, target: ReasoningTarget): JsonObject {
  const reasoning = message.content.filter((block): block is ReasoningBlock => block.kind === 'reasoning')
  const calls = message.content.flatMap((block) => {
    if (block.kind === 'tool_call') return [encodeToolCall(block)]
    return block.kind === 'opaque' && isCustomCall(block.dialect, block.value) ? [block.value] : []
  })
  const rest = message.content.filter(
    (block) =>
      block.kind !== 'reasoning' &&
      block.kind !== 'tool_call' &&
      !(block.kind === 'opaque' && isCustomCall(block.dialect, block.value)),
  )
  const said = rest.length === 0 ? null : content(rest, losses)
  return {
    role: 'assistant',
    content: said === null && calls.length === 0 && !('audio' in own(message.extensions)) ? '' : said,
    ...encodeOwnReasoning(reasoning, target),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

function isCustomCall(dialect: string, value: JsonObject): boolean {
  return dialect === 'openai-chat' && value['type'] === 'custom'
}

function encodeUser(message: Message, beside: JsonObject, losses: Losses): readonly JsonObject[] {
  const results = message.content.filter((block): block is ToolResultBlock => block.kind === 'tool_result')
  const others = message.content.filter((block) => block.kind !== 'tool_result')
  const moved = results.flatMap(attachments)
  const tools = results.map((result) => encodeResult(result, losses))
  if (moved.length === 0 && others.length === 0 && results.length > 0) return tools
  return [...tools, { role: 'user', content: content([...moved, ...others], losses), ...beside }]
}

type Attached = Exclude<ToolResultBlock['content'][number], TextBlock>
const isAttached = (block: ToolResultBlock['content'][number]): block is Attached =>
  block.kind === 'image' || (block.kind === 'document' && block.source.kind !== 'text')

function attachments(result: ToolResultBlock): readonly Block[] {
  const attached = result.content.filter(isAttached)
  return attached.length === 0
    ? []
    : [{ kind: 'text', text: `Attached to the result of ${result.callId}:` }, ...attached]
}

function encodeResult(result: ToolResultBlock, losses: Losses): JsonObject {
  const texts = result.content.flatMap((block) => resultTexts(block, losses))
  const isMoved = result.content.some(isAttached)
  const told =
    texts.length === 0 && isMoved
      ? [{ kind: 'text' as const, text: 'The result is attached to the next message.' }]
      : texts
  return {
    role: 'tool',
    tool_call_id: result.callId,
    content: textContent(result.isError === true ? markError(told) : told),
    ...own(result.extensions),
  }
}

function resultTexts(block: ToolResultBlock['content'][number], losses: Losses): readonly TextBlock[] {
  switch (block.kind) {
    case 'text':
      return [block]
    case 'document':
      return block.source.kind === 'text' ? [{ kind: 'text', text: block.source.text }] : []
    case 'image':
      return []
    case 'opaque':
      return block.dialect === 'openai-chat' ? [] : dropOpaque(block, "OpenAI's chat API", losses)
  }
}

function markError(blocks: readonly TextBlock[]): readonly TextBlock[] {
  const [first, ...rest] = blocks
  if (first === undefined) return [{ kind: 'text', text: 'Error' }]
  return /^\W{0,4}error\b/i.test(first.text) ? blocks : [{ ...first, text: `Error: ${first.text}` }, ...rest]
}

/** A single plain text is a string: several servers take no lists. */
function textContent(blocks: readonly TextBlock[]): string | readonly JsonObject[] {
  const [only] = blocks
  if (only === undefined) return ''
  if (blocks.length === 1 && isPlain(only)) return only.text
  return blocks.map((block) => textPart(block))
}

/** Nothing to say of the text beside itself. */
function isPlain(block: TextBlock): boolean {
  return Object.keys(own(block.extensions)).every((key) => key === 'message')
}

function textPart(block: TextBlock): JsonObject {
  const { message: _mark, ...fields } = own(block.extensions)
  return { type: 'text', text: block.text, ...fields }
}

function content(blocks: readonly Block[], losses: Losses): string | readonly JsonObject[] {
  const said = blocks.filter((block) => !(block.kind === 'text' && block.text === '' && blocks.length > 1))
  const [only] = said
  if (said.length === 0 || only === undefined) return ''
  if (said.length === 1 && only.kind === 'text' && isPlain(only)) return only.text
  const parts = said.flatMap((block) => encodePart(block, losses))
  return parts.length === 0 ? '' : parts
}

function encodePart(block: Block, losses: Losses): readonly JsonObject[] {
  const { image_url: image, file, ...fields } = own(block.extensions)
  switch (block.kind) {
    case 'text':
      return [textPart(block)]
    case 'refusal':
      return [{ type: 'refusal', refusal: block.text, ...fields }]
    case 'image': {
      if (block.source.kind === 'file')
        return losses.drop(
          'messages.content.source.file_id',
          "an image is named by a file id of another provider, which OpenAI's chat API does not know",
        )
      const url =
        block.source.kind === 'url' ? block.source.url : joinDataUrl(block.source.mediaType, block.source.data)
      const inside = { url, ...(block.detail !== undefined && { detail: block.detail }), ...(isObject(image) && image) }
      return [{ type: 'image_url', image_url: inside, ...fields }]
    }
    case 'audio':
      return [{ type: 'input_audio', input_audio: { data: block.data, format: block.format }, ...fields }]
    case 'document':
      return encodeDocument(block, isObject(file) ? file : {}, fields, losses)
    case 'opaque':
      return block.dialect === 'openai-chat' ? [block.value] : dropOpaque(block, "OpenAI's chat API", losses)
    case 'reasoning':
    case 'tool_call':
    case 'tool_result':
      // Said elsewhere, or not at all.
      return []
  }
}

function encodeDocument(
  block: DocumentBlock,
  inside: JsonObject,
  fields: JsonObject,
  losses: Losses,
): readonly JsonObject[] {
  const { source } = block
  const named = block.title === undefined ? {} : { filename: block.title }
  switch (source.kind) {
    case 'text':
      return [{ type: 'text', text: block.title === undefined ? source.text : `${block.title}\n\n${source.text}` }]
    case 'base64': {
      const data = source.mediaType === '' ? source.data : joinDataUrl(source.mediaType, source.data)
      // OpenAI wants a name with every file.
      const isOwn = block.extensions?.dialect === 'openai-chat' || block.title !== undefined
      return [
        {
          type: 'file',
          file: { ...(isOwn ? named : { filename: 'document' }), file_data: data, ...inside },
          ...fields,
        },
      ]
    }
    case 'url':
      return [{ type: 'file', file: { ...named, file_data: source.url, ...inside }, ...fields }]
    case 'file':
      // OpenAI's two APIs share one store of files.
      return source.dialect === 'openai-chat' || source.dialect === 'openai-responses'
        ? [{ type: 'file', file: { ...named, file_id: source.id, ...inside }, ...fields }]
        : losses.drop(
            'messages.content.source.file_id',
            "a document is named by a file id of another provider, which OpenAI's chat API does not know",
          )
  }
}
