/** An OpenAI chat completion request → the neutral call. Messages are read next door. */
import type { Decoded } from '../dialect.ts'
import { compact, createReader, fieldsBeside, isObject, type Reader } from '../json.ts'
import type { ChatCall, Json, JsonObject, ResponseFormat, Tool, ToolChoice } from '../neutral.ts'
import { decodeMessages } from './decode-messages.ts'
import { openaiExtensions } from './extensions.ts'

const KNOWN = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'n',
  'response_format',
  'reasoning_effort',
  'user',
  'service_tier',
  'stream',
  'stream_options',
])

export function decodeRequest(body: Json): Decoded<ChatCall> {
  if (!isObject(body)) return { ok: false, message: 'the body is not a JSON object' }
  const read = createReader()
  const model = read.string(body['model'], 'model')
  if (!model) read.refuse('model', '`model` is missing')
  const messages = read.array(body['messages'], 'messages')
  if (messages === undefined) read.refuse('messages', '`messages` is missing')
  else if (messages.length === 0) read.refuse('messages', '`messages` is empty where at least one message is wanted')
  const said = decodeMessages(messages ?? [], read)
  const stream = read.boolean(body['stream'], 'stream') ?? false
  const streamOptions = read.object(body['stream_options'], 'stream_options')
  const choice = decodeToolChoice(body, read)
  const effort = read.string(body['reasoning_effort'], 'reasoning_effort')
  const logprobs = read.boolean(body['logprobs'], 'logprobs')
  const top = read.integer(body['top_logprobs'], 'top_logprobs', 0)
  const fields = {
    ...fieldsBeside(body, KNOWN),
    ...(streamOptions !== undefined && restOf('stream_options', streamOptions, INCLUDE_USAGE)),
    ...(choice.other !== undefined && { tool_choice: choice.other }),
    ...(logprobs !== true && top !== undefined && { top_logprobs: top }),
  }
  const call: ChatCall = compact({
    dialect: 'openai-chat' as const,
    model: model ?? '',
    system: said.system,
    messages: said.messages,
    tools: [...decodeTools(body, read), ...decodeFunctions(body, read)],
    toolChoice: choice.known,
    parallelToolCalls: read.boolean(body['parallel_tool_calls'], 'parallel_tool_calls'),
    maxTokens: decodeMaxTokens(body, read),
    temperature: read.number(body['temperature'], 'temperature'),
    topP: read.number(body['top_p'], 'top_p'),
    stop: decodeStop(body['stop'], read),
    seed: read.number(body['seed'], 'seed'),
    frequencyPenalty: read.number(body['frequency_penalty'], 'frequency_penalty'),
    presencePenalty: read.number(body['presence_penalty'], 'presence_penalty'),
    logitBias: read.object(body['logit_bias'], 'logit_bias'),
    logprobs: logprobs === true ? { top: top ?? 0 } : undefined,
    n: read.integer(body['n'], 'n', 1),
    responseFormat: decodeResponseFormat(body['response_format'], read),
    reasoning: effort === undefined ? undefined : { effort },
    user: read.string(body['user'], 'user'),
    serviceTier: read.string(body['service_tier'], 'service_tier'),
    stream,
    includeUsage:
      streamOptions !== undefined &&
      read.boolean(streamOptions['include_usage'], 'stream_options.include_usage') === true,
    extensions: openaiExtensions(fields),
  })
  const complaint = read.complaint()
  return complaint === undefined ? { ok: true, value: call } : { ok: false, ...complaint }
}

const INCLUDE_USAGE = new Set(['include_usage'])

function restOf(name: string, object: JsonObject, known: ReadonlySet<string>): JsonObject {
  const rest = fieldsBeside(object, known)
  return rest === undefined ? {} : { [name]: rest }
}

function decodeMaxTokens(body: JsonObject, read: Reader): number | undefined {
  const older = read.integer(body['max_tokens'], 'max_tokens', 1)
  const newer = read.integer(body['max_completion_tokens'], 'max_completion_tokens', 1)
  if (older !== undefined && newer !== undefined && older !== newer)
    read.refuse(
      'max_tokens',
      `\`max_tokens\` (${older}) and \`max_completion_tokens\` (${newer}) differ: give one of them`,
    )
  return newer ?? older
}

function decodeStop(value: Json | undefined, read: Reader): readonly string[] {
  if (typeof value === 'string') return [value]
  const list = read.array(value, 'stop') ?? []
  return list.flatMap((item, i) => read.string(item, `stop[${i}]`) ?? [])
}

const TOOL_FIELDS = new Set(['type', 'function'])
const FUNCTION_FIELDS = new Set(['name', 'description', 'parameters', 'strict'])

function decodeTools(body: JsonObject, read: Reader): readonly Tool[] {
  return (read.array(body['tools'], 'tools') ?? []).flatMap((item, i) => {
    const path = `tools[${i}]`
    const tool = read.object(item, path)
    if (tool === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`) ?? []
    const type = read.string(tool['type'], `${path}.type`) ?? (isObject(tool['function']) ? 'function' : undefined)
    if (type === undefined) return read.refuse(`${path}.type`, `\`${path}.type\` is missing`) ?? []
    if (type !== 'function') {
      const named = [tool['name'], isObject(tool[type]) ? tool[type]['name'] : undefined].find(
        (name) => typeof name === 'string',
      )
      return {
        kind: 'opaque' as const,
        name: typeof named === 'string' ? named : type,
        extensions: { dialect: 'openai-chat' as const, fields: tool },
      }
    }
    const declared = read.object(tool['function'], `${path}.function`)
    if (declared === undefined) return read.refuse(`${path}.function`, `\`${path}.function\` is missing`) ?? []
    const cacheMark = isObject(tool['cache_control']) ? tool['cache_control'] : undefined
    return decodeFunction(declared, `${path}.function`, read, fieldsBeside(tool, TOOL_FIELDS), cacheMark)
  })
}

function decodeFunctions(body: JsonObject, read: Reader): readonly Tool[] {
  return (read.array(body['functions'], 'functions') ?? []).flatMap((item, i) => {
    const declared = read.object(item, `functions[${i}]`)
    return declared === undefined ? [] : decodeFunction(declared, `functions[${i}]`, read, undefined, undefined)
  })
}

function decodeFunction(
  declared: JsonObject,
  path: string,
  read: Reader,
  beside: JsonObject | undefined,
  cacheMark: JsonObject | undefined,
): Tool {
  const name = read.string(declared['name'], `${path}.name`)
  if (!name) read.refuse(`${path}.name`, `\`${path}.name\` is missing`)
  const inside = fieldsBeside(declared, FUNCTION_FIELDS)
  return compact({
    kind: 'function' as const,
    name: name ?? '',
    description: read.string(declared['description'], `${path}.description`),
    parameters: read.object(declared['parameters'], `${path}.parameters`),
    strict: read.boolean(declared['strict'], `${path}.strict`),
    cacheMark,
    extensions: openaiExtensions({ ...beside, ...(inside !== undefined && { function: inside }) }),
  })
}

/** A choice that the neutral form has no word for (`allowed_tools`, a custom tool) is kept as it came. */
function decodeToolChoice(body: JsonObject, read: Reader): { readonly known?: ToolChoice; readonly other?: Json } {
  const value = body['tool_choice'] ?? body['function_call']
  const path = body['tool_choice'] == null ? 'function_call' : 'tool_choice'
  if (value == null) return {}
  if (typeof value === 'string') {
    if (value === 'auto' || value === 'none' || value === 'required') return { known: { kind: value } }
    // Mistral's word.
    if (value === 'any') return { known: { kind: 'required' } }
    read.refuse(path, `\`${path}\` is "${value.slice(0, 40)}" where auto, none, required or a function is wanted`)
    return {}
  }
  const choice = read.object(value, path)
  if (choice === undefined) return {}
  if (path === 'tool_choice' && choice['type'] !== undefined && choice['type'] !== 'function') return { other: choice }
  const named = path === 'function_call' ? choice : read.object(choice['function'], `${path}.function`)
  const name = read.string(
    named?.['name'],
    path === 'function_call' ? 'function_call.name' : 'tool_choice.function.name',
  )
  if (name) return { known: { kind: 'tool', name } }
  read.refuse(path, `\`${path}\` names no function`)
  return {}
}

function decodeResponseFormat(value: Json | undefined, read: Reader): ResponseFormat | undefined {
  const format = read.object(value, 'response_format')
  if (format === undefined) return undefined
  const type = read.string(format['type'], 'response_format.type')
  if (type === 'text' || type === 'json_object') return { kind: type }
  if (type !== 'json_schema')
    return read.refuse(
      'response_format.type',
      `\`response_format.type\` is ${type === undefined ? 'missing' : `"${type.slice(0, 40)}"`} where text, json_object or json_schema is wanted`,
    )
  const path = 'response_format.json_schema'
  const declared = read.object(format['json_schema'], path)
  if (declared === undefined) return read.refuse(path, `\`${path}\` is missing`)
  return compact({
    kind: 'json_schema' as const,
    // Servers that need no name are sent none by their clients, and those that need one take any.
    name: read.string(declared['name'], `${path}.name`) ?? 'answer',
    description: read.string(declared['description'], `${path}.description`),
    schema: read.object(declared['schema'], `${path}.schema`) ?? {},
    strict: read.boolean(declared['strict'], `${path}.strict`),
  })
}
