/**
 * The items of an input, or of an output, → system blocks and neutral messages.
 *
 * Items are finer than messages: what one turn of the assistant thought, said and called comes as several. They are
 * gathered to one neutral message, in order; fields of an item stay with its first block, under `item`, which also
 * says where a new message item begins between two texts.
 */
import { didYouMean } from '../../diagnostics/suggest.ts'
import { compact, fieldsBeside, isArray, isObject, type Reader } from '../json.ts'
import type { Block, Json, JsonObject, Message, TextBlock, ToolResultBlock } from '../neutral.ts'
import { decodeContent } from './decode-parts.ts'
import { responsesExtensions } from './extensions.ts'
import { decodeReasoningItem } from './reasoning-item.ts'

const ROLES = ['user', 'assistant', 'system', 'developer']
const ITEM_TYPES = ['message', 'function_call', 'function_call_output', 'reasoning', 'item_reference']
const MESSAGE_FIELDS = new Set(['type', 'role', 'content'])
const CALL_FIELDS = new Set(['type', 'call_id', 'name', 'arguments'])
const RESULT_FIELDS = new Set(['type', 'call_id', 'output'])

export interface DecodedInput {
  readonly system: readonly TextBlock[]
  readonly messages: readonly Message[]
}

export function decodeInput(value: Json | undefined, read: Reader): DecodedInput {
  if (typeof value === 'string')
    return { system: [], messages: [{ role: 'user', content: [{ kind: 'text', text: value }] }] }
  return decodeItems(read.array(value, 'input') ?? [], 'input', read)
}

/** Items of an input or of an output, which is called `name`. */
export function decodeItems(items: readonly Json[], name: string, read: Reader): DecodedInput {
  const system: TextBlock[] = []
  const messages: Message[] = []
  for (const [i, given] of items.entries()) {
    const path = `${name}[${i}]`
    const item = read.object(given, path)
    if (item === undefined) {
      read.refuse(path, `\`${path}\` is null where an object is wanted`)
      continue
    }
    decodeItem(item, path, { system, messages, read })
  }
  return { system, messages }
}

interface Gathered {
  readonly system: TextBlock[]
  readonly messages: Message[]
  readonly read: Reader
}

function decodeItem(item: JsonObject, path: string, into: Gathered): void {
  const { read, messages } = into
  const type = read.string(item['type'], `${path}.type`) ?? (item['role'] == null ? 'item_reference' : 'message')
  switch (type) {
    case 'message':
      decodeMessage(item, path, into)
      return
    case 'function_call': {
      const call = decodeCall(item, path, read)
      if (call !== undefined) gather(messages, 'assistant', [call])
      return
    }
    case 'function_call_output': {
      const result = decodeResult(item, path, read)
      if (result !== undefined) gather(messages, 'user', [result])
      return
    }
    case 'reasoning':
      gather(messages, 'assistant', [decodeReasoningItem(item)])
      return
    default: {
      const help = didYouMean(type, ITEM_TYPES)
      if (help !== undefined) {
        const wanted = `where one of ${ITEM_TYPES.join(', ')} is wanted: ${help}`
        read.refuse(`${path}.type`, `\`${path}.type\` is "${type.slice(0, 40)}" ${wanted}`)
        return
      }
      gather(messages, isCallers(type) ? 'user' : 'assistant', [
        { kind: 'opaque', dialect: 'openai-responses', value: { ...item, type } },
      ])
    }
  }
}

/** What the caller adds, and not the model: results of tools, answers to questions. */
function isCallers(type: string): boolean {
  return /_(?:output|response)$/.test(type) || type === 'additional_tools'
}

/** Blocks of one turn belong to one message; what the user says is a message of its own. */
function gather(messages: Message[], role: 'user' | 'assistant', content: readonly Block[]): void {
  const last = messages.at(-1)
  const isOneTurn =
    role === 'assistant' || last?.content.every(({ kind }) => kind === 'tool_result' || kind === 'opaque')
  if (last?.role === role && last.content.length > 0 && isOneTurn)
    messages[messages.length - 1] = { ...last, content: [...last.content, ...content] }
  else messages.push({ role, content })
}

function decodeMessage(item: JsonObject, path: string, { system, messages, read }: Gathered): void {
  const role = read.string(item['role'], `${path}.role`)
  const beside = fieldsBeside(item, MESSAGE_FIELDS)
  switch (role) {
    case undefined:
      read.refuse(`${path}.role`, `\`${path}.role\` is missing`)
      return
    case 'user': {
      const content = decodeContent(item['content'], `${path}.content`, read)
      messages.push(compact({ role, content, extensions: responsesExtensions(beside) }))
      return
    }
    case 'assistant': {
      const content = decodeContent(item['content'], `${path}.content`, read)
      gather(messages, role, begun(content, messages.at(-1), beside))
      return
    }
    case 'system':
    case 'developer': {
      const content = decodeContent(item['content'], `${path}.content`, read)
      if (messages.length > 0) messages.push({ role: 'system', content, extensions: ownFields({ ...beside, role }) })
      else system.push(...systemBlocks(content, { ...beside, role }, path, read))
      return
    }
    default: {
      const help = didYouMean(role, ROLES)
      const wanted = `where one of ${ROLES.join(', ')} is wanted${help === undefined ? '' : `: ${help}`}`
      read.refuse(`${path}.role`, `\`${path}.role\` is "${role.slice(0, 40)}" ${wanted}`)
    }
  }
}

const ownFields = (fields: JsonObject) => ({ dialect: 'openai-responses' as const, fields })

/** The blocks of a message item, the first of them marked where the item could not be told from the one before. */
function begun(content: readonly Block[], last: Message | undefined, beside: JsonObject | undefined): readonly Block[] {
  const before = last?.role === 'assistant' ? last.content.at(-1)?.kind : undefined
  if (beside === undefined && before !== 'text' && before !== 'refusal') return content
  return content.map((block, i) => (i === 0 ? withFields(block, { item: beside ?? {} }) : block))
}

function systemBlocks(content: readonly Block[], mark: JsonObject, path: string, read: Reader): readonly TextBlock[] {
  return content.flatMap((block, i) => {
    if (block.kind === 'text') return i === 0 ? withFields(block, { message: mark }) : block
    const what = `holds something other than text in a ${String(mark['role'])} message`
    return read.refuse(`${path}.content`, `\`${path}.content\` ${what}`) ?? []
  })
}

function withFields<B extends Block>(block: B, fields: JsonObject): B {
  return { ...block, extensions: ownFields({ ...block.extensions?.fields, ...fields }) }
}

function decodeCall(item: JsonObject, path: string, read: Reader): Block | undefined {
  const need = (field: string): string => {
    const text = read.string(item[field], `${path}.${field}`)
    if (text === undefined) read.refuse(`${path}.${field}`, `\`${path}.${field}\` is missing`)
    return text ?? ''
  }
  const given = item['arguments']
  return compact({
    kind: 'tool_call' as const,
    id: need('call_id'),
    name: need('name'),
    // Some clients send the object itself where its JSON text is wanted.
    arguments: isObject(given) ? JSON.stringify(given) : (read.string(given, `${path}.arguments`) ?? ''),
    extensions: responsesExtensions(fieldsBeside(item, CALL_FIELDS)),
  })
}

function decodeResult(item: JsonObject, path: string, read: Reader): ToolResultBlock | undefined {
  const callId = read.string(item['call_id'], `${path}.call_id`)
  if (callId === undefined) return read.refuse(`${path}.call_id`, `\`${path}.call_id\` is missing`)
  const output = item['output']
  const content = isArray(output) && output.length === 0 ? [] : decodeContent(output, `${path}.output`, read)
  return compact({
    kind: 'tool_result' as const,
    callId,
    content: content.flatMap((block) =>
      block.kind === 'text' || block.kind === 'image' || block.kind === 'document' || block.kind === 'opaque'
        ? [block]
        : [],
    ),
    extensions: responsesExtensions(fieldsBeside(item, RESULT_FIELDS)),
  })
}
