/**
 * A check: one code and what draws it. A check that outgrows its bounds on some rule says so of that rule (P603) and
 * goes on with the next: what is not decided is never "ok".
 */
import { type Code, catalogue } from '../diagnostics/catalogue.ts'
import { type Diagnostic, type DiagnosticInit, diagnostic } from '../diagnostics/diagnostic.ts'
import type { Span } from '../diagnostics/source.ts'
import { Outgrown } from '../graph/diagram.ts'
import type { Proof } from './proof.ts'

export interface Check {
  readonly code: Code
  readonly run: (proof: Proof, reporting: Reporting) => void
}

export interface Reporting {
  readonly report: (init: DiagnosticInit) => void
  /** Visits each item; one whose proof outgrows its bounds is reported as undecided, by its name and place. */
  readonly each: <T>(items: Iterable<T>, about: (item: T) => About, visit: (item: T) => void) => void
  readonly options: ProveOptions
}

export interface About {
  /** What is proved, in the author's words: "the route `eu`". */
  readonly what: string
  readonly span: Span
}

export interface ProveOptions {
  /** `budget`: every allowed request must be covered by one (P403). */
  readonly require?: readonly 'budget'[]
  /** Told what is proved now, before each thing that is. */
  readonly tell?: (doing: string) => void
}

/** What one check finds of the policy. */
export function runCheck({ code, run }: Check, proof: Proof, options: ProveOptions): Diagnostic[] {
  const found: Diagnostic[] = []
  const undecided = ({ what, span }: About): void => {
    found.push(
      diagnostic('P603', {
        message: `${what} could not be proved free of ${code} (${catalogue[code].title}): the proof outgrew its bounds`,
        span,
        help: 'split the policy into rules that ask fewer things at once, or use a table in place of many patterns',
      }),
    )
  }
  const guarded = (about: () => About, visit: () => void): void => {
    try {
      visit()
    } catch (thrown) {
      if (thrown instanceof Outgrown) undecided(about())
      else if (thrown instanceof NoReplay) found.push(notReplayed(code, thrown, about()))
      else throw thrown
    }
  }
  guarded(
    () => wholePolicy(proof),
    () =>
      run(proof, {
        report: (init) => found.push(diagnostic(code, init)),
        each: (items, about, visit) => {
          for (const item of items) {
            options.tell?.(`proving ${about(item).what}`)
            guarded(
              () => about(item),
              () => visit(item),
            )
          }
        },
        options,
      }),
  )
  return found
}

/** The policy as a whole, at its beginning. */
export function wholePolicy({ policy }: Proof): About {
  const source = policy.sources[0]!
  return { what: 'the policy', span: policy.rules[0]?.nameSpan ?? { source, start: 0, end: 0 } }
}

/** A witness that the reference interpreter does not confirm: a bug of ours, and no proof. */
export class NoReplay extends Error {
  readonly facts: unknown
  constructor(facts: unknown) {
    super('a witness does not replay')
    this.facts = facts
  }
}

/** Throws `NoReplay` unless the reference interpreter shows what is said of the witness. */
export function replayed(facts: unknown, isShown: boolean): void {
  if (!isShown) throw new NoReplay(facts)
}

function notReplayed(code: Code, { facts }: NoReplay, { what, span }: About): Diagnostic {
  return diagnostic('P603', {
    message: `${what} could not be proved free of ${code}: a witness of it does not replay, which is a bug of policyc`,
    span,
    help: 'please report it with the policy and this request',
    witness: facts as Readonly<Record<string, unknown>>,
  })
}
