/**
 * Checks that say yes or no to a whole text: webhooks, moderation models, schemas. They cannot look at a piece of a
 * text, so that a streamed answer is held to its end for them.
 */
import type { Guard } from '../graph/decision.ts'
import type { Blocked, Findings } from './findings.ts'
import { blockedBy } from './findings.ts'
import { type Side, type Treatment, treatmentsOf } from './treatment.ts'

export interface VerdictGuard {
  readonly name: string
  readonly judge: (asked: Judged) => Promise<Verdict>
}

/** What is judged. */
export interface Judged {
  readonly side: Side
  readonly requestId: string
  /** All text of the request or the answer. */
  readonly text: string
  /** What each choice of an answer says, without reasoning and calls; empty for a request. */
  readonly choices: readonly string[]
  /** Aborted when the client goes away or the gateway stops. */
  readonly signal: AbortSignal
}

export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'found' }
  /** It could not be asked; whether the text may go on all the same is the configuration's word. */
  | { readonly kind: 'failed'; readonly message: string; readonly mayPass: boolean }

export type Judgement =
  | { readonly kind: 'passed'; readonly problems: readonly JudgeProblem[] }
  | { readonly kind: 'blocked'; readonly blocked: Blocked }
  /** A check that must be asked could not be. */
  | { readonly kind: 'failed'; readonly problem: JudgeProblem }

/** That a check could not be asked, and why. */
export interface JudgeProblem {
  readonly rule: string
  readonly detector: string
  readonly message: string
}

/** The treatments of one side whose detectors are checks, with those checks. */
export interface Judges {
  readonly side: Side
  readonly judges: readonly { readonly guard: VerdictGuard; readonly treatment: Treatment }[]
}

export function judgesOf(
  guards: readonly Guard[],
  side: Side,
  verdicts: ReadonlyMap<string, VerdictGuard>,
): Judges | undefined {
  const judges = treatmentsOf(guards, side).flatMap((treatment) => {
    const guard = verdicts.get(treatment.detector)
    return guard === undefined ? [] : [{ guard, treatment }]
  })
  return judges.length === 0 ? undefined : { side, judges }
}

/** Asks all at once; what is found is noted, and of what blocks the first in source order is told. */
export async function judge(
  { side, judges }: Judges,
  asked: Omit<Judged, 'side'>,
  findings: Findings,
): Promise<Judgement> {
  const verdicts = await Promise.all(judges.map(({ guard }) => guard.judge({ ...asked, side })))
  const problems: JudgeProblem[] = []
  let ending: Judgement | undefined
  for (const [index, verdict] of verdicts.entries()) {
    const { treatment } = judges[index]!
    switch (verdict.kind) {
      case 'passed':
        break
      case 'found':
        findings.note(treatment, side)
        if (treatment.action === 'block') ending ??= { kind: 'blocked', blocked: blockedBy(treatment) }
        break
      case 'failed': {
        const { rule } = treatment.wishes[0]!
        const problem = { rule, detector: treatment.detector, message: verdict.message }
        if (verdict.mayPass || treatment.action === 'flag') problems.push(problem)
        else ending ??= { kind: 'failed', problem }
      }
    }
  }
  return ending ?? { kind: 'passed', problems }
}
