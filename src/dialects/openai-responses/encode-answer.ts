/** The neutral answer → an OpenAI response. It holds one choice, the first. */
import type { AnswerContext } from '../dialect.ts'
import { isArray, isObject } from '../json.ts'
import type {
  Answer,
  Block,
  Choice,
  Json,
  JsonObject,
  OpaqueBlock,
  RefusalBlock,
  TextBlock,
  ToolCallBlock,
} from '../neutral.ts'
import { encodeAnnotations } from './annotations.ts'
import { isOwnPart, ownFields } from './extensions.ts'
import { encodeReasoningItem } from './reasoning-item.ts'
import { beginResponse, itemIds } from './response.ts'
import { encodeStop } from './status.ts'
import { encodeUsage } from './usage.ts'

export function encodeAnswer(answer: Answer, context: AnswerContext): JsonObject {
  const choice: Choice = answer.choices[0] ?? { index: 0, content: [], stop: { reason: 'unknown' as const } }
  const status = encodeStop(choice.stop, new Set(choice.content.map(({ kind }) => kind)))
  const logprobs = isObject(choice.logprobs) ? choice.logprobs['content'] : undefined
  return {
    ...beginResponse(answer.id || context.id, answer.created ?? context.created, context),
    ...status,
    output: encodeOutput(choice.content, context, { logprobs, status: status.status }),
    ...(answer.usage !== undefined && { usage: encodeUsage(answer.usage) }),
    ...(answer.serviceTier !== undefined && { service_tier: answer.serviceTier }),
    ...ownFields(answer.extensions),
  }
}

interface Said {
  /** The tokens of all texts. */
  readonly logprobs: Json | undefined
  /** Of the last item, which is where an answer breaks off. */
  readonly status: 'completed' | 'incomplete'
}

function encodeOutput(
  content: readonly Block[],
  context: AnswerContext,
  { logprobs, status }: Said,
): readonly JsonObject[] {
  const id = itemIds(context.id)
  const items: JsonObject[] = []
  /** The parts of the message item that is being filled. */
  let parts: JsonObject[] | undefined
  let before = 0
  let tokens = isArray(logprobs) ? logprobs : []
  for (const block of content) {
    if (!isPart(block)) {
      parts = undefined
      items.push(...encodeItem(block, (prefix) => id(prefix, items.length)))
      continue
    }
    // A text that begins a message of its own says so.
    const mark = block.kind === 'opaque' ? undefined : ownFields(block.extensions)['item']
    if (parts === undefined || isObject(mark)) {
      parts = []
      const item = { id: id('msg', items.length), type: 'message', status: 'completed', role: 'assistant' }
      items.push({ ...item, content: parts, ...(isObject(mark) && mark) })
    }
    parts.push(encodePart(block, before, tokens))
    if (block.kind !== 'text') continue
    before += block.text.length
    tokens = []
  }
  return status === 'completed' ? items : items.map((item, i) => (i === items.length - 1 ? { ...item, status } : item))
}

type Part = TextBlock | RefusalBlock | OpaqueBlock

/** Whether a block is a part of a message, and not an item by itself. */
function isPart(block: Block): block is Part {
  return block.kind === 'text' || block.kind === 'refusal' || (block.kind === 'opaque' && isOwnPart(block))
}

/** A part as SDKs want it: every field there. The tokens of all texts are told with the first. */
function encodePart(block: Part, before: number, logprobs: readonly Json[]): JsonObject {
  const { item: _mark, ...beside } = ownFields(block.extensions)
  switch (block.kind) {
    case 'text':
      return {
        type: 'output_text',
        text: block.text,
        annotations: encodeAnnotations(block, before),
        logprobs,
        ...beside,
      }
    case 'refusal':
      return { type: 'refusal', refusal: block.text, ...beside }
    case 'opaque':
      return block.value
  }
}

type Other = Exclude<Block, TextBlock | RefusalBlock>

function encodeItem(block: Other, id: (prefix: 'fc' | 'rs') => string): readonly JsonObject[] {
  switch (block.kind) {
    case 'tool_call':
      return [callItem(block, id('fc'))]
    case 'reasoning':
      return [encodeReasoningItem(block, id('rs'))]
    case 'opaque':
      return block.dialect === 'openai-responses' ? [block.value] : []
    case 'image':
    case 'audio':
    case 'document':
    case 'tool_result':
      // No provider answers with these.
      return []
  }
}

function callItem({ id: callId, name, arguments: text, extensions }: ToolCallBlock, id: string): JsonObject {
  return {
    id,
    type: 'function_call',
    status: 'completed',
    call_id: callId,
    name,
    arguments: text || '{}',
    ...ownFields(extensions),
  }
}
