/**
 * How hard to think, as `thinkingConfig` says it: by a level from the third generation on, by a budget of tokens
 * before. What the client said in this dialect goes on as it came; for the words of others thoughts are asked for as
 * well, since their clients are shown them.
 *
 * Levels are the nearest that cost no less: `xhigh` and `max` are `high`, and `minimal` is `low` where a model knows
 * no `minimal`. A budget is kept within what the model takes. That thinking cannot be turned off is a loss.
 */
import type { EncodeOptions } from '../dialect.ts'
import { isObject } from '../json.ts'
import type { Losses } from '../losses.ts'
import type { JsonObject, Reasoning } from '../neutral.ts'
import { effortOfBudget, findBudgetTokens } from '../reasoning-effort.ts'
import { ownFields } from './extensions.ts'
import { isThirdGeneration, versionOf } from './model-version.ts'

export function encodeThinking(
  reasoning: Reasoning | undefined,
  { model }: EncodeOptions,
  losses: Losses,
): JsonObject | undefined {
  if (reasoning === undefined) return undefined
  const own = ownFields(reasoning.extensions)['thinkingConfig']
  if (isObject(own)) return own
  const { effort, budgetTokens } = reasoning
  const isOff = effort === 'none' || reasoning.enabled === false
  // What other dialects say when nothing is asked for needs no saying to a model that does not think.
  const version = versionOf(model)
  if (version !== undefined && version < 250) {
    if (!isOff) losses.add('reasoning_effort', `\`${model}\` does not reason`)
    return undefined
  }
  if (isThirdGeneration(model)) return encodeLevel(reasoning, model, isOff, losses)
  const range = rangeOf(model)
  if (isOff) {
    if (range.least === 0 || model.includes('lite')) return { thinkingBudget: 0 }
    noteAlwaysOn(reasoning, model, losses)
    return { thinkingBudget: range.least }
  }
  const wanted = budgetTokens ?? (effort === undefined ? undefined : findBudgetTokens(effort))
  if (wanted === undefined) {
    if (effort !== undefined) noteUnknown(effort, losses)
    return { includeThoughts: true }
  }
  return { includeThoughts: true, thinkingBudget: Math.min(range.most, Math.max(range.least, wanted)) }
}

function encodeLevel(reasoning: Reasoning, model: string, isOff: boolean, losses: Losses): JsonObject | undefined {
  const least = model.includes('pro') ? 'low' : 'minimal'
  if (isOff) {
    noteAlwaysOn(reasoning, model, losses)
    return { thinkingLevel: least }
  }
  const { budgetTokens } = reasoning
  const effort = reasoning.effort ?? (budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens))
  switch (effort) {
    case undefined:
      return { includeThoughts: true }
    case 'minimal':
      return { includeThoughts: true, thinkingLevel: least }
    case 'low':
    case 'medium':
    case 'high':
      return { includeThoughts: true, thinkingLevel: effort }
    case 'xhigh':
    case 'max':
      return { includeThoughts: true, thinkingLevel: 'high' }
    default:
      noteUnknown(effort, losses)
      return { includeThoughts: true }
  }
}

/** Anthropic's `disabled` is what holds there without a word; that a model thinks all the same loses nothing said. */
function noteAlwaysOn(reasoning: Reasoning, model: string, losses: Losses): void {
  if (reasoning.effort === 'none') losses.add('reasoning_effort', `reasoning of \`${model}\` cannot be turned off`)
}

function noteUnknown(effort: string, losses: Losses): void {
  losses.add('reasoning_effort', `the effort \`${effort.slice(0, 40)}\` is not known`)
}

/** Budgets that the models of the second generation take (Google's documents on thinking). */
function rangeOf(model: string): { readonly least: number; readonly most: number } {
  if (model.includes('flash-lite')) return { least: 512, most: 24_576 }
  if (model.includes('flash')) return { least: 0, most: 24_576 }
  return { least: 128, most: 32_768 }
}
