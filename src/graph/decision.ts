/**
 * The decision: what a policy says of one request, as plain frozen data. Deciding is a pure function of
 * the facts; what has chance, time or sockets in it (picking an arm, retrying) is carried out from this.
 */

export type RuleName = string

export interface Decision {
  readonly access: Access
  /** Null where access is denied or no route matches. */
  readonly route: Route | null
  readonly cache: Cache | null
  readonly limits: readonly Limit[]
  readonly budgets: readonly Budget[]
  readonly guards: readonly Guard[]
  readonly rewrites: readonly Rewrite[]
  readonly shadows: readonly Shadow[]
  readonly log: LogPlan
}

export interface Access {
  readonly effect: 'allow' | 'deny'
  /** The rules that decided, in source order: every deny that matches, else every allow; none for the default deny. */
  readonly rules: readonly RuleName[]
  /** What the caller is told: the reasons of those rules, each once, in alphabetical order, joined by `; `. */
  readonly because?: string
  /** The least status that those rules name. */
  readonly status?: number
}

export interface Route {
  readonly rule: RuleName
  /** The fallback chain; only candidates that every matching restrict lets through. */
  readonly steps: readonly Step[]
  readonly retry?: Retry
  readonly timeouts: Timeouts
  readonly hedgeMs?: number
  readonly onLoss?: 'reject' | 'degrade'
}

export type Step =
  /** `provider/model`, always concrete. */
  | { readonly kind: 'target'; readonly target: string }
  /** Shares are fractions that sum to 1. */
  | { readonly kind: 'split'; readonly arms: readonly Arm[]; readonly stickyBy?: string }
  | {
      readonly kind: 'choice'
      readonly by: 'cheapest' | 'fastest' | 'least_busy' | 'any'
      readonly targets: readonly string[]
    }

export interface Arm {
  readonly target: string
  readonly share: number
}

export interface Retry {
  /** Retries after the first try. */
  readonly count: number
  /** `429`, `5xx`, `timeout`, `connect`, `cut`. */
  readonly on: readonly string[]
  readonly backoffMinMs: number
  readonly backoffMaxMs: number
}

/** Milliseconds; an absent clock does not run. */
export interface Timeouts {
  readonly connectMs?: number
  readonly firstTokenMs?: number
  readonly idleMs?: number
  /** Of one attempt. */
  readonly attemptMs?: number
  /** Of all attempts together. */
  readonly deadlineMs?: number
}

export type Cache =
  | { readonly rule: RuleName; readonly off: true }
  | {
      readonly rule: RuleName
      readonly off: false
      readonly ttlMs: number
      readonly staleMs: number
      /** Attribute names; empty for an entry that everyone shares. */
      readonly scope: readonly string[]
      /** Least cosine similarity for a semantic hit. */
      readonly semantic?: number
    }

export interface Limit {
  readonly rule: RuleName
  readonly unit: 'requests' | 'tokens' | 'concurrent'
  readonly amount: number
  /** Absent for `concurrent`. */
  readonly perMs?: number
  readonly burst?: number
  /** Attributes whose values make the key; empty for one bucket for all. */
  readonly by: readonly string[]
}

export interface Budget {
  readonly rule: RuleName
  readonly amountNanoUsd: number
  readonly window: 'day' | 'week' | 'month' | 'total'
  readonly by: readonly string[]
  readonly at: readonly { readonly used: number; readonly action: 'warn' | 'deny' }[]
}

export interface Guard {
  readonly rule: RuleName
  readonly clauses: readonly {
    readonly action: 'redact' | 'mask' | 'block' | 'flag'
    readonly detectors: readonly string[]
    readonly in: readonly ('request' | 'response')[]
  }[]
}

export interface Rewrite {
  readonly rule: RuleName
  readonly set: readonly RewriteField[]
}

export type RewriteField =
  | { readonly kind: 'max_tokens'; readonly atMost: number }
  | { readonly kind: 'temperature'; readonly value: number }
  | { readonly kind: 'system_prepend'; readonly text: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  /** `value` is the attribute's, or absent where it is missing. */
  | { readonly kind: 'metadata'; readonly key: string; readonly attribute: string; readonly value?: string }
  | { readonly kind: 'service_tier'; readonly value: string }

export interface Shadow {
  readonly rule: RuleName
  readonly share: number
  readonly target: string
}

export interface LogPlan {
  readonly rules: readonly RuleName[]
  /** What is recorded beside the usual: `none` in any matching rule wins over all. */
  readonly capture: readonly ('body' | 'headers')[]
  readonly tags: readonly { readonly key: string; readonly attribute: string; readonly value?: string }[]
}
