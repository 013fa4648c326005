/**
 * What a call needs of its target, against what the catalogue says that the target can do. Where the catalogue is
 * silent nothing is concluded.
 */
import type { Capability, CatalogueEntry } from '../config/catalogue.ts'
import { kindsIn } from '../dialects/block-kinds.ts'
import type { ChatCall } from '../dialects/neutral.ts'
import { type Call, isTask, type TaskCall } from '../dialects/task.ts'

/** What a target lacks: the field of the call that asks for it, and a sentence. */
export interface Unfit {
  readonly field: string
  readonly message: string
  /** Found by an estimate: the target itself may judge otherwise. */
  readonly isEstimate: boolean
}

interface Need {
  readonly capability: Capability
  readonly field: string
}

export interface Needs {
  readonly capabilities: readonly Need[]
  /** Input and answer together, by estimate. */
  readonly tokens: number
}

export function needsOf(call: Call, estimatedInputTokens: number): Needs {
  return isTask(call) ? needsOfTask(call) : needsOfChat(call, estimatedInputTokens)
}

/** Nothing is concluded of sizes: a task is many texts, of which each has the context to itself. */
function needsOfTask({ capability }: TaskCall): Needs {
  return { capabilities: capability === undefined ? [] : [{ capability, field: 'model' }], tokens: 0 }
}

function needsOfChat(call: ChatCall, estimatedInputTokens: number): Needs {
  const kinds = new Set(call.messages.flatMap((message) => message.content.flatMap(kindsIn)))
  const { reasoning } = call
  const wantsReasoning =
    reasoning !== undefined &&
    (reasoning.enabled ??
      ((reasoning.effort !== undefined && reasoning.effort !== 'none') || reasoning.budgetTokens !== undefined))
  const needs: readonly (readonly [boolean, Need])[] = [
    [0 < call.tools.length, { capability: 'tools', field: 'tools' }],
    [kinds.has('image'), { capability: 'vision', field: 'messages' }],
    [kinds.has('audio'), { capability: 'audio', field: 'messages' }],
    [kinds.has('document'), { capability: 'documents', field: 'messages' }],
    [call.responseFormat?.kind === 'json_schema', { capability: 'json_schema', field: 'response_format' }],
    [wantsReasoning, { capability: 'reasoning', field: 'reasoning' }],
  ]
  return {
    capabilities: needs.filter(([isNeeded]) => isNeeded).map(([, need]) => need),
    tokens: estimatedInputTokens + (call.maxTokens ?? 0),
  }
}

/** The first need that the target does not meet, or undefined where it fits or is not known. */
export function findUnfit(needs: Needs, target: string, entry: CatalogueEntry | undefined): Unfit | undefined {
  const { capabilities, context } = entry ?? {}
  const missing = capabilities && needs.capabilities.find((need) => !capabilities.includes(need.capability))
  if (missing) {
    return {
      field: missing.field,
      message: `\`${target}\` has no capability \`${missing.capability}\``,
      isEstimate: false,
    }
  }
  if (context !== undefined && context < needs.tokens) {
    const message = `about ${needs.tokens} tokens are asked of \`${target}\`, which has a context of ${context}`
    return { field: 'messages', message, isEstimate: true }
  }
  return undefined
}

/** Tokens of an answer to a call that sets no limit, for comparing prices. */
const typicalOutputTokens = 500

/** What the call would cost at this target, in nano-dollars; undefined where its price is not known. */
export function costAt(call: Call, inputTokens: number, entry: CatalogueEntry | undefined): number | undefined {
  if (!entry?.price) return undefined
  const { input, output, request, image, search } = entry.price
  const {
    output: outputTokens = 0,
    images = 0,
    searches = 0,
  } = isTask(call) ? (call.expects ?? {}) : { output: call.maxTokens ?? typicalOutputTokens }
  const pieces = (request ?? 0) + images * (image ?? 0) + searches * (search ?? 0)
  return (input * inputTokens + output * outputTokens) / 1_000_000 + pieces
}
