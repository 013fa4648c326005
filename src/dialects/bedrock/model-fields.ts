/**
 * Wishes that this API has no words of its own for, in the words of the model's family:
 * `additionalModelRequestFields`. They are reasoning, top-k, and the beta features that the operator has asked for.
 */
import { encodeThinking } from '../anthropic/thinking.ts'
import type { EncodeOptions } from '../dialect.ts'
import { compact } from '../json.ts'
import type { Losses } from '../losses.ts'
import type { ChatCall, JsonObject, Reasoning } from '../neutral.ts'
import { effortOfBudget } from '../reasoning-effort.ts'
import { findFamily } from './family.ts'

export interface ModelFields {
  readonly fields: JsonObject
  /** The limit on the answer, where reasoning needs one or the call has one. */
  readonly maxTokens?: number
  /** Whether the model reasons in a way that takes no temperature. */
  readonly isThinking: boolean
}

export function encodeModelFields(call: ChatCall, options: EncodeOptions, losses: Losses): ModelFields {
  const limit = call.maxTokens === undefined ? {} : { maxTokens: call.maxTokens }
  const plain = (fields: JsonObject): ModelFields => ({ fields, ...limit, isThinking: false })
  const { topK } = call
  switch (findFamily(options.model)) {
    case 'claude': {
      const { thinking, effort, maxTokens, isOn } = encodeThinking(call, options, losses)
      const output = effort === undefined ? undefined : { effort }
      const betas = options.betas?.length ? options.betas : undefined
      const fields: JsonObject = compact({ thinking, output_config: output, top_k: topK, anthropic_beta: betas })
      return { fields, ...(isOn ? { maxTokens } : limit), isThinking: isOn }
    }
    case 'nova':
      noteReasoning(call, losses)
      return plain(novaTopK(topK))
    case 'nova-2': {
      const effort = effortOf(call.reasoning)
      const type = effort === 'none' ? 'disabled' : 'enabled'
      const how =
        effort === undefined
          ? {}
          : { reasoningConfig: { type, ...(effort !== 'none' && { maxReasoningEffort: effort }) } }
      return plain({ ...how, ...novaTopK(topK) })
    }
    case 'gpt-oss':
      noteTopK(call, losses)
      return plain(wordFor('reasoning_effort', call.reasoning))
    case 'qwen':
      return plain({ ...wordFor('reasoning_config', call.reasoning), ...(topK !== undefined && { top_k: topK }) })
    case 'other':
      noteReasoning(call, losses)
      noteTopK(call, losses)
      return plain({})
  }
}

const novaTopK = (topK: number | undefined): JsonObject => (topK === undefined ? {} : { inferenceConfig: { topK } })

/** An effort in one word; a model that is told nothing reasons as it likes. */
function wordFor(field: string, reasoning: Reasoning | undefined): JsonObject {
  const effort = effortOf(reasoning)
  return effort === undefined || effort === 'none' ? {} : { [field]: effort }
}

/** One of the three words that these families know, `none`, or undefined where nothing is asked. */
function effortOf(reasoning: Reasoning | undefined): 'none' | 'low' | 'medium' | 'high' | undefined {
  if (reasoning === undefined) return undefined
  const { effort, budgetTokens, enabled } = reasoning
  if (enabled === false || effort === 'none') return 'none'
  switch (effort) {
    case 'minimal':
    case 'low':
      return 'low'
    case 'high':
    case 'xhigh':
    case 'max':
      return 'high'
    case undefined:
      return budgetTokens === undefined ? 'medium' : effortOfBudget(budgetTokens)
    default:
      return 'medium'
  }
}

function noteReasoning({ reasoning }: ChatCall, losses: Losses): void {
  const effort = effortOf(reasoning)
  if (effort !== undefined && effort !== 'none')
    losses.add('reasoning_effort', 'how hard this model should reason cannot be said to Amazon Bedrock')
}

function noteTopK({ topK }: ChatCall, losses: Losses): void {
  if (topK !== undefined) losses.add('top_k', '`top_k` cannot be said to this model of Amazon Bedrock')
}
