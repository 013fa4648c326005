/** A Gemini generateContent request → the neutral call. Model and streaming stand in its address. */
import type { CallAddress, Decoded } from '../dialect.ts'
import { compact, createReader, fieldsBeside, filledString, isArray, isObject, type Reader } from '../json.ts'
import type { ChatCall, Json, Tool } from '../neutral.ts'
import { camelCased } from './camel-case.ts'
import { decodeConfig, decodeToolConfig } from './decode-config.ts'
import { decodeContents, decodeSystem } from './decode-contents.ts'
import { geminiExtensions } from './extensions.ts'
import { decodeSchema } from './schema.ts'

const KNOWN = new Set([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
])

export function decodeRequest(body: Json, address?: CallAddress): Decoded<ChatCall> {
  if (!isObject(body)) return { ok: false, message: 'the body is not a JSON object' }
  const read = createReader()
  const said = camelCased(body, read)
  const model = address?.model ?? filledString(read.string(said['model'], 'model'))?.replace(/^models\//, '')
  if (!model) read.refuse('model', '`model` is missing')
  const contents = listOf(said['contents'], 'contents', read)
  if (contents === undefined) read.refuse('contents', '`contents` is missing')
  else if (contents.length === 0) read.refuse('contents', '`contents` is empty where at least one content is wanted')
  const config = decodeConfig(read.object(said['generationConfig'], 'generationConfig') ?? {}, read)
  const tools = (listOf(said['tools'], 'tools', read) ?? []).flatMap((tool, i) => decodeTool(tool, `tools[${i}]`, read))
  const choice = decodeToolConfig(read.object(said['toolConfig'], 'toolConfig'), tools, read)
  const call: ChatCall = compact({
    dialect: 'gemini' as const,
    model: model ?? '',
    system: decodeSystem(said['systemInstruction'], read),
    messages: decodeContents(contents ?? [], read),
    tools,
    toolChoice: choice.choice,
    ...config.parameters,
    serviceTier: decodeServiceTier(read.string(said['serviceTier'], 'serviceTier')),
    stream: address?.stream ?? false,
    // This dialect's streams always say what was used.
    includeUsage: true,
    extensions: geminiExtensions({ ...fieldsBeside(said, KNOWN), ...config.fields, ...choice.fields }),
  })
  const complaint = read.complaint()
  return complaint === undefined ? { ok: true, value: call } : { ok: false, ...complaint }
}

/** Google takes a single message where a list of them is wanted. */
function listOf(value: Json | undefined, path: string, read: Reader): readonly Json[] | undefined {
  return isObject(value) ? [value] : read.array(value, path)
}

/** One entry declares any number of functions, and tools that run at Google, each by a field of its own. */
function decodeTool(value: Json, path: string, read: Reader): readonly Tool[] {
  const entry = read.object(value, path)
  if (entry === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`) ?? []
  return Object.entries(entry).flatMap(([name, declared]): readonly Tool[] => {
    if (name !== 'functionDeclarations')
      return [{ kind: 'opaque', name, extensions: { dialect: 'gemini', fields: { [name]: declared } } }]
    const at = `${path}.functionDeclarations`
    const list = isArray(declared) ? declared : (listOf(declared, at, read) ?? [])
    return list.flatMap((each, i) => decodeFunction(each, `${at}[${i}]`, read) ?? [])
  })
}

const FUNCTION_FIELDS = new Set(['name', 'description'])

/** The parameters stay beside it in the spelling that they came in; others get them as JSON Schema. */
function decodeFunction(value: Json, path: string, read: Reader): Tool | undefined {
  const declared = read.object(value, path)
  const name = read.string(declared?.['name'], `${path}.name`)
  if (declared === undefined || !name) return read.refuse(`${path}.name`, `\`${path}.name\` is missing`)
  const own = read.object(declared['parameters'], `${path}.parameters`)
  const given = read.object(declared['parametersJsonSchema'], `${path}.parametersJsonSchema`)
  return compact({
    kind: 'function' as const,
    name,
    description: read.string(declared['description'], `${path}.description`),
    parameters: given ?? (own && decodeSchema(own)),
    extensions: geminiExtensions(fieldsBeside(declared, FUNCTION_FIELDS)),
  })
}

/** Google's `standard` is what others call their default. */
function decodeServiceTier(tier: string | undefined): string | undefined {
  const said = tier?.toLowerCase()
  return said === 'standard' ? 'default' : said
}
