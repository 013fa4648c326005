/** Neutral blocks → Anthropic content blocks, in requests and in answers. */
import { decodeBase64Text } from '../base64-text.ts'
import { isObject, parseJson } from '../json.ts'
import { dropOpaque, type Losses } from '../losses.ts'
import type {
  Block,
  DocumentBlock,
  Extensions,
  ImageBlock,
  JsonObject,
  ReasoningBlock,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
} from '../neutral.ts'
import { fitToolId } from './tool-id.ts'

const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])

/** What a block of this dialect says beside the neutral words. */
function beside(block: { readonly cacheMark?: JsonObject; readonly extensions?: Extensions }): JsonObject {
  return {
    ...(block.cacheMark !== undefined && { cache_control: block.cacheMark }),
    ...(block.extensions?.dialect === 'anthropic' && block.extensions.fields),
  }
}

/** The blocks that say one neutral block in a request: one, or none where it is empty or lost. */
export function encodeBlock(block: Block, losses: Losses): readonly JsonObject[] {
  switch (block.kind) {
    case 'text':
      return encodeText(block)
    case 'refusal':
      return block.text.trim() === '' ? [] : [{ type: 'text', text: block.text }]
    case 'image':
      return encodeImage(block, losses)
    case 'audio':
      return losses.drop('messages.content.input_audio', "audio is given, which Anthropic's Messages API does not take")
    case 'document':
      return encodeDocument(block, losses)
    case 'tool_call':
      return [encodeCall(block, losses)]
    case 'tool_result':
      return [encodeResult(block, losses)]
    case 'reasoning':
      return encodeThinking(block)
    case 'opaque':
      return block.dialect === 'anthropic' ? [block.value] : dropOpaque(block, "Anthropic's Messages API", losses)
  }
}

/** Empty text is refused, so that it is left out; its neighbours stay. */
export function encodeText(block: TextBlock): readonly JsonObject[] {
  if (block.text.trim() === '') return []
  return [textBlock(block)]
}

/** The text as it is, empty or not. */
export function textBlock(block: TextBlock): JsonObject {
  const citations = block.citations?.dialect === 'anthropic' ? { citations: block.citations.items } : {}
  return { type: 'text', text: block.text, ...citations, ...beside(block) }
}

/** Thinking goes back only with the signature of this dialect; a signature is never made up. */
function encodeThinking(block: ReasoningBlock): readonly JsonObject[] {
  if (block.redacted?.dialect === 'anthropic')
    return [{ type: 'redacted_thinking', data: block.redacted.data, ...beside(block) }]
  if (block.signature?.dialect !== 'anthropic') return []
  return [{ type: 'thinking', thinking: block.text, signature: block.signature.value, ...beside(block) }]
}

function encodeCall(block: ToolCallBlock, losses: Losses): JsonObject {
  const input = decodeArguments(block.arguments)
  if (input === undefined)
    losses.add(
      'messages.tool_calls.function.arguments',
      `the arguments of a call of \`${block.name}\` are no JSON object, which Anthropic's Messages API demands`,
    )
  return {
    type: 'tool_use',
    id: fitToolId(block.id),
    name: block.name,
    input: input ?? { arguments: block.arguments },
    ...beside(block),
  }
}

/** The object that arguments say; empty ones say an empty object, and undefined means that they say none. */
export function decodeArguments(text: string): JsonObject | undefined {
  if (text.trim() === '' || text.trim() === 'null') return {}
  const value = parseJson(text)
  return isObject(value) ? value : undefined
}

function encodeResult(block: ToolResultBlock, losses: Losses): JsonObject {
  const content = block.content.flatMap((item) => encodeBlock(item, losses))
  const [only] = content
  const isPlain =
    content.length === 1 && only !== undefined && only['type'] === 'text' && Object.keys(only).length === 2
  return {
    type: 'tool_result',
    tool_use_id: fitToolId(block.callId),
    ...(content.length > 0 && { content: isPlain ? only['text']! : content }),
    ...(block.isError !== undefined && { is_error: block.isError }),
    ...beside(block),
  }
}

function encodeImage(block: ImageBlock, losses: Losses): readonly JsonObject[] {
  const { source } = block
  if (block.detail === 'low')
    losses.add(
      'messages.content.image_url.detail',
      "an image asks for low detail, which Anthropic's Messages API cannot say",
    )
  switch (source.kind) {
    case 'url':
      return [{ type: 'image', source: { type: 'url', url: source.url }, ...beside(block) }]
    case 'file':
      return source.dialect === 'anthropic'
        ? [{ type: 'image', source: { type: 'file', file_id: source.id }, ...beside(block) }]
        : losses.drop('messages.content.image_url', 'an image is named by a file id of another provider')
    case 'base64': {
      const mediaType = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType
      if (!IMAGE_TYPES.has(mediaType))
        return losses.drop(
          'messages.content.image_url',
          `an image is of type ${mediaType.slice(0, 40)}, and Anthropic's Messages API takes jpeg, png, gif and webp`,
        )
      return [{ type: 'image', source: { type: 'base64', media_type: mediaType, data: source.data }, ...beside(block) }]
    }
  }
}

function encodeDocument(block: DocumentBlock, losses: Losses): readonly JsonObject[] {
  const { source } = block
  const rest = { ...(block.title !== undefined && { title: block.title }), ...beside(block) }
  switch (source.kind) {
    case 'text':
      return [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: source.text }, ...rest }]
    case 'url':
      return [{ type: 'document', source: { type: 'url', url: source.url }, ...rest }]
    case 'file':
      return source.dialect === 'anthropic'
        ? [{ type: 'document', source: { type: 'file', file_id: source.id }, ...rest }]
        : losses.drop('messages.content.file.file_id', 'a file is named by an id of another provider')
    case 'base64': {
      // Bare base64 has no type; what starts like a PDF is one.
      const mediaType =
        source.mediaType === '' && source.data.startsWith('JVBER') ? 'application/pdf' : source.mediaType
      if (mediaType === 'application/pdf')
        return [{ type: 'document', source: { type: 'base64', media_type: mediaType, data: source.data }, ...rest }]
      const text = /^text\/|^application\/json$/.test(mediaType) ? decodeBase64Text(source.data) : undefined
      if (text === undefined)
        return losses.drop(
          'messages.content.file',
          `a file is of type ${mediaType.slice(0, 60) || 'unknown'}, and Anthropic's Messages API takes PDF and plain text`,
        )
      return [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, ...rest }]
    }
  }
}
