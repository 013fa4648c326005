/**
 * The side of Cohere's API that the project does not have, for tests: reading the requests of recorded clients, and
 * writing answers and streams as its servers do.
 */
import { compact, isArray, isObject } from '../../src/dialects/json.ts'
import type { Answer, Block, ChatCall, Json, JsonObject, Message, ToolCallBlock } from '../../src/dialects/neutral.ts'
import { writeSse } from '../../src/dialects/sse.ts'

const OWN = ['documents', 'safety_mode', 'citation_options', 'strict_tools', 'priority']

/** What a client of this API asked for. */
export function readCohereRequest(body: JsonObject): ChatCall {
  const messages = (body['messages'] as readonly JsonObject[]).flatMap(readMessage)
  const choice = body['tool_choice']
  const format = body['response_format'] as JsonObject | undefined
  const thinking = body['thinking'] as JsonObject | undefined
  const own = OWN.flatMap((field) => (body[field] === undefined ? [] : [[field, body[field]] as const]))
  return compact({
    model: body['model'] as string,
    system: [],
    messages,
    tools: ((body['tools'] ?? []) as readonly { function: JsonObject }[]).map(({ function: declared }) =>
      compact({
        kind: 'function' as const,
        name: declared['name'] as string,
        description: declared['description'] as string | undefined,
        parameters: declared['parameters'] as JsonObject,
      }),
    ),
    toolChoice:
      choice === 'REQUIRED' ? { kind: 'required' as const } : choice === 'NONE' ? { kind: 'none' as const } : undefined,
    maxTokens: body['max_tokens'] as number | undefined,
    temperature: body['temperature'] as number | undefined,
    stop: (body['stop_sequences'] ?? []) as readonly string[],
    responseFormat: isObject(format?.['json_schema'])
      ? { kind: 'json_schema' as const, name: 'answer', schema: format['json_schema'] }
      : undefined,
    reasoning: thinking === undefined ? undefined : { enabled: thinking['type'] === 'enabled' },
    stream: body['stream'] === true,
    includeUsage: true,
    extensions: own.length === 0 ? undefined : { dialect: 'cohere' as const, fields: Object.fromEntries(own) },
  })
}

function readMessage(message: JsonObject): readonly Message[] {
  const { role, content } = message
  const parts: readonly Json[] = isArray(content) ? content : content === undefined ? [] : [content]
  const blocks = parts.flatMap(readPart)
  if (role === 'tool') {
    const callId = message['tool_call_id'] as string
    const inside = blocks.filter((block) => block.kind === 'text' || block.kind === 'opaque')
    return [{ role: 'user', content: [{ kind: 'tool_result', callId, content: inside }] }]
  }
  const calls = ((message['tool_calls'] ?? []) as readonly JsonObject[]).map((call): ToolCallBlock => {
    const called = call['function'] as JsonObject
    const name = called['name'] as string
    return { kind: 'tool_call', id: call['id'] as string, name, arguments: called['arguments'] as string }
  })
  const plan = typeof message['tool_plan'] === 'string' ? readPart(message['tool_plan']) : []
  return [{ role: role as Message['role'], content: [...blocks, ...plan, ...calls] }]
}

function readPart(part: Json): readonly Block[] {
  if (typeof part === 'string') return [{ kind: 'text', text: part }]
  if (!isObject(part)) return []
  switch (part['type']) {
    case 'text':
      return [{ kind: 'text', text: part['text'] as string }]
    case 'thinking':
      return [{ kind: 'reasoning', text: part['thinking'] as string }]
    case 'image_url':
      return [{ kind: 'image', source: { kind: 'url', url: (part['image_url'] as { url: string }).url } }]
    default:
      return [{ kind: 'opaque', dialect: 'cohere', value: part }]
  }
}

/** A request without what is only a way of writing: a text as a string, empty texts. */
export function normalCohereRequest(body: JsonObject): Json {
  return { ...body, messages: (body['messages'] as readonly JsonObject[]).map(normalMessage) }
}

function normalMessage({ content, ...rest }: JsonObject): Json {
  const parts = isArray(content) ? content : content === undefined ? [] : [{ type: 'text', text: content }]
  return { ...rest, content: parts.filter((part) => !(isObject(part) && part['text'] === '')) }
}

const STOPS: Readonly<Record<string, string>> = {
  end: 'COMPLETE',
  length: 'MAX_TOKENS',
  tool_calls: 'TOOL_CALL',
  stop_sequence: 'STOP_SEQUENCE',
}

const usageOf = ({ usage }: Answer): JsonObject => ({
  billed_units: { input_tokens: usage?.input ?? 0, output_tokens: usage?.output ?? 0 },
  tokens: { input_tokens: (usage?.input ?? 0) + 500, output_tokens: (usage?.output ?? 0) + 30 },
  cached_tokens: 480,
})

const callOf = ({ id, name, arguments: text }: ToolCallBlock): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: text },
})

/** The body that Cohere would answer with. */
export function writeCohereAnswer(answer: Answer): JsonObject {
  const { content, stop } = answer.choices[0]!
  const calls = content.filter((block) => block.kind === 'tool_call')
  const texts = content.flatMap((block) => (block.kind === 'text' ? [block.text] : []))
  const parts = content.flatMap((block): readonly JsonObject[] =>
    block.kind === 'reasoning'
      ? [{ type: 'thinking', thinking: block.text }]
      : block.kind === 'text' && calls.length === 0
        ? [{ type: 'text', text: block.text }]
        : [],
  )
  return {
    id: answer.id,
    message: compact({
      role: 'assistant',
      content: parts.length === 0 ? undefined : parts,
      tool_plan: calls.length > 0 && texts.length > 0 ? texts.join('') : undefined,
      tool_calls: calls.length === 0 ? undefined : calls.map(callOf),
    }),
    finish_reason: STOPS[stop.reason]!,
    usage: usageOf(answer),
  }
}

/** The stream that Cohere would send, its texts in pieces of at most `size` characters. */
export function writeCohereStream(answer: Answer, size: number): string {
  const { content, stop } = answer.choices[0]!
  const hasCalls = content.some(({ kind }) => kind === 'tool_call')
  const events: JsonObject[] = [
    { id: answer.id, type: 'message-start', delta: { message: { role: 'assistant', content: [], tool_calls: [] } } },
  ]
  const add = (type: string, index: number, message: JsonObject) => events.push({ type, index, delta: { message } })
  let contents = 0
  let calls = 0
  for (const block of content) {
    if (block.kind === 'text' && hasCalls)
      for (const tool_plan of cut(block.text, size))
        events.push({ type: 'tool-plan-delta', delta: { message: { tool_plan } } })
    else if (block.kind === 'text' || block.kind === 'reasoning') {
      const field = block.kind === 'text' ? 'text' : 'thinking'
      add('content-start', contents, { content: { type: field, [field]: '' } })
      for (const text of cut(block.text, size)) add('content-delta', contents, { content: { [field]: text } })
      events.push({ type: 'content-end', index: contents++ })
    } else if (block.kind === 'tool_call') {
      add('tool-call-start', calls, { tool_calls: callOf({ ...block, arguments: '' }) })
      for (const text of cut(block.arguments, size))
        add('tool-call-delta', calls, { tool_calls: { function: { arguments: text } } })
      events.push({ type: 'tool-call-end', index: calls++ })
    }
  }
  events.push({ type: 'message-end', delta: { finish_reason: STOPS[stop.reason]!, usage: usageOf(answer) } })
  return `${events.map((event) => writeSse(JSON.stringify(event), String(event['type']))).join('')}data: [DONE]\n\n`
}

/** In UTF-16 units, so that characters are cut too. */
function cut(text: string, size: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
}
