/**
 * The end of every request: its usage settled and priced, its record given out, its line logged, its place free.
 */
import type { Catalogue } from '../config/catalogue.ts'
import type { Usage } from '../dialects/neutral.ts'
import { costNanoUsd } from './cost.ts'
import type { Api } from './endpoint.ts'
import type { CallExchange, Exchange } from './exchange.ts'
import { settleLimits } from './limits.ts'
import type { Runtime } from './runtime.ts'
import { usageOfFailed } from './settle.ts'
import type { RecordedUsage, UsageRecord } from './usage-record.ts'

/**
 * Takes down what was used by the attempt that served, what each attempt cost, and what all of them cost together:
 * undefined as soon as one of them has a price that is not known.
 */
export function settle(exchange: Exchange, served: RecordedUsage, { byId }: Catalogue): void {
  exchange.usage = served
  const costs = exchange.attempts
    .filter((each) => each.result !== 'skipped')
    .map((attempt) => {
      const isServed = attempt.target === exchange.target && attempt.result !== 'failed'
      const usage: Usage | undefined = isServed ? served : usageOfFailed(attempt, exchange.inputTokens ?? 0)
      return usage === undefined ? 0 : costNanoUsd(usage, byId.get(attempt.target)?.price)
    })
  exchange.attemptCosts = costs.map((each) => each ?? 0)
  const isKnown = costs.every((each) => each !== undefined)
  if (isKnown && served.provenance !== 'none')
    exchange.costNanoUsd = exchange.attemptCosts.reduce((sum, each) => sum + each, 0)
}

/** Ends a model call: charges its limits and budgets, reports it, logs it and gives its place back. */
export function concludeCall(
  exchange: Exchange & { readonly place?: CallExchange['place'] },
  answered: number,
  runtime: Runtime,
): void {
  const { usage, decision, failure } = exchange
  // A stale answer has gone out, whatever came of fetching a new one.
  const status = exchange.cache === 'stale' ? 200 : answered
  if (exchange.endpoint.kind === 'call' && usage.output !== undefined && failure === undefined && decision?.route)
    runtime.expectedOutput.observe(decision.route.rule, usage.output)
  settleLimits(exchange, runtime)
  exchange.spending?.settle(exchange.attemptCosts).catch((error: unknown) => {
    runtime.logger.error({ requestId: exchange.id, err: error }, 'a cost could not be booked')
  })
  const api = apiOf(exchange.endpoint)
  if (api !== undefined) runtime.report(recordOf(exchange, api, status, runtime))
  conclude(exchange, status, runtime)
  exchange.place?.leave()
}

/** By which API a model was called; undefined where none was. */
function apiOf(endpoint: Exchange['endpoint']): Api | undefined {
  if (endpoint.kind === 'task') return endpoint.form.name
  return endpoint.kind === 'call' ? endpoint.api : undefined
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
    ...(exchange.cache === undefined ? {} : { cache: exchange.cache }),
    ...warningsOf(exchange),
    ...findingsOf(exchange),
    ...(exchange.failure === undefined ? {} : { failure: exchange.failure }),
  }
  logger.info(fields, 'request')
}

function recordOf(exchange: Exchange, api: Api, status: number, { environment, policy }: Runtime): UsageRecord {
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
    ...(exchange.cache === undefined ? {} : { cache: exchange.cache }),
    ...warningsOf(exchange),
    status,
    ...findingsOf(exchange),
    ...(exchange.failure === undefined ? {} : { failure: exchange.failure }),
    ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags.map((each) => [each.key, each.value!])) }),
    policy: policy.digest,
  }
}

function warningsOf({ spending }: Exchange): Pick<UsageRecord, 'warnings'> {
  const warnings = spending?.warnings() ?? []
  return warnings.length === 0 ? {} : { warnings }
}

function findingsOf({ guards, taskGuards }: Exchange): Pick<UsageRecord, 'findings'> {
  const findings = (guards ?? taskGuards)?.findings() ?? []
  return findings.length === 0 ? {} : { findings }
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
