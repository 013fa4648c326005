/** The parts of Google's contents, in requests and in answers, → neutral blocks. */
import { compact, fieldsBeside, filledString, isArray, isObject, parseJson, type Reader } from '../json.ts'
import type { Block, Json, JsonObject, ReasoningBlock, ToolCallBlock, ToolResultBlock } from '../neutral.ts'
import { geminiExtensions } from './extensions.ts'
import { decodeFile, decodeInline } from './media.ts'

/** Gives calls and results the ids that they are matched by. */
export interface ToolIds {
  readonly ofCall: (given: string | undefined, name: string, args: string) => string
  readonly ofResult: (given: string | undefined, name: string) => string
}

const TEXT_FIELDS = new Set(['text', 'thoughtSignature'])
const THOUGHT_FIELDS = new Set(['text', 'thought', 'thoughtSignature'])
const CALL_PART_FIELDS = new Set(['functionCall', 'thoughtSignature'])
const CALL_FIELDS = new Set(['id', 'name', 'args'])
const RESULT_PART_FIELDS = new Set(['functionResponse', 'thoughtSignature'])
const INLINE_FIELDS = new Set(['inlineData', 'thoughtSignature'])
const FILE_FIELDS = new Set(['fileData', 'thoughtSignature'])

/** One part. What only Google knows (code that it runs, its own tools, video) is kept as it is. */
export function decodePart(value: Json, path: string, read: Reader, ids: ToolIds): Block | undefined {
  const part = read.object(value, path)
  if (part === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`)
  const said = read.string(part['thoughtSignature'], `${path}.thoughtSignature`)
  const signature = said ? { signature: { dialect: 'gemini' as const, value: said } } : {}
  const block = decodeData(part, path, read, ids)
  if (block === undefined) return Object.keys(part).length === 0 ? undefined : opaque(part)
  // A signature on no text at all is for Google alone; other dialects would show an empty text.
  if (block.kind === 'text' && block.text === '' && said) return opaque(part)
  return block.kind === 'opaque' ? block : { ...block, ...signature }
}

function opaque(part: JsonObject): Block {
  return { kind: 'opaque', dialect: 'gemini', value: part }
}

function decodeData(part: JsonObject, path: string, read: Reader, ids: ToolIds): Block | undefined {
  if (part['text'] != null) return decodeText(part, path, read)
  if (part['functionCall'] != null) return decodeCall(part, path, read, ids)
  if (part['functionResponse'] != null) return decodeResult(part, path, read, ids)
  if (part['inlineData'] != null) {
    const blob = read.object(part['inlineData'], `${path}.inlineData`)
    return blob && decodeInline(blob, `${path}.inlineData`, read, fieldsBeside(part, INLINE_FIELDS))
  }
  if (part['fileData'] != null) {
    const file = read.object(part['fileData'], `${path}.fileData`)
    return file && decodeFile(file, `${path}.fileData`, read, fieldsBeside(part, FILE_FIELDS))
  }
  return undefined
}

function decodeText(part: JsonObject, path: string, read: Reader): Block {
  const text = read.string(part['text'], `${path}.text`) ?? ''
  if (part['thought'] === true) {
    const thought: ReasoningBlock = { kind: 'reasoning', text }
    return compact({ ...thought, extensions: geminiExtensions(fieldsBeside(part, THOUGHT_FIELDS)) })
  }
  return compact({ kind: 'text' as const, text, extensions: geminiExtensions(fieldsBeside(part, TEXT_FIELDS)) })
}

function decodeCall(part: JsonObject, path: string, read: Reader, ids: ToolIds): ToolCallBlock | undefined {
  const at = `${path}.functionCall`
  const call = read.object(part['functionCall'], at)
  const name = read.string(call?.['name'], `${at}.name`)
  if (call === undefined || !name) return read.refuse(`${at}.name`, `\`${at}.name\` is missing`)
  const args = read.object(call['args'], `${at}.args`)
  const inside = fieldsBeside(call, CALL_FIELDS)
  const text = argumentsOf(args)
  return compact({
    kind: 'tool_call' as const,
    id: ids.ofCall(filledString(read.string(call['id'], `${at}.id`)), name, text),
    name,
    arguments: text,
    extensions: geminiExtensions({
      ...fieldsBeside(part, CALL_PART_FIELDS),
      ...(inside !== undefined && { functionCall: inside }),
    }),
  })
}

/** The JSON text of a call's arguments; none where there are none. */
export function argumentsOf(args: JsonObject | undefined): string {
  return args === undefined || Object.keys(args).length === 0 ? '' : JSON.stringify(args)
}

const RESULT_FIELDS = new Set(['id', 'name', 'response', 'parts'])

function decodeResult(part: JsonObject, path: string, read: Reader, ids: ToolIds): ToolResultBlock | undefined {
  const at = `${path}.functionResponse`
  const result = read.object(part['functionResponse'], at)
  const name = read.string(result?.['name'], `${at}.name`)
  if (result === undefined || !name) return read.refuse(`${at}.name`, `\`${at}.name\` is missing`)
  const response = read.object(result['response'], `${at}.response`)
  const media = (read.array(result['parts'], `${at}.parts`) ?? []).flatMap(
    (each, i) => decodeResultPart(each, `${at}.parts[${i}]`, read, ids) ?? [],
  )
  const inside = fieldsBeside(result, RESULT_FIELDS)
  const { text, isError } = decodeResponse(response ?? {})
  return compact({
    kind: 'tool_result' as const,
    callId: ids.ofResult(filledString(read.string(result['id'], `${at}.id`)), name),
    content: [...(text === undefined ? [] : [{ kind: 'text' as const, text }]), ...media],
    isError: isError ? true : undefined,
    extensions: geminiExtensions({
      ...fieldsBeside(part, RESULT_PART_FIELDS),
      functionResponse: { name, ...inside },
    }),
  })
}

function decodeResultPart(
  value: Json,
  path: string,
  read: Reader,
  ids: ToolIds,
): ToolResultBlock['content'][number] | undefined {
  const block = decodePart(value, path, read, ids)
  if (block === undefined) return undefined
  if (block.kind === 'image' || block.kind === 'document' || block.kind === 'opaque' || block.kind === 'text')
    return block
  return isObject(value) ? { kind: 'opaque', dialect: 'gemini', value } : undefined
}

/**
 * What a response says, as text. Google's convention is `output` for what came out and `error` for what went wrong;
 * an object with anything else in it is its own JSON. `encodeResponse` undoes it.
 */
function decodeResponse(response: JsonObject): { readonly text?: string; readonly isError: boolean } {
  const [only, ...others] = Object.entries(response)
  if (only === undefined) return { isError: false }
  const [key, value] = only
  if (others.length === 0 && typeof value === 'string') {
    if (key === 'error') return { text: value, isError: true }
    if (key === 'output' && !isObject(parseJson(value))) return { text: value, isError: false }
  }
  return { text: JSON.stringify(response), isError: false }
}

/** The response that a text says: the object that it is, else an object around it. */
export function encodeResponse(text: string, isError: boolean): JsonObject {
  if (isError) return { error: text }
  const value = parseJson(text)
  return isObject(value) ? value : { output: text }
}

/** The parts of a content; none where they are absent. */
export function partsOf(content: JsonObject | undefined, path: string, read: Reader): readonly Json[] {
  const parts = content?.['parts']
  return isObject(parts) ? [parts] : isArray(parts) ? parts : (read.array(parts, `${path}.parts`) ?? [])
}
