/**
 * The guards of a gateway, and of one call on its way through them: first the request, then the answer, whole or
 * streamed. Detectors go first and see everything; checks that judge a whole text are shown what detectors have left,
 * which is what would be sent on.
 */
import type { GatewayConfig } from '../config/config.ts'
import type { Answer, ChatCall, Json, StreamEvent } from '../dialects/neutral.ts'
import { type TaskCall, textOfTask } from '../dialects/task.ts'
import { textOf } from '../dialects/text.ts'
import type { Guard } from '../graph/decision.ts'
import { type AnswerText, textOfAnswer, textOfEvents } from './answer-text.ts'
import { builtInDetectors } from './built-in-detectors.ts'
import { customDetectors } from './custom-detectors.ts'
import type { Blocked, Finding } from './findings.ts'
import { guardAnswer, refusedAnswer } from './guard-answer.ts'
import { type GuardedCall, guardCall } from './guard-call.ts'
import { blockedError, createStreamGuard } from './guard-stream.ts'
import { guardTask } from './guard-task.ts'
import type { Guarding } from './guarded-text.ts'
import { hidesMatches } from './hidden-texts.ts'
import { createHttpGuard } from './http-guard.ts'
import { createModerationGuard } from './moderation-guard.ts'
import { createDetectors, type Detectors, openGuards, prepareScanners } from './open-guarding.ts'
import type { Poster } from './post.ts'
import { createSchemaGuard } from './schema-guard.ts'
import { type Judgement, type JudgeProblem, type Judges, judge, judgesOf, type VerdictGuard } from './verdict.ts'

/** What the guards of a configuration are made of. */
export interface Guards {
  readonly detectors: Detectors
  readonly verdicts: ReadonlyMap<string, VerdictGuard>
  /** Ends the connections that checks have open. */
  readonly close: () => Promise<void>
}

/** What guards need of the world. */
export interface GuardsWorld {
  readonly poster: Poster
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** `rules` are the guards of the policy: what they need is made ready at once. */
export function createGuards(config: GatewayConfig, rules: readonly Guard[], { poster, now }: GuardsWorld): Guards {
  const verdicts = config.guards.flatMap((each): readonly VerdictGuard[] => {
    switch (each.kind) {
      case 'http':
        return [createHttpGuard(each, { post: poster.post, now })]
      case 'moderation':
        return [createModerationGuard(each, config.providers.get(each.provider)!, poster.post)]
      case 'json_schema':
        return [createSchemaGuard(each)]
      case 'pattern':
      case 'words':
        return []
    }
  })
  const detectors = createDetectors([...builtInDetectors, ...customDetectors(config.guards).detectors])
  prepareScanners(detectors, rules)
  return {
    detectors,
    verdicts: new Map(verdicts.map((each) => [each.name, each])),
    close: poster.close,
  }
}

/** The guards of one call. */
export interface CallGuards {
  /** `body` is what the call was read from. */
  readonly request: (body: Json) => Promise<RequestOutcome>
  /** Undefined where the answer goes on as it is; asked after the request was guarded. */
  readonly answer: () => AnswerGuards | undefined
  readonly findings: () => readonly Finding[]
}

export type RequestOutcome =
  /** `isChanged`: the body that came may not be sent on. */
  | { readonly kind: 'passed'; readonly call: ChatCall; readonly isChanged: boolean }
  | { readonly kind: 'blocked'; readonly blocked: Blocked; readonly where?: string }
  | { readonly kind: 'failed'; readonly problem: JudgeProblem }

export interface AnswerGuards {
  readonly whole: (answer: Answer) => Promise<AnswerOutcome>
  readonly stream: () => AnswerStreamGuards
}

export type AnswerOutcome =
  | { readonly kind: 'passed'; readonly answer: Answer }
  /** The answer is the refusal that stands in place of what was blocked. */
  | { readonly kind: 'blocked'; readonly answer: Answer; readonly blocked: Blocked }
  | { readonly kind: 'failed'; readonly problem: JudgeProblem }

export interface AnswerStreamGuards {
  readonly push: (events: readonly StreamEvent[]) => readonly StreamEvent[] | Promise<readonly StreamEvent[]>
}

export interface CallGuardOptions {
  readonly requestId: string
  readonly signal: AbortSignal
  /** Told of checks that could not be asked and are passed over. */
  readonly onProblem: (problem: JudgeProblem) => void
}

/** The guards of a decision for one call; undefined where it has none. */
export function openCallGuards(
  { detectors, verdicts }: Guards,
  guards: readonly Guard[],
  call: ChatCall,
  options: CallGuardOptions,
): CallGuards | undefined {
  if (guards.length === 0) return undefined
  const { opened, asking, judged } = openFor({ detectors, verdicts }, guards, call, options)
  return {
    request: async (body) => {
      const outcome = guardRequest(call, body, opened.request)
      if (outcome.kind === 'blocked') return outcome
      const judgement = await judged(asking('request'), { text: textOf(outcome.call), choices: [] })
      return judgement.kind === 'passed' ? outcome : judgement
    },
    answer: () => {
      const guarding = opened.response()
      const judges = asking('response')
      if (guarding === undefined && judges === undefined) return undefined
      return {
        whole: (answer) => guardWhole(answer, guarding, (said) => judged(judges, said)),
        stream: () =>
          judges === undefined
            ? createStreamGuard(guarding!)
            : createJudgedStream(guarding, (said) => judged(judges, said)),
      }
    },
    findings: opened.findings.list,
  }
}

/** The guards of one task, whose answers no guard can look at. */
export interface TaskGuards {
  readonly request: () => Promise<TaskOutcome>
  /** Whether any looks at what is asked. */
  readonly seesRequest: boolean
  /** Whether an answer that has texts would have to be looked at; asked after the request was guarded. */
  readonly seesAnswer: () => boolean
  readonly findings: () => readonly Finding[]
}

export type TaskOutcome =
  | { readonly kind: 'passed'; readonly call: TaskCall; readonly isChanged: boolean }
  | Exclude<RequestOutcome, { readonly kind: 'passed' }>

/** The guards of a decision for one task; undefined where it has none. */
export function openTaskGuards(
  guards: Guards,
  rules: readonly Guard[],
  call: TaskCall,
  options: CallGuardOptions,
): TaskGuards | undefined {
  if (rules.length === 0) return undefined
  const { opened, asking, judged } = openFor(guards, rules, call.body, options)
  const judges = asking('request')
  return {
    seesRequest: opened.request !== undefined || judges !== undefined,
    request: async () => {
      const outcome: TaskOutcome =
        opened.request === undefined ? { kind: 'passed', call, isChanged: false } : guardTask(call, opened.request)
      if (outcome.kind !== 'passed') return outcome
      const judgement = await judged(judges, { text: textOfTask(outcome.call), choices: [] })
      return judgement.kind === 'passed' ? outcome : judgement
    },
    seesAnswer: () => opened.response() !== undefined || asking('response') !== undefined,
    findings: opened.findings.list,
  }
}

/** What guards of both kinds of calls are opened with; `said` is what placeholders must not be taken from. */
function openFor(
  { detectors, verdicts }: Pick<Guards, 'detectors' | 'verdicts'>,
  guards: readonly Guard[],
  said: object,
  options: CallGuardOptions,
) {
  const opened = openGuards(detectors, guards, placeholdersIn(said))
  const judged = async (judges: Judges | undefined, text: AnswerText): Promise<Judgement> => {
    if (judges === undefined) return { kind: 'passed', problems: [] }
    const { requestId, signal } = options
    const judgement = await judge(judges, { requestId, signal, ...text }, opened.findings)
    if (judgement.kind === 'passed') for (const problem of judgement.problems) options.onProblem(problem)
    return judgement
  }
  const asking = (side: 'request' | 'response') => judgesOf(guards, side, verdicts)
  return { opened, asking, judged }
}

function guardRequest(call: ChatCall, body: Json, guarding: Guarding | undefined): GuardedCall {
  if (guarding === undefined) return { kind: 'passed', call, isChanged: false }
  const outcome = guardCall(call, guarding)
  if (outcome.kind === 'blocked' || outcome.isChanged) return outcome
  return { ...outcome, isChanged: hidesMatches(body, call, guarding) }
}

/** Texts of a call that look like placeholders: none of them is given out again. */
function placeholdersIn(call: object): (placeholder: string) => boolean {
  let text: string | undefined
  return (placeholder) => {
    text ??= JSON.stringify(call)
    return text.includes(placeholder)
  }
}

type Ask = (said: AnswerText) => Promise<Judgement>

async function guardWhole(answer: Answer, guarding: Guarding | undefined, ask: Ask): Promise<AnswerOutcome> {
  const { answer: guarded, blocked }: ReturnType<typeof guardAnswer> =
    guarding === undefined ? { answer } : guardAnswer(answer, guarding)
  if (blocked !== undefined) return { kind: 'blocked', answer: guarded, blocked }
  const judgement = await ask(textOfAnswer(guarded))
  switch (judgement.kind) {
    case 'passed':
      return { kind: 'passed', answer: guarded }
    case 'failed':
      return judgement
    case 'blocked':
      return { ...judgement, answer: refusedAnswer(guarded, judgement.blocked) }
  }
}

/** The longest answer that is held to be judged, in UTF-16 units. */
const maxHeldLength = 4 * 1024 * 1024

/** Holds a stream to its end, so that it can be judged as a whole; only signs of life go on at once. */
function createJudgedStream(guarding: Guarding | undefined, ask: Ask): AnswerStreamGuards {
  const guard = guarding === undefined ? undefined : createStreamGuard(guarding)
  let held: StreamEvent[] = []
  let length = 0
  const release = async (last: StreamEvent): Promise<readonly StreamEvent[]> => {
    const events = held
    held = []
    const judgement = await ask(textOfEvents(events))
    switch (judgement.kind) {
      case 'passed':
        return [...events, last]
      case 'blocked':
        return [{ kind: 'error', error: blockedError(judgement.blocked) }]
      case 'failed':
        return [{ kind: 'error', error: failedError(judgement.problem) }]
    }
  }
  return {
    push: async (given) => {
      const out: StreamEvent[] = []
      for (const event of guard?.push(given) ?? given) {
        if (event.kind === 'ping') out.push(event)
        else if (event.kind === 'error') return [...out, event]
        else if (event.kind === 'end') return [...out, ...(await release(event))]
        else held.push(event)
        if ('text' in event) length += event.text.length
      }
      if (length <= maxHeldLength) return out
      const message = `the answer is longer than ${maxHeldLength} characters, more than can be held to be judged`
      return [...out, { kind: 'error', error: { kind: 'content_policy', status: 502, message } }]
    },
  }
}

function failedError({ rule, detector }: JudgeProblem) {
  const message = `the guard \`${rule}\` could not ask \`${detector}\` about the answer`
  return { kind: 'overloaded', status: 503, message, code: 'guard_unavailable' } as const
}
