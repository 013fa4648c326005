/**
 * The neutral answer → an Anthropic message. It holds one choice, the first; opaque blocks, citations and
 * signatures of other dialects are not shown. Reasoning without a signature of this dialect has an empty one: it
 * is shown to the client, and left out where the client sends it back.
 */
import type { AnswerContext } from '../dialect.ts'
import type { Answer, Block, JsonObject, ReasoningBlock } from '../neutral.ts'
import { decodeArguments } from './encode-block.ts'
import { encodeStop } from './stop-reason.ts'
import { encodeUsage } from './usage.ts'

export function encodeAnswer(answer: Answer, context: AnswerContext): JsonObject {
  const choice = answer.choices[0]
  return {
    id: answer.id || context.id,
    type: 'message',
    role: 'assistant',
    model: context.model,
    content: (choice?.content ?? []).flatMap(encodeAnswerBlock),
    ...encodeStop(choice?.stop ?? { reason: 'unknown' }),
    usage: encodeUsage(
      answer.usage ?? { ...(context.estimatedInputTokens !== undefined && { input: context.estimatedInputTokens }) },
    ),
    ...(answer.extensions?.dialect === 'anthropic' && answer.extensions.fields),
  }
}

function encodeAnswerBlock(block: Block): readonly JsonObject[] {
  const beside = block.extensions?.dialect === 'anthropic' ? block.extensions.fields : {}
  switch (block.kind) {
    case 'text': {
      const citations = block.citations?.dialect === 'anthropic' ? { citations: block.citations.items } : {}
      return block.text === '' && block.extensions?.dialect !== 'anthropic'
        ? []
        : [{ type: 'text', text: block.text, ...citations, ...beside }]
    }
    case 'refusal':
      return [{ type: 'text', text: block.text }]
    case 'tool_call':
      // Arguments that were cut off say no object any more; the stop reason says that they were.
      return [
        { type: 'tool_use', id: block.id, name: block.name, input: decodeArguments(block.arguments) ?? {}, ...beside },
      ]
    case 'reasoning':
      return encodeReasoning(block, beside)
    case 'opaque':
      return block.dialect === 'anthropic' ? [block.value] : []
    case 'image':
    case 'audio':
    case 'document':
    case 'tool_result':
      // No provider answers with these.
      return []
  }
}

function encodeReasoning(block: ReasoningBlock, beside: JsonObject): readonly JsonObject[] {
  if (block.redacted?.dialect === 'anthropic')
    return [{ type: 'redacted_thinking', data: block.redacted.data, ...beside }]
  const signature = block.signature?.dialect === 'anthropic' ? block.signature.value : ''
  return block.text === '' && signature === '' ? [] : [{ type: 'thinking', thinking: block.text, signature, ...beside }]
}
