/**
 * The side of Amazon Bedrock that the project does not have, for tests: reading the requests of recorded clients, and
 * writing answers and streams as its servers do, the frames by Amazon's own codec.
 */
import { EventStreamCodec } from '@smithy/eventstream-codec'
import { compact, isArray, isObject } from '../../src/dialects/json.ts'
import type {
  Answer,
  Block,
  ChatCall,
  DocumentBlock,
  ImageBlock,
  Json,
  JsonObject,
  Message,
  TextBlock,
  Tool,
  ToolChoice,
} from '../../src/dialects/neutral.ts'

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)),
  (text) => new TextEncoder().encode(text),
)

/** One message of an event stream: text headers and a JSON payload. */
export function frameOf(headers: Readonly<Record<string, string>>, payload: Json): Uint8Array {
  return codec.encode({
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }])),
    body: new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  })
}

export function eventFrame(type: string, payload: JsonObject): Uint8Array {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }
  return frameOf(headers, { ...payload, p: 'abcdef' })
}

export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

const OWN = ['additionalModelRequestFields', 'performanceConfig', 'guardrailConfig']

/** What a client of this API asked for; the model is in the address. */
export function readBedrockRequest(body: JsonObject, model: string): ChatCall {
  const inference = (body['inferenceConfig'] ?? {}) as JsonObject
  const toolConfig = (body['toolConfig'] ?? {}) as JsonObject
  const format = ((body['outputConfig'] as JsonObject)?.['textFormat'] as JsonObject)?.['structure'] as JsonObject
  const schema = format?.['jsonSchema'] as JsonObject | undefined
  const own = OWN.flatMap((field) => (body[field] === undefined ? [] : [[field, body[field]] as const]))
  return compact({
    model,
    system: markedBlocks(body['system'] ?? []) as TextBlock[],
    messages: (body['messages'] as readonly JsonObject[]).map(
      ({ role, content }): Message => ({ role: role as 'user' | 'assistant', content: markedBlocks(content!) }),
    ),
    tools: readTools((toolConfig['tools'] ?? []) as readonly JsonObject[]),
    toolChoice: readChoice(toolConfig['toolChoice'] as JsonObject | undefined),
    maxTokens: inference['maxTokens'] as number | undefined,
    temperature: inference['temperature'] as number | undefined,
    topP: inference['topP'] as number | undefined,
    stop: (inference['stopSequences'] ?? []) as readonly string[],
    responseFormat:
      schema === undefined
        ? undefined
        : {
            kind: 'json_schema' as const,
            ...compact({
              name: schema['name'] as string,
              description: schema['description'] as string | undefined,
              schema: JSON.parse(schema['schema'] as string) as JsonObject,
            }),
          },
    serviceTier: (body['serviceTier'] as JsonObject)?.['type'] as string | undefined,
    stream: false,
    includeUsage: true,
    extensions: own.length === 0 ? undefined : { dialect: 'bedrock' as const, fields: Object.fromEntries(own) },
  })
}

/** Blocks, each with the cache point behind it as its mark. */
function markedBlocks(list: Json): Block[] {
  const blocks: Block[] = []
  for (const value of list as readonly JsonObject[]) {
    const last = blocks.at(-1)
    if ('cachePoint' in value && last !== undefined) blocks.splice(-1, 1, { ...last, cacheMark: { type: 'ephemeral' } })
    else blocks.push(readBlock(value))
  }
  return blocks
}

function readBlock(value: JsonObject): Block {
  const { text, toolUse, toolResult, reasoningContent } = value
  if (typeof text === 'string') return { kind: 'text', text }
  if (isObject(toolUse) && toolUse['type'] === undefined)
    return {
      kind: 'tool_call',
      id: toolUse['toolUseId'] as string,
      name: toolUse['name'] as string,
      arguments: JSON.stringify(toolUse['input']),
    }
  if (isObject(toolResult) && toolResult['type'] === undefined) return readResult(toolResult)
  if (isObject(reasoningContent)) return readReasoning(reasoningContent)
  return readMedia(value) ?? { kind: 'opaque', dialect: 'bedrock', value }
}

const DOCUMENTS: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  txt: 'text/plain',
}

/** Images and documents of which the bytes are there. */
function readMedia({ image, document }: JsonObject): ImageBlock | DocumentBlock | undefined {
  const { format, name, source, citations } = (image ?? document ?? {}) as JsonObject
  const data = isObject(source) ? source['bytes'] : undefined
  if (typeof data !== 'string' || citations !== undefined) return undefined
  if (image !== undefined)
    return { kind: 'image', source: { kind: 'base64', mediaType: `image/${String(format)}`, data } }
  const mediaType = DOCUMENTS[String(format)]
  return mediaType === undefined
    ? undefined
    : { kind: 'document', title: String(name), source: { kind: 'base64', mediaType, data } }
}

function readResult(result: JsonObject): Block {
  const content = (result['content'] as readonly JsonObject[]).map(readBlock)
  return {
    kind: 'tool_result',
    callId: result['toolUseId'] as string,
    content: content.filter(
      (block) =>
        block.kind === 'text' || block.kind === 'image' || block.kind === 'document' || block.kind === 'opaque',
    ),
    ...(result['status'] === 'error' && { isError: true }),
  }
}

function readReasoning({ reasoningText, redactedContent }: JsonObject): Block {
  if (typeof redactedContent === 'string')
    return { kind: 'reasoning', text: '', redacted: { dialect: 'anthropic', data: atob(redactedContent) } }
  const { text, signature } = reasoningText as { text: string; signature: string }
  return { kind: 'reasoning', text, signature: { dialect: 'anthropic', value: signature } }
}

function readTools(list: readonly JsonObject[]): Tool[] {
  const tools: Tool[] = []
  for (const value of list) {
    const spec = value['toolSpec'] as JsonObject | undefined
    const last = tools.at(-1)
    if ('cachePoint' in value && last !== undefined) tools.splice(-1, 1, { ...last, cacheMark: { type: 'ephemeral' } })
    else if (spec === undefined)
      tools.push({ kind: 'opaque', name: 'x', extensions: { dialect: 'bedrock', fields: value } })
    else
      tools.push(
        compact({
          kind: 'function' as const,
          name: spec['name'] as string,
          description: spec['description'] as string | undefined,
          parameters: (spec['inputSchema'] as JsonObject)['json'] as JsonObject,
          strict: spec['strict'] as boolean | undefined,
        }),
      )
  }
  return tools
}

function readChoice(choice: JsonObject | undefined): ToolChoice | undefined {
  if (choice === undefined) return undefined
  if ('any' in choice) return { kind: 'required' }
  return isObject(choice['tool']) ? { kind: 'tool', name: choice['tool']['name'] as string } : { kind: 'auto' }
}

/** A request without what is only a way of writing: what is empty or blank, a result's status of success, spaces in a schema. */
export function normalBedrockRequest(body: JsonObject): Json {
  return normal(JSON.parse(JSON.stringify(body)) as Json)
}

function normal(value: Json): Json {
  if (isArray(value)) return value.filter((each) => !(isObject(each) && each['text'] === '\n')).map(normal)
  if (!isObject(value)) return value
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const isEmpty =
      (key === 'system' && isArray(inner) && inner.length === 0) ||
      (key === 'inferenceConfig' && isObject(inner) && Object.keys(inner).length === 0) ||
      (key === 'status' && inner === 'success') ||
      (key === 'strict' && inner === false)
    if (isEmpty) return []
    return [[key, key === 'schema' && typeof inner === 'string' ? (JSON.parse(inner) as Json) : normal(inner)] as const]
  })
  return Object.fromEntries(entries)
}

const STOPS: Readonly<Record<string, string>> = {
  end: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  stop_sequence: 'stop_sequence',
}

function usageOf({ usage }: Answer): JsonObject {
  const read = usage?.cachedInput ?? 0
  const fresh = (usage?.input ?? 0) - read
  const output = usage?.output ?? 0
  return {
    inputTokens: fresh,
    outputTokens: output,
    cacheReadInputTokens: read,
    cacheReadInputTokenCount: read,
    totalTokens: fresh + read + output,
  }
}

/** The body that Bedrock would answer with. */
export function writeBedrockAnswer(answer: Answer): JsonObject {
  const { content, stop } = answer.choices[0]!
  return {
    output: { message: { role: 'assistant', content: content.flatMap(writeBlock) } },
    stopReason: STOPS[stop.reason]!,
    usage: usageOf(answer),
    metrics: { latencyMs: 12 },
  }
}

function writeBlock(block: Block): readonly JsonObject[] {
  switch (block.kind) {
    case 'text':
      return [{ text: block.text }]
    case 'reasoning':
      return [{ reasoningContent: { reasoningText: compact({ text: block.text, signature: block.signature?.value }) } }]
    case 'tool_call': {
      const input = JSON.parse(block.arguments || '{}') as Json
      return [{ toolUse: { toolUseId: block.id, name: block.name, input } }]
    }
    default:
      return []
  }
}

/** The stream that Bedrock would send, its texts in pieces of at most `size` units. */
export function writeBedrockStream(answer: Answer, size: number): Uint8Array {
  const { content, stop } = answer.choices[0]!
  const frames = [eventFrame('messageStart', { role: 'assistant' })]
  for (const [contentBlockIndex, block] of content.entries()) {
    const deltas = (text: string, wrap: (piece: string) => JsonObject) => {
      for (let at = 0; at < text.length; at += size)
        frames.push(eventFrame('contentBlockDelta', { contentBlockIndex, delta: wrap(text.slice(at, at + size)) }))
    }
    if (block.kind === 'text') deltas(block.text, (text) => ({ text }))
    if (block.kind === 'reasoning') {
      deltas(block.text, (text) => ({ reasoningContent: { text } }))
      if (block.signature) deltas(block.signature.value, (signature) => ({ reasoningContent: { signature } }))
    }
    if (block.kind === 'tool_call') {
      const start = { toolUse: { toolUseId: block.id, name: block.name } }
      frames.push(eventFrame('contentBlockStart', { contentBlockIndex, start }))
      deltas(block.arguments, (input) => ({ toolUse: { input } }))
    }
    frames.push(eventFrame('contentBlockStop', { contentBlockIndex }))
  }
  frames.push(
    eventFrame('messageStop', { stopReason: STOPS[stop.reason]! }),
    eventFrame('metadata', { usage: usageOf(answer), metrics: { latencyMs: 3 } }),
  )
  return joinBytes(frames)
}
