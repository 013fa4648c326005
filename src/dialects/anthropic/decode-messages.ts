/** The content blocks of Anthropic messages, in requests and in answers, → neutral blocks. */
import { didYouMean } from '../../diagnostics/suggest.ts'
import { compact, fieldsBeside, isArray, isObject, type Reader } from '../json.ts'
import type {
  Block,
  DocumentBlock,
  Json,
  JsonObject,
  MediaSource,
  Message,
  TextBlock,
  ToolResultBlock,
} from '../neutral.ts'
import { anthropicExtensions } from './extensions.ts'

const ROLES = ['user', 'assistant', 'system']
const BLOCK_TYPES = ['text', 'image', 'document', 'tool_use', 'tool_result', 'thinking', 'redacted_thinking']
const MESSAGE_FIELDS = new Set(['role', 'content'])

export function decodeSystem(value: Json | undefined, read: Reader): readonly TextBlock[] {
  if (typeof value === 'string') return value === '' ? [] : [{ kind: 'text', text: value }]
  return (read.array(value, 'system') ?? []).flatMap((item, i) => {
    const block = decodeBlock(item, `system[${i}]`, read)
    if (block === undefined) return []
    return block.kind === 'text' ? block : (read.refuse(`system[${i}].type`, `\`system[${i}]\` is no text block`) ?? [])
  })
}

export function decodeMessages(list: readonly Json[], read: Reader): readonly Message[] {
  return list.flatMap((item, i) => decodeMessage(item, `messages[${i}]`, read) ?? [])
}

function decodeMessage(value: Json, path: string, read: Reader): Message | undefined {
  const message = read.object(value, path)
  const role = read.string(message?.['role'], `${path}.role`)
  if (message === undefined || role === undefined) return read.refuse(`${path}.role`, `\`${path}.role\` is missing`)
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    const help = didYouMean(role, ROLES)
    return read.refuse(
      `${path}.role`,
      `\`${path}.role\` is "${role.slice(0, 40)}" where user or assistant is wanted${help === undefined ? '' : `: ${help}`}`,
    )
  }
  const fields = fieldsBeside(message, MESSAGE_FIELDS)
  // A system message in mid-conversation is this dialect's own, and marked so even without further fields.
  const extensions =
    role === 'system' ? { dialect: 'anthropic' as const, fields: fields ?? {} } : anthropicExtensions(fields)
  const content = decodeContent(message['content'], `${path}.content`, read)
  return { role, content, ...(extensions !== undefined && { extensions }) }
}

function decodeContent(value: Json | undefined, path: string, read: Reader): readonly Block[] {
  if (typeof value === 'string') return value === '' ? [] : [{ kind: 'text', text: value }]
  const list = read.array(value, path)
  if (list === undefined) return read.refuse(path, `\`${path}\` is missing`) ?? []
  return list.flatMap((block, i) => decodeBlock(block, `${path}[${i}]`, read) ?? [])
}

const TEXT_FIELDS = new Set(['type', 'text', 'citations', 'cache_control'])
const CALL_FIELDS = new Set(['type', 'id', 'name', 'input', 'cache_control'])
const THINKING_FIELDS = new Set(['type', 'thinking', 'signature', 'cache_control'])
const REDACTED_FIELDS = new Set(['type', 'data', 'cache_control'])
const IMAGE_FIELDS = new Set(['type', 'source', 'cache_control'])

/** One block of a message, whole. Types that are not known belong to this dialect alone and are kept as they are. */
export function decodeBlock(value: Json, path: string, read: Reader): Block | undefined {
  const block = read.object(value, path)
  if (block === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`)
  const type = read.string(block['type'], `${path}.type`)
  if (type === undefined) return read.refuse(`${path}.type`, `\`${path}.type\` is missing`)
  const cacheMark = read.object(block['cache_control'], `${path}.cache_control`)
  const need = (field: string): string => {
    const text = read.string(block[field], `${path}.${field}`)
    if (text === undefined) read.refuse(`${path}.${field}`, `\`${path}.${field}\` is missing`)
    return text ?? ''
  }
  switch (type) {
    case 'text':
      return compact({
        kind: 'text' as const,
        text: need('text'),
        citations: citationsOf(block),
        cacheMark,
        extensions: anthropicExtensions(fieldsBeside(block, TEXT_FIELDS)),
      })
    case 'tool_use': {
      const input = read.object(block['input'], `${path}.input`)
      if (input === undefined) read.refuse(`${path}.input`, `\`${path}.input\` is missing`)
      const extensions = anthropicExtensions(fieldsBeside(block, CALL_FIELDS))
      return compact({
        kind: 'tool_call' as const,
        id: need('id'),
        name: need('name'),
        arguments: argumentsOf(input),
        cacheMark,
        extensions,
      })
    }
    case 'tool_result':
      return decodeResult(block, path, read, need('tool_use_id'), cacheMark)
    case 'thinking': {
      const signature = read.string(block['signature'], `${path}.signature`)
      return compact({
        kind: 'reasoning' as const,
        text: need('thinking'),
        signature: signature ? { dialect: 'anthropic' as const, value: signature } : undefined,
        cacheMark,
        extensions: anthropicExtensions(fieldsBeside(block, THINKING_FIELDS)),
      })
    }
    case 'redacted_thinking':
      return compact({
        kind: 'reasoning' as const,
        text: '',
        redacted: { dialect: 'anthropic' as const, data: need('data') },
        cacheMark,
        extensions: anthropicExtensions(fieldsBeside(block, REDACTED_FIELDS)),
      })
    case 'image': {
      const source = decodeSource(block['source'], `${path}.source`, read)
      if (source === undefined || source.kind === 'text')
        return read.refuse(`${path}.source`, `\`${path}.source\` names no image`)
      return compact({
        kind: 'image' as const,
        source,
        cacheMark,
        extensions: anthropicExtensions(fieldsBeside(block, IMAGE_FIELDS)),
      })
    }
    case 'document':
      return decodeDocument(block, path, read, cacheMark)
    default: {
      const help = didYouMean(type, BLOCK_TYPES)
      if (help !== undefined)
        return read.refuse(
          `${path}.type`,
          `\`${path}.type\` is "${type}" where one of ${BLOCK_TYPES.join(', ')} is wanted: ${help}`,
        )
      return { kind: 'opaque', dialect: 'anthropic', value: block }
    }
  }
}

/** The JSON text of a call's input; none where the input is empty. */
export function argumentsOf(input: JsonObject | undefined): string {
  return input === undefined || Object.keys(input).length === 0 ? '' : JSON.stringify(input)
}

function citationsOf(block: JsonObject): TextBlock['citations'] {
  const list = block['citations']
  return isArray(list) && list.length > 0 ? { dialect: 'anthropic', items: list } : undefined
}

const RESULT_FIELDS = new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control'])

function decodeResult(
  block: JsonObject,
  path: string,
  read: Reader,
  callId: string,
  cacheMark: JsonObject | undefined,
): ToolResultBlock {
  const content = block['content'] == null ? [] : decodeContent(block['content'], `${path}.content`, read)
  return compact({
    kind: 'tool_result' as const,
    callId,
    content: content.flatMap((item) =>
      item.kind === 'text' || item.kind === 'image' || item.kind === 'document' || item.kind === 'opaque' ? [item] : [],
    ),
    isError: read.boolean(block['is_error'], `${path}.is_error`),
    cacheMark,
    extensions: anthropicExtensions(fieldsBeside(block, RESULT_FIELDS)),
  })
}

function decodeSource(value: Json | undefined, path: string, read: Reader): DocumentBlock['source'] | undefined {
  const source = read.object(value, path)
  const type = read.string(source?.['type'], `${path}.type`)
  if (source === undefined || type === undefined) return read.refuse(`${path}.type`, `\`${path}.type\` is missing`)
  const need = (field: string): string => {
    const text = read.string(source[field], `${path}.${field}`)
    if (text === undefined) read.refuse(`${path}.${field}`, `\`${path}.${field}\` is missing`)
    return text ?? ''
  }
  switch (type) {
    case 'base64':
      return { kind: 'base64', mediaType: need('media_type'), data: need('data') }
    case 'url':
      return { kind: 'url', url: need('url') }
    case 'file':
      return { kind: 'file', dialect: 'anthropic', id: need('file_id') }
    case 'text':
      return { kind: 'text', text: need('data') }
    default:
      return undefined
  }
}

const DOCUMENT_FIELDS = new Set(['type', 'source', 'title', 'cache_control'])

/** A document whose source is a list of blocks is this dialect's alone. */
function decodeDocument(block: JsonObject, path: string, read: Reader, cacheMark: JsonObject | undefined): Block {
  const kind = isObject(block['source']) ? block['source']['type'] : undefined
  if (kind === 'content') return { kind: 'opaque', dialect: 'anthropic', value: block }
  const source: MediaSource | DocumentBlock['source'] | undefined = decodeSource(
    block['source'],
    `${path}.source`,
    read,
  )
  if (source === undefined) read.refuse(`${path}.source`, `\`${path}.source\` names no document`)
  return compact({
    kind: 'document' as const,
    source: source ?? { kind: 'text' as const, text: '' },
    title: read.string(block['title'], `${path}.title`),
    cacheMark,
    extensions: anthropicExtensions(fieldsBeside(block, DOCUMENT_FIELDS)),
  })
}
