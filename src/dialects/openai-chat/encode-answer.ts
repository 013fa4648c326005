/** The neutral answer → an OpenAI chat completion. */
import type { AnswerContext } from '../dialect.ts'
import { isObject } from '../json.ts'
import type { Answer, Block, Choice, Json, JsonObject, ReasoningBlock, ToolCallBlock } from '../neutral.ts'
import { findAnnotation } from './annotations.ts'
import { extraContentOf } from './extra-content.ts'
import { encodeFinish } from './finish-reason.ts'
import { encodeReasoning } from './reasoning.ts'
import { encodeUsage } from './usage.ts'

export function encodeAnswer(answer: Answer, context: AnswerContext): JsonObject {
  return {
    id: answer.id || context.id,
    object: 'chat.completion',
    created: answer.created ?? context.created,
    model: context.model,
    choices: answer.choices.map(encodeChoice),
    ...(answer.usage !== undefined && { usage: encodeUsage(answer.usage) }),
    ...(answer.serviceTier !== undefined && { service_tier: answer.serviceTier }),
    ...(answer.extensions?.dialect === 'openai-chat' && answer.extensions.fields),
  }
}

function encodeChoice(choice: Choice): JsonObject {
  const fields = choice.extensions?.dialect === 'openai-chat' ? choice.extensions.fields : {}
  const { message: beside, ...others } = fields
  return {
    index: choice.index,
    message: { ...encodeMessage(choice.content), ...(isObject(beside) && beside) },
    logprobs: choice.logprobs ?? null,
    finish_reason: encodeFinish(choice.stop),
    ...others,
  }
}

function encodeMessage(content: readonly Block[]): JsonObject {
  const texts = content.flatMap((block) => (block.kind === 'text' ? [block.text] : []))
  const refusals = content.flatMap((block) => (block.kind === 'refusal' ? [block.text] : []))
  const calls = content.flatMap(encodeCall)
  const isEmpty = texts.join('') === '' && (calls.length > 0 || refusals.length > 0)
  const audio = content.find(
    (block) => block.kind === 'opaque' && block.dialect === 'openai-chat' && block.value['type'] === 'audio',
  )
  const annotations = annotationsOf(content)
  return {
    role: 'assistant',
    content: isEmpty || (texts.length === 0 && audio !== undefined) ? null : texts.join(''),
    refusal: refusals.length === 0 ? null : refusals.join(''),
    ...encodeReasoning(content.filter((block): block is ReasoningBlock => block.kind === 'reasoning')),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(annotations.length > 0 && { annotations }),
    ...(audio?.kind === 'opaque' && { audio: audio.value['audio'] ?? null }),
  }
}

function annotationsOf(content: readonly Block[]): readonly Json[] {
  let start = 0
  return content.flatMap((block): readonly Json[] => {
    if (block.kind !== 'text') return []
    const [from, to] = [start, start + block.text.length]
    start = to
    if (block.citations === undefined || block.citations.dialect === 'openai-chat') return block.citations?.items ?? []
    return block.citations.items.flatMap((citation) => findAnnotation(citation, from, to) ?? [])
  })
}

function encodeCall(block: Block): readonly JsonObject[] {
  if (block.kind === 'tool_call') return [{ ...encodeToolCall(block), ...extraContentOf(block.signature) }]
  return block.kind === 'opaque' && block.dialect === 'openai-chat' && block.value['type'] === 'custom'
    ? [block.value]
    : []
}

/** A call as it stands in answers and in the history of a request. */
export function encodeToolCall(block: ToolCallBlock): JsonObject {
  return {
    id: block.id,
    type: 'function',
    function: { name: block.name, arguments: block.arguments === '' ? '{}' : block.arguments },
    ...(block.extensions?.dialect === 'openai-chat' && block.extensions.fields),
  }
}
