/**
 * Step 6, the guards of a call: the request passes them before anything is counted or sent, and its answer before the client
 * sees anything of it.
 */
import type { Answer, ChatCall } from '../dialects/neutral.ts'
import type { TaskCall } from '../dialects/task.ts'
import { type CallGuardOptions, openCallGuards, openTaskGuards, type RequestOutcome } from '../guards/guards.ts'
import type { JudgeProblem } from '../guards/verdict.ts'
import type { Granted } from './decide.ts'
import type { CallExchange, PlacedExchange, Step, TaskExchange } from './exchange.ts'
import { done, failed } from './exchange.ts'
import { hidesText } from './hidden-text.ts'
import type { ReadCall, ReadTask } from './read-call.ts'
import type { Runtime } from './runtime.ts'

export interface GuardedRequest {
  readonly call: ChatCall
  /** Whether the client's bytes may not be sent: anything was replaced, or they hold what no guard has seen. */
  readonly changed: boolean
}

export async function guardRequest(
  exchange: CallExchange,
  { call, body, bytes }: ReadCall,
  { guards }: Granted,
  runtime: Runtime,
): Promise<Step<GuardedRequest>> {
  const opened = openCallGuards(runtime.guards, guards, call, optionsOf(exchange, runtime))
  if (opened === undefined) return done({ call, changed: false })
  exchange.guards = opened
  const outcome = await opened.request(body)
  switch (outcome.kind) {
    case 'passed': {
      const field = opened.answer() === undefined ? undefined : findUnguarded(outcome.call)
      return field === undefined
        ? done({ call: outcome.call, changed: outcome.isChanged || hidesText(bytes, body) })
        : failed({ kind: 'unguarded', field, rules: [...new Set(guards.map((each) => each.rule))] })
    }
    case 'blocked':
    case 'failed':
      return stopped(exchange, outcome, runtime)
  }
}

/** The task as it may be sent on. What no guard can look at, though one must, ends the request. */
export async function guardTaskRequest(
  exchange: TaskExchange,
  { call, body, bytes }: ReadTask,
  { guards }: Granted,
  runtime: Runtime,
): Promise<Step<TaskCall>> {
  const opened = openTaskGuards(runtime.guards, guards, call, optionsOf(exchange, runtime))
  if (opened === undefined) return done(call)
  exchange.taskGuards = opened
  const rules = [...new Set(guards.map((each) => each.rule))]
  if (opened.seesRequest && call.unreadable !== undefined) {
    return failed({ kind: 'unguarded', field: call.unreadable, rules, side: 'request' })
  }
  const outcome = await opened.request()
  if (outcome.kind !== 'passed') return stopped(exchange, outcome, runtime)
  const field = opened.seesAnswer() ? exchange.endpoint.form.findUnguarded(outcome.call) : undefined
  if (field !== undefined) return failed({ kind: 'unguarded', field, rules })
  const { bytes: _, ...unsent } = outcome.call
  return done(outcome.isChanged || hidesText(bytes, body) ? unsent : outcome.call)
}

function optionsOf(exchange: PlacedExchange, runtime: Runtime): CallGuardOptions {
  return {
    requestId: exchange.id,
    signal: exchange.place.abort.signal,
    onProblem: (problem) => {
      exchange.isUnjudged = true
      tellProblem(exchange, problem, runtime)
    },
  }
}

/** A request that its guards do not let through. */
function stopped(
  exchange: PlacedExchange,
  outcome: Exclude<RequestOutcome, { readonly kind: 'passed' }>,
  runtime: Runtime,
) {
  if (outcome.kind === 'failed') return checkFailed(exchange, outcome.problem, runtime)
  const { rule, detector } = outcome.blocked
  exchange.rule = rule
  return failed({ kind: 'blocked', rule, detector, ...(outcome.where === undefined ? {} : { where: outcome.where }) })
}

/** What of an answer no guard can look at: the call may not ask for it where one must. */
function findUnguarded(call: ChatCall): string | undefined {
  // They spell the text out once more, token by token.
  if (call.logprobs !== undefined) return 'logprobs'
  const modalities = call.extensions?.fields['modalities']
  const asksForSound = Array.isArray(modalities) && modalities.includes('audio')
  return asksForSound ? 'modalities' : undefined
}

/** A whole answer as it may go out. */
export async function guardWholeAnswer(
  exchange: CallExchange,
  answer: Answer,
  runtime: Runtime,
): Promise<Step<Answer>> {
  const outcome = await exchange.guards?.answer()?.whole(answer)
  switch (outcome?.kind) {
    case undefined:
      return done(answer)
    case 'passed':
      return done(outcome.answer)
    case 'blocked':
      exchange.rule = outcome.blocked.rule
      exchange.failure = 'blocked'
      return done(outcome.answer)
    case 'failed':
      return checkFailed(exchange, outcome.problem, runtime)
  }
}

function checkFailed(exchange: PlacedExchange, problem: JudgeProblem, runtime: Runtime) {
  tellProblem(exchange, problem, runtime)
  return failed({ kind: 'guard', rule: problem.rule, detector: problem.detector })
}

function tellProblem({ id }: PlacedExchange, { rule, detector, message }: JudgeProblem, { logger }: Runtime): void {
  logger.warn({ requestId: id, rule, detector, reason: message }, 'a guard could not be asked')
}
