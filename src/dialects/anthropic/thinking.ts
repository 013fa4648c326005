/**
 * How hard to think, as an Anthropic request says it, and the limit on the answer that goes with it.
 *
 * Older models take a budget of tokens (at least 1,024 and below `max_tokens`), newer ones (4.6 and later) adapt
 * and take an effort. What the client said in this dialect goes on as it came, but for a budget that a lowered
 * `max_tokens` no longer leaves room for. Thinking and some other wishes exclude each other; then thinking yields:
 * - beside a forced tool choice it is left out, as a loss;
 * - in the middle of a tool loop whose first turn has no thinking of this dialect it is left out silently: the API
 *   refuses such a history with thinking on, and an agent that changed providers between two steps must go on.
 */
import type { EncodeOptions } from '../dialect.ts'
import { finiteNumber, isObject } from '../json.ts'
import type { Losses } from '../losses.ts'
import type { ChatCall, JsonObject, Reasoning } from '../neutral.ts'
import { findBudgetTokens } from '../reasoning-effort.ts'

export interface Thinking {
  readonly thinking?: JsonObject
  readonly effort?: string
  readonly maxTokens: number
  readonly isOn: boolean
}

const LEAST_BUDGET = 1024
/** For a model that cannot adapt by itself: what `medium` stands for. */
const ADAPTED_BUDGET = 8192

export function encodeThinking(call: ChatCall, options: EncodeOptions, losses: Losses): Thinking {
  const { reasoning } = call
  const maxTokens = call.maxTokens ?? options.defaultMaxTokens
  const off: Thinking = { maxTokens, isOn: false }
  if (reasoning === undefined) return off
  if (reasoning.extensions?.dialect === 'anthropic') return encodeOwn(call, reasoning, maxTokens, options, losses)
  const isByEffort = (options.thinking ?? findKind(options.model)) === 'effort'
  if (reasoning.effort === 'none' || reasoning.enabled === false)
    return isByEffort ? { ...off, thinking: { type: 'disabled' } } : off
  if (call.toolChoice?.kind === 'required' || call.toolChoice?.kind === 'tool') {
    losses.add(
      'reasoning_effort',
      "reasoning cannot be had together with a forced tool choice in Anthropic's Messages API",
    )
    return off
  }
  const effort = reasoning.effort
  if (isByEffort)
    return {
      ...off,
      thinking: { type: 'adaptive' },
      ...(effort !== undefined && { effort: fitEffort(effort, options.model) }),
      isOn: true,
    }
  if (isAmidToolLoop(call)) return off
  const wanted = reasoning.budgetTokens ?? (effort === undefined ? undefined : findBudgetTokens(effort))
  if (wanted === undefined) {
    losses.add('reasoning_effort', `the effort \`${String(effort).slice(0, 40)}\` is not known`)
    return off
  }
  return withBudget(
    { type: 'enabled' },
    wanted,
    call.maxTokens ?? wanted + options.defaultMaxTokens,
    losses,
    'reasoning_effort',
  )
}

function encodeOwn(
  call: ChatCall,
  reasoning: Reasoning,
  maxTokens: number,
  options: EncodeOptions,
  losses: Losses,
): Thinking {
  const said = reasoning.extensions?.fields['thinking']
  // The client chose its words for the model it named; another one may not know them.
  const given = isObject(said) && call.model !== options.model ? translated(said, options) : said
  const effort = reasoning.effort === undefined ? {} : { effort: reasoning.effort }
  if (!isObject(given)) return { maxTokens, isOn: false, ...effort }
  const budget = finiteNumber(given['budget_tokens'])
  if (budget === undefined || budget < maxTokens)
    return { thinking: given, maxTokens, isOn: reasoning.enabled === true, ...effort }
  return { ...withBudget(given, budget, maxTokens, losses, 'thinking.budget_tokens'), ...effort }
}

/** A budget for a model that adapts, and the other way round; what both kinds know stays. */
function translated(given: JsonObject, options: EncodeOptions): JsonObject {
  const { type, budget_tokens: _budget, ...rest } = given
  const kind = options.thinking ?? findKind(options.model)
  if (type === 'enabled' && kind === 'effort') return { type: 'adaptive', ...rest }
  return type === 'adaptive' && kind === 'budget' ? { type: 'enabled', budget_tokens: ADAPTED_BUDGET } : given
}

/** The budget must leave room for the answer; where the limit is too low for any, thinking is lost. */
function withBudget(thinking: JsonObject, wanted: number, maxTokens: number, losses: Losses, field: string): Thinking {
  const budget = Math.min(wanted, maxTokens - 1)
  if (budget < LEAST_BUDGET) {
    losses.add(field, `reasoning takes at least ${LEAST_BUDGET} tokens, and the limit of the answer is ${maxTokens}`)
    return { maxTokens, isOn: false }
  }
  return { thinking: { ...thinking, budget_tokens: budget }, maxTokens, isOn: true }
}

/** Whether the last turn's calls are being answered and that turn does not begin with thinking of this dialect. */
function isAmidToolLoop(call: ChatCall): boolean {
  if (!call.messages.at(-1)?.content.some(({ kind }) => kind === 'tool_result')) return false
  const turn = call.messages.findLast(({ role }) => role === 'assistant')
  return !turn?.content.some(
    (block) => block.kind === 'reasoning' && (block.signature ?? block.redacted)?.dialect === 'anthropic',
  )
}

/** The version in names such as `claude-opus-4-6`, `claude-sonnet-4-5-20250929`, `anthropic.claude-opus-4-7-v1:0`. */
function versionOf(model: string): number | undefined {
  const match = /claude-[a-z]{2,20}-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model)
  return match === null ? undefined : Number(match[1]) * 100 + Number(match[2] ?? 0)
}

/** How the model is told to think, where its name tells. */
function findKind(model: string): 'budget' | 'effort' | undefined {
  const version = versionOf(model)
  if (version === undefined) return /claude-3|claude-v?2/.test(model) ? 'budget' : undefined
  return 406 <= version ? 'effort' : 'budget'
}

/** `minimal` is OpenAI's alone, and 4.6 knows no `xhigh`: the nearest that costs no more. */
function fitEffort(effort: string, model: string): string {
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' && (versionOf(model) ?? 407) < 407 ? 'high' : effort
}
