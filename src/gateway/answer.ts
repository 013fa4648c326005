/**
 * Step 9, the answer: what came of the route, in the client's dialect, whole or as a stream.
 */
import { isRepeatable } from '../cache/is-repeatable.ts'
import type { AnswerContext } from '../dialects/dialect.ts'
import type { Answer, Usage } from '../dialects/neutral.ts'
import { isTask } from '../dialects/task.ts'
import type { StreamOutcome, WholeOutcome } from '../dispatch/outcome.ts'
import { AnswerStream } from './answer-stream.ts'
import { concludeCall, settle } from './conclude.ts'
import { formatUsd } from './cost.ts'
import type { CallApi } from './endpoint.ts'
import type { CallExchange, Step } from './exchange.ts'
import { done } from './exchange.ts'
import { guardWholeAnswer } from './guards.ts'
import { exchangeHeaders } from './headers.ts'
import { jsonArrayOf } from './json-array.ts'
import type { GatewayResponse } from './request.ts'
import type { Runtime } from './runtime.ts'
import { charactersIn, settlePartialUsage, settleUsage, tokensOfCharacters } from './settle.ts'

export interface AnswerInput<O> {
  readonly outcome: O
  readonly estimatedInputTokens: number
}

export async function answerWhole(
  exchange: CallExchange,
  input: AnswerInput<WholeOutcome>,
  runtime: Runtime,
): Promise<Step<GatewayResponse>> {
  const { answer, raw, target, attempts, losses } = input.outcome
  exchange.target = target
  exchange.attempts = attempts
  exchange.losses = losses
  const estimate = { input: input.estimatedInputTokens, output: tokensOfCharacters(charactersIn(answer)) }
  settle(exchange, settleUsage(answer.usage, estimate), runtime.policy.config.catalogue)
  const guarded = await guardWholeAnswer(exchange, answer, runtime)
  if (!guarded.ok) return guarded
  const body =
    raw?.dialect === exchange.dialect.name && guarded.value === answer
      ? raw.bytes
      : JSON.stringify(
          exchange.dialect.encodeAnswer(
            withUsage(guarded.value, exchange, estimate),
            contextOf(exchange, answer.model || undefined, input.estimatedInputTokens),
          ),
        )
  const headers = { ...exchangeHeaders(exchange, runtime.policy.digest), 'content-type': 'application/json' }
  // A client that left while the call was drained gets nothing, though all of it was used.
  const hasLeft = exchange.request.signal.aborted
  if (hasLeft) exchange.failure = 'client_gone'
  exchange.isRepeatable = isRepeatable(answer) && isSound(exchange)
  concludeCall(exchange, hasLeft ? 499 : 200, runtime)
  return done({ status: 200, headers, body })
}

/** Whether nothing went wrong with the answer, and everything that must look at it has. */
function isSound({ failure, isUnjudged }: CallExchange): boolean {
  return failure === undefined && isUnjudged !== true
}

/** A dialect that cannot leave usage out shows the estimate rather than a zero that nobody counted. */
function withUsage(answer: Answer, { dialect }: CallExchange, estimate: Usage): Answer {
  if (dialect.name !== 'anthropic' || answer.usage?.output !== undefined) return answer
  return { ...answer, usage: { ...estimate, ...answer.usage } }
}

export function answerStream(
  exchange: CallExchange,
  input: AnswerInput<StreamOutcome>,
  runtime: Runtime,
): GatewayResponse {
  const { frames, target, attempts, losses } = input.outcome
  exchange.target = target
  exchange.attempts = attempts
  exchange.losses = losses
  const { onDisconnect, catalogue } = runtime.policy.config
  const guards = exchange.guards?.answer()
  const isArray = exchange.endpoint.address?.isArray === true
  const events = new AnswerStream({
    frames,
    ...(guards === undefined ? {} : { guard: guards.stream() }),
    encoderFor: (model) => exchange.dialect.encodeStream(contextOf(exchange, model, input.estimatedInputTokens)),
    ...(exchange.dialect.name === 'anthropic'
      ? { usageUnlessSaid: (output: number) => ({ input: input.estimatedInputTokens, output }) }
      : {}),
    drainMs: onDisconnect.kind === 'drain' ? onDisconnect.ms : 0,
    setTimer: runtime.environment.setTimer,
    cancel: () => exchange.place.abort.abort(),
    onFirstContent: () => {
      exchange.firstTokenMs = runtime.environment.now() - exchange.startedAtMs
    },
    onEnd: (end) => {
      const estimate = { input: input.estimatedInputTokens, output: end.outputTokens }
      const usage = end.isWhole ? settleUsage(end.usage, estimate) : settlePartialUsage(end.usage, estimate)
      settle(exchange, usage, catalogue)
      if (end.kind !== 'complete') exchange.failure = end.kind === 'failed' ? 'stream_failed' : 'client_gone'
      exchange.isRepeatable = end.isWhole && end.isRepeatable && isSound(exchange)
      concludeCall(exchange, end.kind === 'client_gone' ? 499 : 200, runtime)
    },
    onBug: (error) => runtime.logger.error({ requestId: exchange.id, err: error }, 'encoding an answer failed'),
  })
  return {
    status: 200,
    headers: {
      ...exchangeHeaders(exchange, runtime.policy.digest),
      'content-type': isArray ? 'application/json' : 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
    body: isArray ? jsonArrayOf(events) : events,
    trailers: (): Readonly<Record<string, string>> =>
      exchange.costNanoUsd === undefined ? {} : { 'x-policyc-cost': formatUsd(exchange.costNanoUsd) },
  }
}

/** How an answer's id begins where the provider gave none; Google's have no such beginning. */
const idPrefixes: Readonly<Record<CallApi, string>> = {
  chat: 'chatcmpl-',
  completions: 'cmpl-',
  responses: 'resp_',
  messages: 'msg_',
}

/** The model shown is the provider's own name for it, else the target's: what answered, not what was asked for. */
function contextOf(exchange: CallExchange, model: string | undefined, estimatedInputTokens: number): AnswerContext {
  const target = exchange.target!
  const call = exchange.call === undefined || isTask(exchange.call) ? undefined : exchange.call
  return {
    model: model ?? target.slice(target.indexOf('/') + 1),
    id: `${exchange.dialect.name === 'gemini' ? '' : idPrefixes[exchange.endpoint.api]}${exchange.id}`,
    ...(call === undefined ? {} : { call }),
    created: Math.floor(exchange.startedAtMs / 1000),
    includeUsage: call?.includeUsage ?? true,
    estimatedInputTokens,
  }
}
