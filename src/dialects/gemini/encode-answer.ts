/** The neutral answer → a Gemini generateContent answer. */
import type { AnswerContext } from '../dialect.ts'
import { compact } from '../json.ts'
import { createLosses } from '../losses.ts'
import type { Answer, Block, Choice, JsonObject } from '../neutral.ts'
import { decodeArguments, encodePart, type PartContext } from './encode-part.ts'
import { ownFields } from './extensions.ts'
import { encodeFinish } from './finish-reason.ts'
import { encodeLogprobs } from './logprobs.ts'
import { encodeUsage } from './usage.ts'

export function encodeAnswer(answer: Answer, context: AnswerContext): JsonObject {
  return {
    candidates: answer.choices.map(encodeChoice),
    ...(answer.usage !== undefined && { usageMetadata: encodeUsage(answer.usage) }),
    modelVersion: context.model,
    responseId: answer.id || context.id,
    ...ownFields(answer.extensions),
  }
}

function encodeChoice(choice: Choice): JsonObject {
  return compact({
    content: { parts: choice.content.flatMap(encodeAnswerPart), role: 'model' },
    finishReason: encodeFinish(choice.stop),
    index: choice.index,
    logprobsResult: encodeLogprobs(choice.logprobs),
    ...ownFields(choice.extensions),
  })
}

/** What an answer cannot hold is what no provider answers with. */
const CONTEXT: PartContext = {
  isOwn: true,
  nameOf: () => undefined,
  hasMediaResults: true,
  losses: createLosses(),
}

/** The part that shows a block of an answer to a client. */
export function encodeAnswerPart(block: Block): readonly JsonObject[] {
  switch (block.kind) {
    case 'reasoning':
      // Another provider's signature on no text shows nothing.
      return block.text === '' && block.signature?.dialect !== 'gemini' ? [] : encodePart(block, CONTEXT)
    case 'tool_call':
      // Arguments that were cut off say no object any more; the finish reason says that they were.
      return encodePart(decodeArguments(block.arguments) === undefined ? { ...block, arguments: '' } : block, CONTEXT)
    case 'opaque':
      return block.dialect === 'gemini' ? [block.value] : []
    case 'text':
    case 'refusal':
      return encodePart(block, CONTEXT)
    case 'image':
    case 'audio':
    case 'document':
    case 'tool_result':
      return []
  }
}
