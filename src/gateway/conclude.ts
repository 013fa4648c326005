/**
 * The end of every request: its usage settled and priced, its record given out, its line logged, its place free.
 */
import type { Catalogue } from '../config/catalogue.ts'
import type { Usage } from '../dialects/neutral.ts'
import { costNanoUsd } from './cost.ts'
import type { CallApi } from './endpoint.ts'
import type { CallExchange, Exchange } from './exchange.ts'
import type { Runtime } from './runtime.ts'
import type { RecordedUsage, UsageRecord } from './usage-record.ts'

/**
 * Takes down what was used by the attempt that served, and what all attempts cost together: undefined as soon
 * as one of them has a price that is not known.
 */
export function settle(exchange: Exchange, served: RecordedUsage, { entries: _, byId }: Catalogue): void {
  exchange.usage = served
  let sum: number | undefined = 0
  for (const attempt of exchange.attempts) {
    const usage: Usage | undefined =
      attempt.target === exchange.target && attempt.result !== 'failed' ? served : attempt.usage
    if (usage === undefined || attempt.result === 'skipped') continue
    const cost = costNanoUsd(usage, byId.get(attempt.target)?.price)
    sum = sum === undefined || cost === undefined ? undefined : sum + cost
  }
  if (sum !== undefined && served.provenance !== 'none') exchange.costNanoUsd = sum
}

/** Ends a model call: reports it, logs it and gives its place back. */
export function concludeCall(
  exchange: Exchange & { readonly place?: CallExchange['place'] },
  status: number,
  runtime: Runtime,
): void {
  if (exchange.endpoint.kind === 'call') runtime.report(recordOf(exchange, exchange.endpoint.api, status, runtime))
  conclude(exchange, status, runtime)
  exchange.place?.leave()
}

/** Logs the one line of a request. */
export function conclude(exchange: Exchange, status: number, { logger, environment }: Runtime): void {
  const { request, caller, call, usage, attempts } = exchange
  const fields = {
    requestId: exchange.id,
    method: request.method,
    path: request.path.slice(0, 200),
    status,
    durationMs: environment.now() - exchange.startedAtMs,
    ...(exchange.firstTokenMs === undefined ? {} : { firstTokenMs: exchange.firstTokenMs }),
    ...(caller === undefined ? {} : { caller: caller.id, callerKind: caller.kind }),
    ...(call === undefined ? {} : { model: call.model.slice(0, 200), stream: call.stream }),
    ...(exchange.rule === undefined ? {} : { rule: exchange.rule }),
    ...(exchange.target === undefined ? {} : { target: exchange.target.slice(0, 256) }),
    ...(attempts.length === 0 ? {} : { attempts: attempts.length }),
    ...(usage.provenance === 'none'
      ? {}
      : { inputTokens: usage.input, outputTokens: usage.output, provenance: usage.provenance }),
    ...(exchange.costNanoUsd === undefined ? {} : { costNanoUsd: exchange.costNanoUsd }),
    ...(exchange.failure === undefined ? {} : { failure: exchange.failure }),
  }
  logger.info(fields, 'request')
}

function recordOf(
  exchange: Exchange,
  api: CallApi,
  status: number,
  { environment, policy }: Runtime,
): UsageRecord {
  const { caller, call, decision } = exchange
  const tags = (decision?.log.tags ?? []).filter((each) => each.value !== undefined)
  return {
    requestId: exchange.id,
    startedAtMs: exchange.startedAtMs,
    durationMs: environment.now() - exchange.startedAtMs,
    ...(exchange.firstTokenMs === undefined ? {} : { firstTokenMs: exchange.firstTokenMs }),
    api,
    ...(call === undefined ? {} : { model: call.model, stream: call.stream }),
    ...(caller === undefined ? {} : { caller: idsOf(caller) }),
    ...(exchange.rule === undefined ? {} : { rule: exchange.rule }),
    ...(exchange.target === undefined ? {} : { target: exchange.target }),
    attempts: exchange.attempts,
    ...(exchange.losses.length === 0 ? {} : { losses: exchange.losses }),
    usage: exchange.usage,
    ...(exchange.costNanoUsd === undefined ? {} : { costNanoUsd: exchange.costNanoUsd }),
    status,
    ...(exchange.failure === undefined ? {} : { failure: exchange.failure }),
    ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags.map((each) => [each.key, each.value!])) }),
    policy: policy.digest,
  }
}

function idsOf({
  id,
  kind,
  key,
  org,
  team,
  user,
}: NonNullable<Exchange['caller']>): NonNullable<UsageRecord['caller']> {
  return {
    id,
    kind,
    ...(key === undefined ? {} : { key }),
    ...(org === undefined ? {} : { org }),
    ...(team === undefined ? {} : { team }),
    ...(user === undefined ? {} : { user }),
  }
}
