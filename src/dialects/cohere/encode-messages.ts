/**
 * Neutral messages → the messages of a Cohere chat request, and the documents that go beside them.
 *
 * Decisions: what the assistant said before its calls is their plan; a tool result is a `tool` message of its own,
 * before what the user says beside it; a document of text or a search result goes into the request's list of documents,
 * where the model can cite it. Reasoning goes back where nobody signed it: this API's own has no signature, and it takes any.
 */
import { decodeBase64Text } from '../base64-text.ts'
import { joinDataUrl } from '../data-url.ts'
import { dropOpaque, type Losses } from '../losses.ts'
import type {
  Block,
  ChatCall,
  DocumentBlock,
  ImageBlock,
  Json,
  JsonObject,
  Message,
  OpaqueBlock,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
} from '../neutral.ts'
import { findSearchResult, type SearchResult } from '../search-result.ts'

export interface EncodedMessages {
  readonly messages: readonly JsonObject[]
  readonly documents: readonly JsonObject[]
}

/** What the user says who only attached documents: the API wants a text. */
const SEE_DOCUMENTS = '(See the documents.)'

export function encodeMessages(call: ChatCall, losses: Losses): EncodedMessages {
  const documents: JsonObject[] = []
  const addDocument = (data: JsonObject | undefined): void => {
    if (data !== undefined) documents.push({ id: `doc:${documents.length}`, data })
  }
  const messages = call.messages.flatMap((message) => encodeMessage(message, addDocument, losses))
  return { messages: [...encodeSystem(call.system), ...messages], documents }
}

type AddDocument = (data: JsonObject | undefined) => void

function encodeMessage(message: Message, addDocument: AddDocument, losses: Losses): readonly JsonObject[] {
  if (message.name !== undefined)
    losses.add(
      'messages.name',
      `a message names its participant \`${message.name.slice(0, 64)}\`, which Cohere's Chat API cannot say`,
    )
  switch (message.role) {
    case 'system':
      return encodeSystem(message.content.filter((block): block is TextBlock => block.kind === 'text'))
    case 'assistant':
      return encodeAssistant(message.content, losses)
    case 'user':
      return encodeUser(message.content, addDocument, losses)
  }
}

function encodeSystem(blocks: readonly TextBlock[]): readonly JsonObject[] {
  const parts = blocks.flatMap(encodeText)
  return parts.length === 0 ? [] : [{ role: 'system', content: plain(parts) }]
}

function encodeAssistant(content: readonly Block[], losses: Losses): readonly JsonObject[] {
  const calls = content.filter((block): block is ToolCallBlock => block.kind === 'tool_call')
  const parts = content.flatMap((block) => encodePart(block, () => {}, losses))
  const isPlan = ({ type }: JsonObject): boolean => calls.length > 0 && type === 'text'
  const said = parts.filter((part) => !isPlan(part))
  const plan = parts.flatMap((part) => (isPlan(part) ? [part['text'] as string] : [])).join('\n')
  const citations = content.flatMap((block): readonly Json[] =>
    block.kind === 'text' && block.citations?.dialect === 'cohere' ? block.citations.items : [],
  )
  if (said.length === 0 && calls.length === 0) return []
  return [
    {
      role: 'assistant',
      ...(said.length > 0 && { content: plain(said) }),
      ...(plan !== '' && { tool_plan: plan }),
      ...(calls.length > 0 && { tool_calls: calls.map(encodeCall) }),
      ...(citations.length > 0 && calls.length === 0 && { citations }),
    },
  ]
}

function encodeCall({ id, name, arguments: text }: ToolCallBlock): JsonObject {
  return { id, type: 'function', function: { name, arguments: text.trim() === '' ? '{}' : text } }
}

function encodeUser(content: readonly Block[], addDocument: AddDocument, losses: Losses): readonly JsonObject[] {
  const results = content.filter((block): block is ToolResultBlock => block.kind === 'tool_result')
  const others = content.filter((block) => block.kind !== 'tool_result')
  const tools = results.map((result) => encodeResult(result, losses))
  const parts = others.flatMap((block) => encodePart(block, addDocument, losses))
  if (parts.length > 0) return [...tools, { role: 'user', content: plain(parts) }]
  const hasDocument = others.some((block) => block.kind === 'document' || isSearchResult(block))
  return hasDocument && tools.length === 0 ? [{ role: 'user', content: SEE_DOCUMENTS }] : tools
}

const isSearchResult = (block: Block): boolean => block.kind === 'opaque' && findSearchResult(block) !== undefined

/** The parts of content that say a block: one, or none where it is empty, said elsewhere or lost. */
function encodePart(block: Block, addDocument: AddDocument, losses: Losses): readonly JsonObject[] {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return encodeText(block)
    case 'image':
      return encodeImage(block, losses)
    case 'audio':
      return losses.drop('messages.content.input_audio', "audio is given, which Cohere's Chat API does not take")
    case 'document':
      addDocument(documentData(block, losses))
      return []
    case 'reasoning':
      return block.text === '' || block.signature !== undefined || block.redacted !== undefined
        ? []
        : [{ type: 'thinking', thinking: block.text }]
    case 'opaque': {
      const found = findSearchResult(block)
      if (found === undefined) return encodeOpaque(block, losses)
      addDocument(foundData(found))
      return []
    }
    case 'tool_call':
    case 'tool_result':
      return []
  }
}

function encodeText({ text }: { readonly text: string }): readonly JsonObject[] {
  return text === '' ? [] : [{ type: 'text', text }]
}

/** A single plain text is said as a string. */
function plain(parts: readonly JsonObject[]): string | readonly JsonObject[] {
  const [only] = parts
  return parts.length === 1 && only?.['type'] === 'text' ? (only['text'] as string) : parts
}

function encodeImage({ source, detail }: ImageBlock, losses: Losses): readonly JsonObject[] {
  if (source.kind === 'file')
    return losses.drop('messages.content.image_url', 'an image is named by a file id of another provider')
  const url = source.kind === 'url' ? source.url : joinDataUrl(source.mediaType, source.data)
  return [{ type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } }]
}

/** The fields of a document that the model reads; only text can be one. */
function documentData({ source, title }: DocumentBlock, losses: Losses): JsonObject | undefined {
  const named = title === undefined ? {} : { title }
  switch (source.kind) {
    case 'text':
      return { ...named, text: source.text }
    case 'base64': {
      const isText = /^text\/|^application\/json$/.test(source.mediaType)
      const text = isText ? decodeBase64Text(source.data) : undefined
      if (text !== undefined) return { ...named, text }
      losses.add(
        'messages.content.file',
        `a file is of type ${source.mediaType.slice(0, 60) || 'unknown'}, and Cohere's Chat API takes plain text`,
      )
      return undefined
    }
    case 'url':
      losses.add('messages.content.file', "a document is named by its address, which Cohere's Chat API does not fetch")
      return undefined
    case 'file':
      losses.add('messages.content.file.file_id', 'a file is named by an id of another provider')
      return undefined
  }
}

function encodeResult(result: ToolResultBlock, losses: Losses): JsonObject {
  const parts = result.content.flatMap((block) => encodeResultPart(block, losses))
  const content = result.isError === true ? markError(parts) : parts
  return { role: 'tool', tool_call_id: result.callId, content: content.length === 0 ? '' : plain(content) }
}

function encodeResultPart(block: ToolResultBlock['content'][number], losses: Losses): readonly JsonObject[] {
  switch (block.kind) {
    case 'text':
      return encodeText(block)
    case 'document': {
      const data = documentData(block, losses)
      return data === undefined ? [] : [{ type: 'document', document: { data } }]
    }
    case 'image':
      return losses.drop(
        'messages.content.image_url',
        "a tool result holds an image, which Cohere's Chat API takes from the user only",
      )
    case 'opaque': {
      const found = findSearchResult(block)
      return found === undefined
        ? encodeOpaque(block, losses)
        : [{ type: 'document', document: { data: foundData(found) } }]
    }
  }
}

/** The API has no word for a result that failed, so that its text says so. */
function markError(parts: readonly JsonObject[]): readonly JsonObject[] {
  const [first, ...rest] = parts
  if (first?.['type'] !== 'text') return [{ type: 'text', text: 'Error' }, ...parts]
  const text = first['text'] as string
  return /^\W{0,4}error\b/i.test(text) ? parts : [{ ...first, text: `Error: ${text}` }, ...rest]
}

/** A search result as a document; where its source is an address, citations of it name the page. */
function foundData({ title, source, texts }: SearchResult): JsonObject {
  return { title, [/^https?:/i.test(source) ? 'url' : 'source']: source, text: texts.join('\n') }
}

function encodeOpaque(block: OpaqueBlock, losses: Losses): readonly JsonObject[] {
  return block.dialect === 'cohere' ? [block.value] : dropOpaque(block, "Cohere's Chat API", losses)
}
