/**
 * The walk over a route's steps, for one request.
 *
 * A target that is unfit, or whose circuit is open, is passed over while another can serve. One that was passed
 * over for its circuit, or on the strength of an estimate, is tried after all when nothing else is left: once for each
 * step that made no attempt, so that the plan's number of attempts holds.
 */
import { fieldIn } from '../dialects/field-words.ts'
import { type Call, isTask } from '../dialects/task.ts'
import type { Step } from '../graph/decision.ts'
import { pause } from '../providers/pause.ts'
import type { Provider, SetTimer } from '../providers/provider.ts'
import { type AttemptOptions, type AttemptResult, attempt } from './attempt.ts'
import { attemptTask, type TaskResult } from './attempt-task.ts'
import { hintOf, mayFallBack, mayRetry } from './classify.ts'
import { startClocks } from './clocks.ts'
import { clientOf, type EncodedBody, encodeBody } from './encode.ts'
import { type EncodedTask, encodeTask } from './encode-task.ts'
import { findUnfit, type Needs, needsOf, type Unfit } from './fit.ts'
import {
  type AttemptError,
  type AttemptRecord,
  type DispatchFailure,
  type DispatchRequest,
  type FailedOutcome,
  isTaskRequest,
  type Outcome,
  type TaskOutcome,
  type TaskRequest,
} from './outcome.ts'
import { type Pick, pickTarget, targetsOf } from './pick.ts'
import { retryDelayMs } from './retry.ts'
import type { AttemptFailure } from './send.ts'
import { serveStream } from './served-stream.ts'
import type { Targets } from './targets.ts'

export interface WalkContext {
  readonly providers: ReadonlyMap<string, Provider>
  readonly targets: Targets
  readonly now: () => number
  readonly random: () => number
  readonly setTimer: SetTimer
  readonly pick?: Pick | undefined
  /** Called when a stream that was given out is over. */
  readonly onOver: () => void
}

/** Longest attempt where the route has no `timeout`. */
export const longestAttemptMs = 600_000
/** A provider that asks for a longer wait is not waited for: the next step is taken. */
export const longestRetryWaitMs = 60_000

/** What comes of either kind of call. */
type AnyOutcome = Outcome | TaskOutcome

type Encoded = EncodedBody | EncodedTask

/** What one request has met so far. */
interface Walk {
  readonly request: DispatchRequest | TaskRequest
  readonly context: WalkContext
  readonly needs: Needs
  readonly deadlineAtMs: number
  readonly records: AttemptRecord[]
  /** Targets that are left alone, and why. */
  readonly unfit: Map<string, Unfit>
  readonly cooling: Set<string>
  readonly tried: Set<string>
  readonly encoded: Map<string, Encoded>
  /** The last failure of an attempt that was made. */
  last?: { readonly target: string; readonly failure: AttemptFailure }
}

export async function walkRoute(request: DispatchRequest, context: WalkContext): Promise<Outcome>
export async function walkRoute(request: TaskRequest, context: WalkContext): Promise<TaskOutcome | FailedOutcome>
export async function walkRoute(request: DispatchRequest | TaskRequest, context: WalkContext): Promise<AnyOutcome> {
  const { deadlineMs } = request.route.timeouts
  const walk: Walk = {
    request,
    context,
    needs: needsOf(request.call, request.estimatedInputTokens),
    deadlineAtMs: deadlineMs === undefined ? Number.POSITIVE_INFINITY : context.now() + deadlineMs,
    records: [],
    unfit: new Map(),
    cooling: new Set(),
    tried: new Set(),
    encoded: new Map(),
  }
  const passedOver: Step[] = []
  for (const [index, step] of request.route.steps.entries()) {
    const triedBefore = walk.last
    const outcome = await tryStep(walk, step, index)
    if (outcome) return outcome
    if (walk.last === triedBefore) passedOver.push(step)
  }
  for (const step of passedOver) {
    const target = targetsOf(step).find((each) => isLastResort(walk, each))
    const outcome = target === undefined ? undefined : await tryOnce(walk, target)
    if (outcome) return outcome
    if (isCallers(walk)) break
  }
  return failed(walk, conclusion(walk))
}

/** An outcome where the walk is over, else undefined: the next step. */
async function tryStep(walk: Walk, step: Step, index: number): Promise<AnyOutcome | undefined> {
  const { request, context } = walk
  const { retry } = request.route
  const triedHere = new Set<string>()
  for (let retries = 0; ; retries++) {
    const draw = context.random()
    /** The wait before this target: what a provider asks for holds for the target that asked. */
    const waitFor = (target: string): number | undefined => {
      if (retries === 0) return 0
      const { last } = walk
      const hintMs = last?.target === target && !last.failure.otherKeyReady ? hintOf(last.failure.error) : undefined
      return retry && retryDelayMs(retry, retries, hintMs, draw)
    }
    const target = choose(walk, step, index, { triedHere, waitFor })
    if (target === undefined) return undefined
    const waitMs = waitFor(target)
    if (waitMs === undefined || longestRetryWaitMs < waitMs) return undefined
    if (0 < retries && walk.deadlineAtMs <= context.now() + waitMs) return undefined
    if (0 < waitMs) await pause(waitMs, request.signal, context.setTimer).catch(() => undefined)
    triedHere.add(target)
    const outcome = await tryOnce(walk, target)
    if (outcome) return outcome
    if (walk.unfit.has(target)) {
      // It was not permitted: that was no attempt, and the step may have another target.
      retries--
      continue
    }
    const error = walk.last?.failure.error
    if (retry && error && retries < retry.count && mayRetry(retry.on, error)) continue
    return isCallers(walk) ? failed(walk, conclusion(walk)) : undefined
  }
}

interface Choosing {
  readonly triedHere: ReadonlySet<string>
  readonly waitFor: (target: string) => number | undefined
}

/** The step's target to try now; undefined where another step should serve, or none of this one can. */
function choose(walk: Walk, step: Step, index: number, { triedHere, waitFor }: Choosing): string | undefined {
  const { request, context } = walk
  const { call, estimatedInputTokens, route, stickyKey } = request
  for (;;) {
    const fit = targetsOf(step).filter((target) => isFit(walk, target))
    const ready = fit.filter((target) => context.targets.mayCall(target, context.now() + (waitFor(target) ?? 0)))
    const usable = 0 < ready.length ? ready : laterCanServe(walk, index) ? [] : fit
    for (const target of fit) if (!usable.includes(target) && !walk.tried.has(target)) passOver(walk, target)
    const fresh = usable.filter((target) => !triedHere.has(target))
    const { pick = pickTarget } = context
    const target = pick(step, 0 < fresh.length ? fresh : usable, {
      rule: route.rule,
      draw: context.random(),
      measureOf: (each) => context.targets.measureOf(each, call, estimatedInputTokens),
      ...(stickyKey === undefined ? {} : { stickyKey }),
    })
    if (target === undefined || isExpressible(walk, target)) return target
  }
}

function laterCanServe(walk: Walk, index: number): boolean {
  const { request, context } = walk
  const later = request.route.steps.slice(index + 1).flatMap(targetsOf)
  return later.some((target) => isFit(walk, target) && context.targets.mayCall(target, context.now()))
}

/** Whether the target can take the call, as far as the catalogue tells; one that cannot is recorded once. */
function isFit(walk: Walk, target: string): boolean {
  if (walk.unfit.has(target)) return false
  const { context } = walk
  const found = context.targets.find(target)
  const unfit = context.providers.has(found.provider)
    ? findUnfit(walk.needs, target, found.entry)
    : { field: 'model', message: `there is no provider \`${found.provider}\``, isEstimate: false }
  if (unfit) leaveAlone(walk, target, unfit)
  return !unfit
}

/** Whether the target's dialect can say the call, told by saying it: only for the one that is picked. */
function isExpressible(walk: Walk, target: string): boolean {
  const encoded = encodeFor(walk, target)
  if (encoded && !encoded.ok) leaveAlone(walk, target, { ...encoded.loss, isEstimate: false })
  return encoded?.ok === true
}

function encodeFor(walk: Walk, id: string): Encoded | undefined {
  const known = walk.encoded.get(id)
  if (known) return known
  const target = walk.context.targets.find(id)
  const provider = walk.context.providers.get(target.provider)
  const { request } = walk
  const encoded =
    provider &&
    (isTaskRequest(request) ? encodeTask(request.call, provider, target) : encodeBody(request, provider, target))
  if (encoded) walk.encoded.set(id, encoded)
  return encoded
}

function leaveAlone(walk: Walk, target: string, unfit: Unfit): void {
  const told = { ...unfit, field: fieldIn(clientOf(walk.request), unfit.field) }
  walk.unfit.set(target, told)
  skip(walk, target, told)
}

function passOver(walk: Walk, target: string): void {
  if (walk.cooling.has(target)) return
  walk.cooling.add(target)
  const { targets, now } = walk.context
  const why = targets.isAtRest(target, now()) ? 'has nothing left of its own limits' : 'is cooling down after failures'
  skip(walk, target, { field: 'circuit', message: `\`${target}\` ${why}` })
}

function skip(
  walk: Walk,
  target: string,
  { field, message }: { readonly field: string; readonly message: string },
): void {
  const error: AttemptError = { kind: 'unfit', field, message }
  walk.records.push({ target, startedAtMs: walk.context.now(), durationMs: 0, result: 'skipped', error })
}

/** Whether a target was passed over and may serve after all. */
function isLastResort({ tried, cooling, unfit }: Walk, target: string): boolean {
  return !tried.has(target) && (cooling.has(target) || unfit.get(target)?.isEstimate === true)
}

/** One attempt; an outcome where the walk is over, else undefined and the failure is in `walk.last`. */
async function tryOnce(walk: Walk, id: string): Promise<AnyOutcome | undefined> {
  const { request, context } = walk
  const { route, call, signal } = request
  const { now, targets, setTimer } = context
  if (signal.aborted) return failed(walk, { kind: 'cancelled' })
  const startedAtMs = now()
  if (walk.deadlineAtMs <= startedAtMs) return failed(walk, pastDeadline(walk))
  const target = targets.find(id)
  const provider = context.providers.get(target.provider)
  // A last resort was not looked at before.
  if (!provider || !isExpressible(walk, id)) return undefined
  const encoded = encodeFor(walk, id)
  if (!encoded?.ok) return undefined
  const refusal = await request.permit?.(id, walk.records)
  if (refusal) {
    leaveAlone(walk, id, { ...refusal, isEstimate: false })
    return undefined
  }

  const mode = call.stream ? 'stream' : 'whole'
  const isFirstTarget = walk.tried.size === 0 || walk.tried.values().next().value === id
  walk.tried.add(id)
  const clocks = startClocks(signal, setTimer)
  clocks.start('timeout', route.timeouts.attemptMs ?? longestAttemptMs)
  if (walk.deadlineAtMs < Number.POSITIVE_INFINITY) clocks.start('deadline', walk.deadlineAtMs - startedAtMs)
  targets.begin(id)
  const client = clientOf(request)
  const spoken = 'dialect' in encoded && encoded.dialect.name === client ? client : undefined
  const headers =
    spoken !== undefined || ('format' in encoded && encoded.isClients) ? headersFor(request, isFirstTarget) : {}
  const options = { provider, model: target.model, body: encoded.bytes, headers, timeouts: route.timeouts, clocks }
  const result = await attemptEncoded(call, encoded, options)
  const durationMs = now() - startedAtMs
  const record = (rest: Omit<AttemptRecord, 'target' | 'startedAtMs' | 'durationMs'>) =>
    walk.records.push({ target: id, startedAtMs, durationMs, ...rest })
  const served = { target: id, losses: encoded.losses }

  switch (result.kind) {
    case 'whole':
    case 'task': {
      clocks.release('keep')
      targets.onAnswer(id, mode, durationMs)
      targets.rest(id, result.restMs)
      targets.end(id, { kind: 'served' })
      const { usage } = result.answer
      record({ result: 'served', ...(usage ? { usage } : {}) })
      const { bytes } = result
      if (result.kind === 'task') {
        return { kind: 'task', ...served, attempts: walk.records, answer: result.answer, bytes }
      }
      const raw = spoken === undefined ? {} : { raw: { dialect: spoken, bytes } }
      return { kind: 'whole', ...served, attempts: walk.records, answer: result.answer, ...raw }
    }
    case 'stream': {
      targets.onAnswer(id, mode, durationMs)
      targets.rest(id, result.restMs)
      record({ result: 'served' })
      const frames = serveStream({
        held: result.held,
        reader: result.reader,
        clocks,
        givesBytes: spoken !== undefined,
        redact: provider.redact,
        now,
        setTimer,
        ...(route.timeouts.idleMs === undefined ? {} : { idleMs: route.timeouts.idleMs }),
        onOver: (how) => {
          context.onOver()
          const ms = now() - startedAtMs
          targets.end(
            id,
            how.kind === 'left' ? { kind: 'neutral' } : how.kind === 'failed' ? { ...how, mode, ms } : how,
          )
        },
      })
      return { kind: 'stream', ...served, attempts: walk.records, frames }
    }
    case 'cancelled':
      clocks.release('abort')
      targets.end(id, { kind: 'neutral' })
      record({ result: 'cancelled' })
      return failed(walk, { kind: 'cancelled' })
    case 'failed': {
      clocks.release('abort')
      const { usage } = result
      const error = redacted(result.error, provider)
      targets.end(id, result.otherKeyReady ? { kind: 'neutral' } : { kind: 'failed', error, mode, ms: durationMs })
      record({ result: 'failed', error, ...(usage ? { usage } : {}) })
      walk.last = { target: id, failure: { ...result, error } }
      if (error.kind === 'timeout' && error.clock === 'deadline') return failed(walk, pastDeadline(walk))
      return undefined
    }
  }
}

type Sent = Omit<AttemptOptions, 'dialect' | 'stream' | 'hidesUsage'>

/** Sends what was encoded, and reads the answer as what was asked for. */
function attemptEncoded(
  call: Call,
  encoded: Extract<Encoded, { readonly ok: true }>,
  options: Sent,
): Promise<AttemptResult | TaskResult> {
  if ('format' in encoded) {
    if (!isTask(call)) throw new Error('a conversation was put into the form of a task')
    return attemptTask({ ...options, call, format: encoded.format })
  }
  if (isTask(call)) throw new Error('a task was put into the form of a conversation')
  const { stream, includeUsage } = call
  return attempt({ ...options, dialect: encoded.dialect, stream, hidesUsage: !includeUsage })
}

function redacted(error: AttemptError, { redact }: Provider): AttemptError {
  if (error.kind !== 'upstream') return error
  return { kind: 'upstream', error: { ...error.error, message: redact(error.error.message) } }
}

/** An idempotency key names one request to one target: another target must not see it. */
function headersFor({ headers }: Walk['request'], isFirstTarget: boolean): Readonly<Record<string, string>> {
  if (isFirstTarget) return headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'idempotency-key'))
}

function pastDeadline(walk: Walk): DispatchFailure {
  const ms = walk.request.route.timeouts.deadlineMs
  return { kind: 'deadline', message: `no answer of any target within ${ms} ms` }
}

/** Whether the last failure is the caller's own mistake: no other target will do better. */
function isCallers({ last }: Walk): boolean {
  return last !== undefined && !mayFallBack(last.failure.error)
}

/** What the walk comes to where nothing served. */
function conclusion({ last, unfit, records }: Walk): DispatchFailure {
  if (!last) {
    const [target, why] = [...unfit][0] ?? ['', { field: 'model', message: 'the route has no target' }]
    return { kind: 'inexpressible', field: why.field, message: why.message, target }
  }
  const { error } = last.failure
  if (error.kind === 'upstream' && isCallersAtLast(error))
    return { kind: 'rejected', error: error.error, target: last.target }
  const hints = records.flatMap((record) => (record.error && hintOf(record.error)) ?? [])
  const retryAfterMs = 0 < hints.length ? { retryAfterMs: Math.min(...hints) } : {}
  return { kind: 'exhausted', last: error, target: last.target, ...retryAfterMs }
}

/** The caller's own mistake, or what no target would take: told as the provider said it. */
function isCallersAtLast(error: Extract<AttemptError, { kind: 'upstream' }>): boolean {
  return !mayFallBack(error) || error.error.kind === 'context_length' || error.error.kind === 'content_policy'
}

function failed(walk: Walk, failure: DispatchFailure): FailedOutcome {
  return { kind: 'failed', attempts: walk.records, failure }
}
