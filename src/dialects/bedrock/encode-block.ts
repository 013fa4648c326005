/** Neutral blocks → the content blocks of a Converse request. */
import { decodeArguments } from '../anthropic/encode-block.ts'
import { dropOpaque } from '../losses.ts'
import type { Block, JsonObject, OpaqueBlock, ReasoningBlock, ToolCallBlock, ToolResultBlock } from '../neutral.ts'
import { findSearchResult } from '../search-result.ts'
import { encodeCachePoint } from './cache-point.ts'
import { findFamily } from './family.ts'
import { type BlockContext, encodeDocument, encodeImage } from './media.ts'
import { encodeRedacted } from './redacted.ts'
import { fitToolId } from './tool-id.ts'

/** The blocks that say one neutral block, or none where it is empty or lost, and its cache point behind. */
export function encodeBlock(block: Block, context: BlockContext): readonly JsonObject[] {
  return [...encodeBare(block, context), ...encodeCachePoint(block.cacheMark, context.model)]
}

function encodeBare(block: Block, context: BlockContext): readonly JsonObject[] {
  const { losses } = context
  switch (block.kind) {
    case 'text':
    case 'refusal':
      // Empty text is refused, so that it is left out; its neighbours stay.
      return block.text.trim() === '' ? [] : [{ text: block.text }]
    case 'image':
      return encodeImage(block, losses)
    case 'audio':
      return losses.drop(
        'messages.content.input_audio',
        "audio is given, which Amazon Bedrock's Converse API does not take",
      )
    case 'document':
      return encodeDocument(block, context)
    case 'tool_call':
      return [encodeCall(block, context)]
    case 'tool_result':
      return [encodeResult(block, context)]
    case 'reasoning':
      return encodeReasoning(block, context.model)
    case 'opaque':
      return encodeOpaque(block, context)
  }
}

function encodeCall(block: ToolCallBlock, { model, losses }: BlockContext): JsonObject {
  const input = decodeArguments(block.arguments)
  if (input === undefined)
    losses.add(
      'messages.tool_calls.function.arguments',
      `the arguments of a call of \`${block.name}\` are no JSON object, which Amazon Bedrock's Converse API demands`,
    )
  return {
    toolUse: {
      toolUseId: fitToolId(block.id, model),
      name: block.name,
      input: input ?? { arguments: block.arguments },
    },
  }
}

/** Only some families know that a result can be an error; to the others its text says so. */
function encodeResult(result: ToolResultBlock, context: BlockContext): JsonObject {
  const family = findFamily(context.model)
  const knowsErrors = family === 'claude' || family === 'nova' || family === 'nova-2'
  const content = result.content.flatMap((block) => encodeBare(block, context))
  const isError = result.isError === true
  const said = isError && !knowsErrors ? [{ text: 'Error' }, ...content] : content
  return {
    toolResult: {
      toolUseId: fitToolId(result.callId, context.model),
      // An empty list is refused.
      content: said.length === 0 ? [{ text: '(empty)' }] : said,
      ...(isError && knowsErrors && { status: 'error' }),
    },
  }
}

/** Reasoning goes back to the models that sign it, with its signature, and to no others. */
function encodeReasoning(block: ReasoningBlock, model: string): readonly JsonObject[] {
  if (findFamily(model) !== 'claude') return []
  if (block.redacted !== undefined) {
    const bytes = encodeRedacted(block.redacted)
    return bytes === undefined ? [] : [{ reasoningContent: { redactedContent: bytes } }]
  }
  if (block.signature?.dialect !== 'anthropic') return []
  return [{ reasoningContent: { reasoningText: { text: block.text, signature: block.signature.value } } }]
}

/**
 * Search results go to Anthropic's models as what they are; `guarded_text` is how clients of OpenAI's dialect mark what
 * a guardrail is to look at.
 */
function encodeOpaque(block: OpaqueBlock, { model, losses }: BlockContext): readonly JsonObject[] {
  const { dialect, value } = block
  if (dialect === 'bedrock') return [value]
  if (dialect === 'openai-chat' && value['type'] === 'guarded_text' && typeof value['text'] === 'string')
    return [{ guardContent: { text: { text: value['text'] } } }]
  const found = findFamily(model) === 'claude' ? findSearchResult(block) : undefined
  if (found !== undefined) {
    const { texts, ...rest } = found
    return [{ searchResult: { ...rest, content: texts.map((text) => ({ text })) } }]
  }
  return dropOpaque(block, "Amazon Bedrock's Converse API", losses)
}
