/** An Anthropic Messages request → the neutral call. Content blocks are read next door. */
import type { Decoded } from '../dialect.ts'
import { compact, createReader, fieldsBeside, isObject, type Reader } from '../json.ts'
import type { ChatCall, Json, JsonObject, Reasoning, ResponseFormat, Tool, ToolChoice } from '../neutral.ts'
import { decodeMessages, decodeSystem } from './decode-messages.ts'
import { anthropicExtensions } from './extensions.ts'

const KNOWN = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'tools',
  'tool_choice',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'service_tier',
  'stream',
])

export function decodeRequest(body: Json): Decoded<ChatCall> {
  if (!isObject(body)) return { ok: false, message: 'the body is not a JSON object' }
  const read = createReader()
  const model = read.string(body['model'], 'model')
  if (!model) read.refuse('model', '`model` is missing')
  const maxTokens = read.integer(body['max_tokens'], 'max_tokens', 1)
  if (maxTokens === undefined) read.refuse('max_tokens', '`max_tokens` is missing')
  const list = read.array(body['messages'], 'messages')
  if (list === undefined) read.refuse('messages', '`messages` is missing')
  else if (list.length === 0) read.refuse('messages', '`messages` is empty where at least one message is wanted')
  const output = read.object(body['output_config'], 'output_config')
  const metadata = read.object(body['metadata'], 'metadata')
  const choice = read.object(body['tool_choice'], 'tool_choice')
  const isParallelOff = read.boolean(choice?.['disable_parallel_tool_use'], 'tool_choice.disable_parallel_tool_use')
  const call: ChatCall = compact({
    dialect: 'anthropic' as const,
    model: model ?? '',
    system: decodeSystem(body['system'], read),
    messages: decodeMessages(list ?? [], read),
    tools: (read.array(body['tools'], 'tools') ?? []).flatMap((tool, i) => decodeTool(tool, `tools[${i}]`, read) ?? []),
    toolChoice: choice === undefined ? undefined : decodeToolChoice(choice, read),
    parallelToolCalls: isParallelOff === undefined ? undefined : !isParallelOff,
    maxTokens,
    temperature: read.number(body['temperature'], 'temperature'),
    topP: read.number(body['top_p'], 'top_p'),
    topK: read.integer(body['top_k'], 'top_k', 0),
    stop: (read.array(body['stop_sequences'], 'stop_sequences') ?? []).flatMap(
      (stop, i) => read.string(stop, `stop_sequences[${i}]`) ?? [],
    ),
    responseFormat: decodeFormat(body, output, read),
    reasoning: decodeReasoning(read.object(body['thinking'], 'thinking'), output, read),
    user: read.string(metadata?.['user_id'], 'metadata.user_id'),
    serviceTier: read.string(body['service_tier'], 'service_tier'),
    stream: read.boolean(body['stream'], 'stream') ?? false,
    // This dialect's streams always say what was used.
    includeUsage: true,
    extensions: anthropicExtensions({
      ...fieldsBeside(body, KNOWN),
      ...restOf('output_config', output, OUTPUT_FIELDS),
      ...restOf('metadata', metadata, METADATA_FIELDS),
    }),
  })
  const complaint = read.complaint()
  return complaint === undefined ? { ok: true, value: call } : { ok: false, ...complaint }
}

const OUTPUT_FIELDS = new Set(['effort', 'format'])
const METADATA_FIELDS = new Set(['user_id'])

function restOf(name: string, object: JsonObject | undefined, known: ReadonlySet<string>): JsonObject {
  const rest = object === undefined ? undefined : fieldsBeside(object, known)
  return rest === undefined ? {} : { [name]: rest }
}

const TOOL_FIELDS = new Set(['name', 'description', 'input_schema', 'strict', 'cache_control'])

/** A tool of a type other than `custom` runs at the provider, or is declared by its type alone. */
function decodeTool(value: Json, path: string, read: Reader): Tool | undefined {
  const tool = read.object(value, path)
  if (tool === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`)
  const type = read.string(tool['type'], `${path}.type`)
  const name = read.string(tool['name'], `${path}.name`)
  if (type !== undefined && type !== 'custom')
    return { kind: 'opaque', name: name ?? type, extensions: { dialect: 'anthropic', fields: tool } }
  if (!name) return read.refuse(`${path}.name`, `\`${path}.name\` is missing`)
  const parameters = read.object(tool['input_schema'], `${path}.input_schema`)
  if (parameters === undefined) return read.refuse(`${path}.input_schema`, `\`${path}.input_schema\` is missing`)
  return compact({
    kind: 'function' as const,
    name,
    description: read.string(tool['description'], `${path}.description`),
    parameters,
    strict: read.boolean(tool['strict'], `${path}.strict`),
    cacheMark: read.object(tool['cache_control'], `${path}.cache_control`),
    extensions: anthropicExtensions(fieldsBeside(tool, TOOL_FIELDS)),
  })
}

function decodeToolChoice(choice: JsonObject, read: Reader): ToolChoice | undefined {
  const type = read.string(choice['type'], 'tool_choice.type')
  switch (type) {
    case 'auto':
    case 'none':
      return { kind: type }
    case 'any':
      return { kind: 'required' }
    case 'tool': {
      const name = read.string(choice['name'], 'tool_choice.name')
      return name ? { kind: 'tool', name } : read.refuse('tool_choice.name', '`tool_choice.name` is missing')
    }
    default:
      return read.refuse(
        'tool_choice.type',
        `\`tool_choice.type\` is ${type === undefined ? 'missing' : `"${type.slice(0, 40)}"`} where auto, any, tool or none is wanted`,
      )
  }
}

/** The format has two homes: `output_config.format`, and `output_format` from before. */
function decodeFormat(body: JsonObject, output: JsonObject | undefined, read: Reader): ResponseFormat | undefined {
  const path = output?.['format'] == null ? 'output_format' : 'output_config.format'
  const format = read.object(output?.['format'] ?? body['output_format'], path)
  if (format === undefined) return undefined
  if (format['type'] !== 'json_schema') return read.refuse(`${path}.type`, `\`${path}.type\` is not json_schema`)
  const schema = read.object(format['schema'], `${path}.schema`)
  if (schema === undefined) return read.refuse(`${path}.schema`, `\`${path}.schema\` is missing`)
  return { kind: 'json_schema', name: 'answer', schema, strict: true }
}

/** `thinking` is kept as it came, since its types grow; what other dialects can say is read out of it. */
function decodeReasoning(
  thinking: JsonObject | undefined,
  output: JsonObject | undefined,
  read: Reader,
): Reasoning | undefined {
  const effort = read.string(output?.['effort'], 'output_config.effort')
  const type = read.string(thinking?.['type'], 'thinking.type')
  if (thinking !== undefined && type === undefined) return read.refuse('thinking.type', '`thinking.type` is missing')
  const budgetTokens = read.integer(thinking?.['budget_tokens'], 'thinking.budget_tokens', 0)
  if (type === 'enabled' && budgetTokens === undefined)
    return read.refuse('thinking.budget_tokens', '`thinking.budget_tokens` is missing')
  if (thinking === undefined && effort === undefined) return undefined
  return compact({
    effort,
    budgetTokens,
    enabled: type === undefined ? undefined : type !== 'disabled',
    extensions: { dialect: 'anthropic' as const, fields: thinking === undefined ? {} : { thinking } },
  })
}
