/** Neutral blocks → the parts of Google's contents, in requests. */
import { isObject, parseJson } from '../json.ts'
import { dropOpaque, type Losses } from '../losses.ts'
import type { Block, DocumentBlock, ImageBlock, JsonObject, ToolCallBlock, ToolResultBlock } from '../neutral.ts'
import { encodeResponse } from './decode-part.ts'
import { ownFields } from './extensions.ts'
import { audioType, fileData, typeOfAddress } from './media.ts'
import { isMadeToolId } from './tool-id.ts'

const API = "Google's Gemini API"
const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'])

/** What parts need to know of the request around them. */
export interface PartContext {
  /** Whether the client spoke this dialect: what it said is left as it is. */
  readonly isOwn: boolean
  /** The name of the function that a call's id belongs to. */
  readonly nameOf: (callId: string) => string | undefined
  /** Whether results may hold images and files; older models take them only beside. */
  readonly hasMediaResults: boolean
  readonly losses: Losses
}

/** The parts that say one neutral block: one, or none where it is empty or lost. */
export function encodePart(block: Block, context: PartContext): readonly JsonObject[] {
  const { losses, isOwn } = context
  const own = ownFields(block.extensions)
  const signature = signatureOf(block)
  switch (block.kind) {
    case 'text':
      return block.text.trim() === '' && !isOwn ? [] : [{ text: block.text, ...own, ...signature }]
    case 'refusal':
      return block.text.trim() === '' ? [] : [{ text: block.text }]
    case 'reasoning':
      // Thoughts of others prove nothing here, and are no part of what was said.
      if (block.signature?.dialect !== 'gemini' && !isOwn) return []
      return [{ text: block.text, thought: true, ...own, ...signature }]
    case 'image':
      return encodeImage(block, own, signature, losses)
    case 'audio': {
      const { mimeType = audioType(block.format), displayName, ...rest } = own
      const named = displayName === undefined ? {} : { displayName }
      return [{ inlineData: { mimeType, data: block.data, ...named }, ...rest, ...signature }]
    }
    case 'document':
      return encodeDocument(block, own, signature, losses)
    case 'tool_call':
      return [encodeCall(block, own, signature, losses)]
    case 'tool_result':
      return encodeResult(block, own, context)
    case 'opaque':
      return block.dialect === 'gemini' ? [block.value] : dropOpaque(block, API, losses)
  }
}

/** The signature of this dialect; OpenAI's clients bring it back where Google's own OpenAI API puts it. */
function signatureOf(block: Block): JsonObject {
  if (block.signature?.dialect === 'gemini') return { thoughtSignature: block.signature.value }
  const extra = block.extensions?.dialect === 'openai-chat' ? block.extensions.fields['extra_content'] : undefined
  const google = isObject(extra) && isObject(extra['google']) ? extra['google'] : {}
  const carried = google['thought_signature']
  return typeof carried === 'string' && carried !== '' ? { thoughtSignature: carried } : {}
}

function encodeCall(block: ToolCallBlock, own: JsonObject, signature: JsonObject, losses: Losses): JsonObject {
  const args = decodeArguments(block.arguments)
  if (args === undefined)
    losses.add(
      'messages.tool_calls.function.arguments',
      `the arguments of a call of \`${block.name}\` are no JSON object, which ${API} demands`,
    )
  const { functionCall: inside, ...beside } = own
  return {
    functionCall: {
      ...(isMadeToolId(block.id) ? {} : { id: block.id }),
      name: block.name,
      args: args ?? { arguments: block.arguments },
      ...(isObject(inside) && inside),
    },
    ...beside,
    ...signature,
  }
}

/** The object that arguments say; empty ones say an empty object, and undefined means that they say none. */
export function decodeArguments(text: string): JsonObject | undefined {
  if (text.trim() === '' || text.trim() === 'null') return {}
  const value = parseJson(text)
  return isObject(value) ? value : undefined
}

function encodeResult(block: ToolResultBlock, own: JsonObject, context: PartContext): readonly JsonObject[] {
  const { functionResponse: inside, ...beside } = own
  const fields: JsonObject = isObject(inside) ? inside : {}
  const said = typeof fields['name'] === 'string' ? fields['name'] : undefined
  const texts = block.content.flatMap((each) => (each.kind === 'text' ? [each.text] : []))
  const media = block.content.flatMap((each) => (each.kind === 'text' ? [] : encodePart(each, context)))
  const isEmpty = texts.length === 0 && block.isError !== true
  const name = context.nameOf(block.callId) ?? said ?? block.callId
  const held = context.hasMediaResults ? media : []
  const result: JsonObject = {
    functionResponse: {
      ...(isMadeToolId(block.callId) ? {} : { id: block.callId }),
      ...fields,
      name,
      response: isEmpty ? {} : encodeResponse(texts.join('\n'), block.isError === true),
      ...(held.length > 0 && { parts: held }),
    },
    ...beside,
  }
  if (context.hasMediaResults || media.length === 0) return [result]
  return [result, { text: `Attached to the result of \`${name}\`:` }, ...media]
}

function encodeImage(block: ImageBlock, own: JsonObject, signature: JsonObject, losses: Losses): readonly JsonObject[] {
  const { source } = block
  const { mimeType, displayName, ...rest } = own
  const named = displayName === undefined ? {} : { displayName }
  if (block.detail === 'low')
    losses.add('messages.content.image_url.detail', `an image asks for low detail, which ${API} cannot say`)
  if (source.kind === 'base64') {
    const type = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType
    if (!IMAGE_TYPES.has(type.toLowerCase()) && block.extensions?.dialect !== 'gemini')
      losses.add(
        'messages.content.image_url',
        `an image is of type ${type.slice(0, 40)}, and ${API} takes png, jpeg, webp, heic and heif`,
      )
    return [{ inlineData: { mimeType: type, data: source.data, ...named }, ...rest, ...signature }]
  }
  const type = typeof mimeType === 'string' ? mimeType : guessed(source.kind === 'url' ? source.url : '', 'image/jpeg')
  const file = fileData(source, type)
  return file === undefined
    ? losses.drop('messages.content.image_url', 'an image is named by a file id of another provider')
    : [{ fileData: { ...file, ...named }, ...rest, ...signature }]
}

/** An image whose address ends in something else is an image all the same. */
function guessed(url: string, otherwise: string): string {
  const type = typeOfAddress(url, otherwise)
  return type.startsWith('image/') ? type : otherwise
}

function encodeDocument(
  block: DocumentBlock,
  own: JsonObject,
  signature: JsonObject,
  losses: Losses,
): readonly JsonObject[] {
  const { source } = block
  const { mimeType, displayName, ...rest } = own
  const named = displayName === undefined ? {} : { displayName }
  switch (source.kind) {
    case 'text':
      return [{ text: block.title === undefined ? source.text : `${block.title}\n\n${source.text}` }]
    case 'base64': {
      // Bare base64 has no type; what starts like a PDF is one.
      const type = source.mediaType === '' && source.data.startsWith('JVBER') ? 'application/pdf' : source.mediaType
      return type === ''
        ? losses.drop('messages.content.file', 'a file does not say its type')
        : [{ inlineData: { mimeType: type, data: source.data, ...named }, ...rest, ...signature }]
    }
    case 'url':
    case 'file': {
      const type =
        typeof mimeType === 'string'
          ? mimeType
          : typeOfAddress(source.kind === 'url' ? source.url : '', 'application/pdf')
      const file = fileData(source, type)
      return file === undefined
        ? losses.drop('messages.content.file.file_id', 'a file is named by an id of another provider')
        : [{ fileData: { ...file, ...named }, ...rest, ...signature }]
    }
  }
}
