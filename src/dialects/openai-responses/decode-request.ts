/** An OpenAI Responses request → the neutral call. The items of the input are read next door. */
import type { Decoded } from '../dialect.ts'
import { compact, createReader, fieldsBeside, isObject, type Reader } from '../json.ts'
import type { ChatCall, Json, JsonObject, ResponseFormat, TextBlock, Tool, ToolChoice } from '../neutral.ts'
import { decodeInput } from './decode-input.ts'
import { responsesExtensions } from './extensions.ts'

const KNOWN = new Set([
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'include',
  'text',
  'reasoning',
  'user',
  'service_tier',
  'stream',
])

/** What stands in for an input: the server has it. */
const KEPT_INPUT = ['previous_response_id', 'conversation', 'prompt']

/** The entry of `include` that asks for log-probabilities. */
export const LOGPROBS = 'message.output_text.logprobs'

export function decodeRequest(body: Json): Decoded<ChatCall> {
  if (!isObject(body)) return { ok: false, message: 'the body is not a JSON object' }
  const read = createReader()
  const model = read.string(body['model'], 'model')
  if (!model) read.refuse('model', '`model` is missing')
  if (body['input'] == null && KEPT_INPUT.every((field) => body[field] == null))
    read.refuse('input', '`input` is missing')
  const stream = read.boolean(body['stream'], 'stream') ?? false
  refuseBackground(body, stream, read)
  const { system, messages } = decodeInput(body['input'], read)
  const reasoning = read.object(body['reasoning'], 'reasoning')
  const effort = read.string(reasoning?.['effort'], 'reasoning.effort')
  const text = read.object(body['text'], 'text')
  const choice = decodeToolChoice(body['tool_choice'], read)
  const logprobs = decodeLogprobs(body, read)
  const call: ChatCall = compact({
    dialect: 'openai-responses' as const,
    model: model ?? '',
    system: [...decodeInstructions(body['instructions'], read), ...system],
    messages,
    tools: (read.array(body['tools'], 'tools') ?? []).flatMap((tool, i) => decodeTool(tool, `tools[${i}]`, read) ?? []),
    toolChoice: choice.known,
    parallelToolCalls: read.boolean(body['parallel_tool_calls'], 'parallel_tool_calls'),
    maxTokens: read.integer(body['max_output_tokens'], 'max_output_tokens', 1),
    temperature: read.number(body['temperature'], 'temperature'),
    topP: read.number(body['top_p'], 'top_p'),
    stop: [],
    logprobs: logprobs.known,
    responseFormat: decodeFormat(text?.['format'], read),
    reasoning: effort === undefined ? undefined : { effort },
    user: read.string(body['user'], 'user'),
    serviceTier: read.string(body['service_tier'], 'service_tier'),
    stream,
    // This dialect's streams always say what was used.
    includeUsage: true,
    extensions: responsesExtensions({
      ...fieldsBeside(body, KNOWN),
      ...restOf('reasoning', reasoning, EFFORT),
      ...restOf('text', text, FORMAT),
      ...logprobs.others,
      ...(choice.other !== undefined && { tool_choice: choice.other }),
    }),
  })
  const complaint = read.complaint()
  return complaint === undefined ? { ok: true, value: call } : { ok: false, ...complaint }
}

const EFFORT = new Set(['effort'])
const FORMAT = new Set(['format'])

function restOf(name: string, object: JsonObject | undefined, known: ReadonlySet<string>): JsonObject {
  const rest = object === undefined ? undefined : fieldsBeside(object, known)
  return rest === undefined ? {} : { [name]: rest }
}

/** An answer that is made in the background is fetched by its id later, past everything that a gateway settles. */
function refuseBackground(body: JsonObject, stream: boolean, read: Reader): void {
  if (read.boolean(body['background'], 'background') === true && !stream)
    read.refuse('background', '`background` is true without `stream`, and its answer could not be fetched here')
}

function decodeInstructions(value: Json | undefined, read: Reader): readonly TextBlock[] {
  const text = read.string(value, 'instructions')
  if (text === undefined) return []
  return [{ kind: 'text', text, extensions: { dialect: 'openai-responses', fields: { instructions: true } } }]
}

/** Log-probabilities are asked for by an entry of `include`; how many alternatives stands beside it. */
function decodeLogprobs(
  body: JsonObject,
  read: Reader,
): { readonly known?: ChatCall['logprobs']; readonly others: JsonObject } {
  const include = (read.array(body['include'], 'include') ?? []).flatMap(
    (entry, i) => read.string(entry, `include[${i}]`) ?? [],
  )
  const top = read.integer(body['top_logprobs'], 'top_logprobs', 0)
  const rest = include.filter((entry) => entry !== LOGPROBS)
  const others = rest.length === 0 ? {} : { include: rest }
  if (rest.length < include.length) return { known: { top: top ?? 0 }, others }
  return { others: { ...others, ...(top !== undefined && { top_logprobs: top }) } }
}

const TOOL_FIELDS = new Set(['type', 'name', 'description', 'parameters', 'strict'])

/** Tools of a type other than `function` run at the provider, or are this dialect's alone. */
function decodeTool(value: Json, path: string, read: Reader): Tool | undefined {
  const tool = read.object(value, path)
  if (tool === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`)
  const type = read.string(tool['type'], `${path}.type`)
  if (type === undefined) return read.refuse(`${path}.type`, `\`${path}.type\` is missing`)
  const name = read.string(tool['name'], `${path}.name`)
  if (type !== 'function')
    return { kind: 'opaque', name: name ?? type, extensions: { dialect: 'openai-responses', fields: tool } }
  if (!name) return read.refuse(`${path}.name`, `\`${path}.name\` is missing`)
  return compact({
    kind: 'function' as const,
    name,
    description: read.string(tool['description'], `${path}.description`),
    parameters: read.object(tool['parameters'], `${path}.parameters`),
    strict: read.boolean(tool['strict'], `${path}.strict`),
    extensions: responsesExtensions(fieldsBeside(tool, TOOL_FIELDS)),
  })
}

/** A choice that the neutral form has no word for (`allowed_tools`, a tool of the provider) is kept as it came. */
function decodeToolChoice(
  value: Json | undefined,
  read: Reader,
): { readonly known?: ToolChoice; readonly other?: JsonObject } {
  if (value == null) return {}
  if (typeof value === 'string') {
    if (value === 'auto' || value === 'none' || value === 'required') return { known: { kind: value } }
    const found = `\`tool_choice\` is "${value.slice(0, 40)}"`
    return read.refuse('tool_choice', `${found} where auto, none, required or a tool is wanted`) ?? {}
  }
  const choice = read.object(value, 'tool_choice')
  if (choice === undefined) return {}
  if (choice['type'] !== 'function') return { other: choice }
  const name = read.string(choice['name'], 'tool_choice.name')
  return name
    ? { known: { kind: 'tool', name } }
    : (read.refuse('tool_choice.name', '`tool_choice.name` is missing') ?? {})
}

function decodeFormat(value: Json | undefined, read: Reader): ResponseFormat | undefined {
  const path = 'text.format'
  const format = read.object(value, path)
  if (format === undefined) return undefined
  const type = read.string(format['type'], `${path}.type`)
  if (type === 'text' || type === 'json_object') return { kind: type }
  if (type !== 'json_schema') {
    const found = type === undefined ? 'missing' : `"${type.slice(0, 40)}"`
    return read.refuse(`${path}.type`, `\`${path}.type\` is ${found} where text, json_object or json_schema is wanted`)
  }
  const schema = read.object(format['schema'], `${path}.schema`)
  if (schema === undefined) return read.refuse(`${path}.schema`, `\`${path}.schema\` is missing`)
  return compact({
    kind: 'json_schema' as const,
    name:
      read.string(format['name'], `${path}.name`) ?? read.refuse(`${path}.name`, `\`${path}.name\` is missing`) ?? '',
    description: read.string(format['description'], `${path}.description`),
    schema,
    strict: read.boolean(format['strict'], `${path}.strict`),
  })
}
