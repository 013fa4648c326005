/** The messages of an OpenAI chat completion request → system blocks and neutral messages. */
import { didYouMean } from '../../diagnostics/suggest.ts'
import { splitDataUrl } from '../data-url.ts'
import { compact, fieldsBeside, filledString, isArray, isObject, type Reader } from '../json.ts'
import type {
  Block,
  Json,
  JsonObject,
  MediaSource,
  Message,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
} from '../neutral.ts'
import { openaiExtensions } from './extensions.ts'
import { decodeReasoning, REASONING_FIELDS } from './reasoning.ts'

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function']
const PART_TYPES = ['text', 'image_url', 'input_audio', 'file', 'refusal']
const SYSTEM_FIELDS = new Set(['role', 'content'])
const USER_FIELDS = new Set(['role', 'content', 'name'])
const TOOL_FIELDS = new Set(['role', 'content', 'tool_call_id', 'name'])
const ASSISTANT_FIELDS = new Set([
  'role',
  'content',
  'name',
  'refusal',
  'tool_calls',
  'function_call',
  ...REASONING_FIELDS,
])

export interface DecodedMessages {
  readonly system: readonly TextBlock[]
  readonly messages: readonly Message[]
}

export function decodeMessages(list: readonly Json[], read: Reader): DecodedMessages {
  const system: TextBlock[] = []
  const messages: Message[] = []
  // Calls of the legacy form have no id: their results are matched by the name that was called last.
  const legacyIds = new Map<string, string>()
  for (const [i, item] of list.entries()) {
    const path = `messages[${i}]`
    const message = read.object(item, path)
    const role = read.string(message?.['role'], `${path}.role`)
    if (message === undefined || role === undefined) {
      read.refuse(`${path}.role`, `\`${path}.role\` is missing`)
      continue
    }
    switch (role) {
      case 'system':
      case 'developer':
        if (messages.length === 0) system.push(...decodeSystem(message, path, read, system.length === 0))
        else messages.push(decodeLateSystem(message, path, read))
        break
      case 'user':
        messages.push(
          compact({
            role: 'user' as const,
            name: filledString(read.string(message['name'], `${path}.name`)),
            content: decodeContent(message, path, read, true),
            extensions: openaiExtensions(fieldsBeside(message, USER_FIELDS)),
          }),
        )
        break
      case 'assistant':
        messages.push(decodeAssistant(message, path, read, legacyIds))
        break
      case 'tool':
      case 'function':
        appendResult(messages, decodeResult(message, path, read, legacyIds))
        break
      default: {
        const help = didYouMean(role, ROLES)
        read.refuse(
          `${path}.role`,
          `\`${path}.role\` is "${role.slice(0, 40)}" where one of ${ROLES.join(', ')} is wanted${help === undefined ? '' : `: ${help}`}`,
        )
      }
    }
  }
  return { system, messages }
}

/** The first block of a message says which role it came in, unless it is what an encoder takes anyway. */
function decodeSystem(message: JsonObject, path: string, read: Reader, isFirst: boolean): readonly TextBlock[] {
  const blocks = decodeContent(message, path, read, true)
  const beside = fieldsBeside(message, SYSTEM_FIELDS)
  const role = message['role'] as string
  const mark = isFirst && role === 'system' && beside === undefined ? undefined : { ...beside, role }
  return blocks.flatMap((block, i) => {
    if (block.kind !== 'text')
      return (
        read.refuse(`${path}.content`, `\`${path}.content\` holds something other than text in a ${role} message`) ?? []
      )
    return i === 0 && mark !== undefined ? withFields(block, { message: mark }) : block
  })
}

function withFields(block: TextBlock, fields: JsonObject): TextBlock {
  return { ...block, extensions: { dialect: 'openai-chat', fields: { ...block.extensions?.fields, ...fields } } }
}

function decodeLateSystem(message: JsonObject, path: string, read: Reader): Message {
  return compact({
    role: 'system' as const,
    name: filledString(read.string(message['name'], `${path}.name`)),
    content: decodeContent(message, path, read, true),
    extensions: openaiExtensions({
      ...fieldsBeside(message, USER_FIELDS),
      ...(message['role'] === 'developer' && { role: 'developer' }),
    }),
  })
}

function decodeAssistant(message: JsonObject, path: string, read: Reader, legacyIds: Map<string, string>): Message {
  const refusal = filledString(read.string(message['refusal'], `${path}.refusal`))
  const calls = (read.array(message['tool_calls'], `${path}.tool_calls`) ?? []).flatMap(
    (call, i) => decodeToolCall(call, `${path}.tool_calls[${i}]`, read) ?? [],
  )
  const legacy = decodeFunctionCall(message, path, read)
  if (legacy !== undefined) legacyIds.set(legacy.name, legacy.id)
  return compact({
    role: 'assistant' as const,
    name: filledString(read.string(message['name'], `${path}.name`)),
    content: [
      ...decodeReasoning(message),
      ...decodeContent(message, path, read, false),
      ...(refusal === undefined ? [] : [{ kind: 'refusal' as const, text: refusal }]),
      ...calls,
      ...(legacy === undefined ? [] : [legacy]),
    ],
    extensions: openaiExtensions(fieldsBeside(message, ASSISTANT_FIELDS)),
  })
}

const CALL_FIELDS = new Set(['id', 'type', 'function', 'index'])

function decodeToolCall(value: Json, path: string, read: Reader): Block | undefined {
  const call = read.object(value, path)
  if (call === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`)
  const type = read.string(call['type'], `${path}.type`) ?? 'function'
  if (type !== 'function') return { kind: 'opaque', dialect: 'openai-chat', value: call }
  const called = read.object(call['function'], `${path}.function`)
  const name = read.string(called?.['name'], `${path}.function.name`)
  if (!name) return read.refuse(`${path}.function.name`, `\`${path}.function.name\` is missing`)
  const id = read.string(call['id'], `${path}.id`)
  if (id === undefined) return read.refuse(`${path}.id`, `\`${path}.id\` is missing`)
  return compact({
    kind: 'tool_call' as const,
    id,
    name,
    arguments: argumentsText(called?.['arguments'], `${path}.function.arguments`, read),
    extensions: openaiExtensions(fieldsBeside(call, CALL_FIELDS)),
  })
}

/** Some clients send the object itself where its JSON text is wanted. */
function argumentsText(value: Json | undefined, path: string, read: Reader): string {
  return isObject(value) ? JSON.stringify(value) : (read.string(value, path) ?? '')
}

function decodeFunctionCall(message: JsonObject, path: string, read: Reader): ToolCallBlock | undefined {
  const called = read.object(message['function_call'], `${path}.function_call`)
  if (called === undefined) return undefined
  const name = read.string(called['name'], `${path}.function_call.name`)
  if (!name) return read.refuse(`${path}.function_call.name`, `\`${path}.function_call.name\` is missing`)
  const id = `call_${path.replace(/\D/g, '')}_${name}`
  return {
    kind: 'tool_call',
    id,
    name,
    arguments: argumentsText(called['arguments'], `${path}.function_call.arguments`, read),
  }
}

function decodeResult(
  message: JsonObject,
  path: string,
  read: Reader,
  legacyIds: ReadonlyMap<string, string>,
): ToolResultBlock {
  const isLegacy = message['role'] === 'function'
  const name = filledString(read.string(message['name'], `${path}.name`))
  if (isLegacy && name === undefined) read.refuse(`${path}.name`, `\`${path}.name\` is missing`)
  const callId = isLegacy
    ? (legacyIds.get(name ?? '') ?? `call_${name}`)
    : read.string(message['tool_call_id'], `${path}.tool_call_id`)
  if (callId === undefined) read.refuse(`${path}.tool_call_id`, `\`${path}.tool_call_id\` is missing`)
  const content = decodeContent(message, path, read, !isLegacy).flatMap((block) =>
    block.kind === 'text' || block.kind === 'image' || block.kind === 'document' || block.kind === 'opaque'
      ? [block]
      : [],
  )
  const beside = { ...fieldsBeside(message, TOOL_FIELDS), ...(!isLegacy && name !== undefined && { name }) }
  return compact({ kind: 'tool_result' as const, callId: callId ?? '', content, extensions: openaiExtensions(beside) })
}

/** Results that follow one another are one message: the turn that answers the calls. */
function appendResult(messages: Message[], block: ToolResultBlock): void {
  const last = messages.at(-1)
  if (last?.role === 'user' && last.content.length > 0 && last.content.every(({ kind }) => kind === 'tool_result'))
    messages[messages.length - 1] = { ...last, content: [...last.content, block] }
  else messages.push({ role: 'user', content: [block] })
}

function decodeContent(message: JsonObject, path: string, read: Reader, isRequired: boolean): readonly Block[] {
  const content = message['content']
  if (typeof content === 'string') return content === '' && !isRequired ? [] : [{ kind: 'text', text: content }]
  if (content == null) {
    if (isRequired) read.refuse(`${path}.content`, `\`${path}.content\` is missing`)
    return []
  }
  if (!isArray(content)) {
    read.refuse(
      `${path}.content`,
      `\`${path}.content\` is ${isObject(content) ? 'an object' : `a ${typeof content}`} where a string or a list of parts is wanted`,
    )
    return []
  }
  return content.flatMap((part, i) => decodePart(part, `${path}.content[${i}]`, read) ?? [])
}

const PART_FIELDS = new Set(['type', 'text', 'refusal', 'image_url', 'input_audio', 'file'])

function decodePart(value: Json, path: string, read: Reader): Block | undefined {
  // Mistral takes bare strings as parts.
  if (typeof value === 'string') return { kind: 'text', text: value }
  const part = read.object(value, path)
  if (part === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`)
  const type = read.string(part['type'], `${path}.type`)
  if (type === undefined) return read.refuse(`${path}.type`, `\`${path}.type\` is missing`)
  const cacheMark = isObject(part['cache_control']) ? part['cache_control'] : undefined
  const extensions = openaiExtensions(fieldsBeside(part, PART_FIELDS))
  const base = compact({ cacheMark, extensions })
  switch (type) {
    case 'text':
    case 'refusal': {
      const text = read.string(part[type], `${path}.${type}`)
      if (text === undefined) return read.refuse(`${path}.${type}`, `\`${path}.${type}\` is missing`)
      return { kind: type, text, ...base }
    }
    case 'image_url':
      return decodeImage(part, path, read, base)
    case 'input_audio': {
      const audio = read.object(part['input_audio'], `${path}.input_audio`)
      const data = read.string(audio?.['data'], `${path}.input_audio.data`)
      const format = read.string(audio?.['format'], `${path}.input_audio.format`)
      if (data === undefined || format === undefined)
        return read.refuse(`${path}.input_audio`, `\`${path}.input_audio\` lacks data or format`)
      return { kind: 'audio', data, format, ...base }
    }
    case 'file':
      return decodeFile(part, path, read, base)
    default: {
      // A type that is nearly a known one is a slip; others (video_url, …) are for a server that knows them.
      const help = didYouMean(type, PART_TYPES)
      if (help !== undefined)
        return read.refuse(
          `${path}.type`,
          `\`${path}.type\` is "${type}" where one of ${PART_TYPES.join(', ')} is wanted: ${help}`,
        )
      return { kind: 'opaque', dialect: 'openai-chat', value: part }
    }
  }
}

type Base = Pick<TextBlock, 'cacheMark' | 'extensions'>
const IMAGE_FIELDS = new Set(['url', 'detail'])

function decodeImage(part: JsonObject, path: string, read: Reader, base: Base): Block | undefined {
  const given = part['image_url']
  const image = typeof given === 'string' ? { url: given } : read.object(given, `${path}.image_url`)
  const url = read.string(image?.['url'], `${path}.image_url.url`)
  if (image === undefined || url === undefined)
    return read.refuse(`${path}.image_url`, `\`${path}.image_url.url\` is missing`)
  const inside = fieldsBeside(image, IMAGE_FIELDS)
  const extensions = openaiExtensions({
    ...base.extensions?.fields,
    ...(inside !== undefined && { image_url: inside }),
  })
  return compact({
    kind: 'image' as const,
    source: mediaOf(url),
    detail: read.string(image['detail'], `${path}.image_url.detail`),
    cacheMark: base.cacheMark,
    extensions,
  })
}

function mediaOf(url: string): MediaSource {
  const split = splitDataUrl(url)
  return split === undefined ? { kind: 'url', url } : { kind: 'base64', ...split }
}

const FILE_FIELDS = new Set(['file_data', 'file_id', 'filename'])

function decodeFile(part: JsonObject, path: string, read: Reader, base: Base): Block | undefined {
  const file = read.object(part['file'], `${path}.file`)
  const id = read.string(file?.['file_id'], `${path}.file.file_id`)
  const data = read.string(file?.['file_data'], `${path}.file.file_data`)
  if (file === undefined || (id === undefined && data === undefined))
    return read.refuse(`${path}.file`, `\`${path}.file\` has neither file_data nor file_id`)
  const inside = fieldsBeside(file, FILE_FIELDS)
  return compact({
    kind: 'document' as const,
    source:
      data === undefined ? { kind: 'file' as const, dialect: 'openai-chat' as const, id: id ?? '' } : fileData(data),
    title: read.string(file['filename'], `${path}.file.filename`),
    cacheMark: base.cacheMark,
    extensions: openaiExtensions({ ...base.extensions?.fields, ...(inside !== undefined && { file: inside }) }),
  })
}

/** File data is a data URL by the documents, but bare base64 of a PDF is taken too; OpenRouter takes addresses. */
function fileData(data: string): MediaSource {
  if (/^https?:/i.test(data)) return { kind: 'url', url: data }
  const split = splitDataUrl(data)
  return split === undefined ? { kind: 'base64', mediaType: '', data } : { kind: 'base64', ...split }
}
