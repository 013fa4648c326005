/** The neutral answer → a legacy completion: the text of each choice, whatever else there is of it. */
import type { AnswerContext } from '../dialect.ts'
import type { Answer, Choice, JsonObject } from '../neutral.ts'
import { encodeFinish } from '../openai-chat/finish-reason.ts'
import { encodeUsage } from '../openai-chat/usage.ts'
import { legacyLogprobs } from './choice.ts'

export function encodeAnswer(answer: Answer, context: AnswerContext): JsonObject {
  return {
    id: answer.id || context.id,
    object: 'text_completion',
    created: answer.created ?? context.created,
    model: context.model,
    choices: answer.choices.map(encodeChoice),
    ...(answer.usage !== undefined && { usage: encodeUsage(answer.usage) }),
  }
}

function encodeChoice({ index, content, stop, logprobs }: Choice): JsonObject {
  const texts = content.flatMap((block) => (block.kind === 'text' || block.kind === 'refusal' ? [block.text] : []))
  return {
    text: texts.join(''),
    index,
    logprobs: legacyLogprobs(logprobs, 0),
    finish_reason: encodeFinish(stop),
  }
}
