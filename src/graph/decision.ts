/**
 * The decision: what a policy says of one request, as plain frozen data. Deciding is a pure function of
 * the facts; what has chance, time or sockets in it (picking an arm, retrying) is carried out from this.
 */

/** The name that a rule has in the policy, such as `interns_use_small_models`. */
export type RuleName = string

/** What a policy says of one request: whether it is allowed, where it goes, and what else applies to it. */
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

/** Whether the request is allowed, by which rules, and what its caller is told where it is not. */
export interface Access {
  readonly effect: 'allow' | 'deny'
  /** The rules that decided, in source order: every deny that matches, else every allow; none for the default deny. */
  readonly rules: readonly RuleName[]
  /** What the caller is told: the reasons of those rules, each once, in alphabetical order, joined by `; `. */
  readonly because?: string
  /** The least status that those rules name. */
  readonly status?: number
}

/** Where an allowed request goes: a chain of steps, each tried when those before it have failed. */
export interface Route {
  readonly rule: RuleName
  /** The fallback chain; only candidates that every matching restrict lets through. */
  readonly steps: readonly Step[]
  readonly retry?: Retry
  readonly timeouts: Timeouts
  /** How long an attempt may take before a second one is started beside it. */
  readonly hedgeMs?: number
  /** What happens where a target cannot carry all that the request says; `degrade` leaves it out and tells so. */
  readonly onLoss?: 'reject' | 'degrade'
}

/** One link of a fallback chain: one target, a split by shares, or a choice by a measure. */
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

/** One side of a split: a target, `provider/model`, and its share, a fraction in (0, 1]. */
export interface Arm {
  readonly target: string
  readonly share: number
}

/** How often and when a failed attempt at one target is repeated before the next step is tried. */
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

/** Whether an answer may come from the cache, for how long, and who shares it; `off` keeps the request from it. */
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

/** A rate limit that the request counts against: so many requests or tokens in a time, or so many at once. */
export interface Limit {
  readonly rule: RuleName
  readonly unit: 'requests' | 'tokens' | 'concurrent'
  /** How many of the unit in one period, or at once. */
  readonly amount: number
  /** The period; absent for `concurrent`. */
  readonly perMs?: number
  /** How many may come at once. */
  readonly burst?: number
  /** Attributes whose values make the key; empty for one bucket for all. */
  readonly by: readonly string[]
}

/** A spending limit that the cost of the request counts against, in integer nano-dollars. */
export interface Budget {
  readonly rule: RuleName
  readonly amountNanoUsd: number
  readonly window: 'day' | 'week' | 'month' | 'total'
  /** Attributes whose values make the account; empty for one account for all. */
  readonly by: readonly string[]
  /** What happens once a fraction of the amount is `used`. */
  readonly at: readonly { readonly used: number; readonly action: 'warn' | 'deny' }[]
}

/** Detectors that look through the request or the answer, and what happens to what they find. */
export interface Guard {
  readonly rule: RuleName
  readonly clauses: readonly {
    readonly action: 'redact' | 'mask' | 'block' | 'flag'
    readonly detectors: readonly string[]
    readonly in: readonly ('request' | 'response')[]
  }[]
}

/** The changes that one rule makes to the request before it is sent on. */
export interface Rewrite {
  readonly rule: RuleName
  readonly set: readonly RewriteField[]
}

/** One change to a request: a bound on a number, or a value that is set. */
export type RewriteField =
  | { readonly kind: 'max_tokens'; readonly atMost: number }
  | { readonly kind: 'temperature'; readonly value: number }
  | { readonly kind: 'system_prepend'; readonly text: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  /** `value` is the attribute's, or absent where it is missing. */
  | { readonly kind: 'metadata'; readonly key: string; readonly attribute: string; readonly value?: string }
  | { readonly kind: 'service_tier'; readonly value: string }

/** A copy of a share of the requests, a fraction in (0, 1], that goes to another target, its answer thrown away. */
export interface Shadow {
  readonly rule: RuleName
  readonly share: number
  readonly target: string
}

/** What is recorded of the request beside its usage: bodies, headers, tags. */
export interface LogPlan {
  readonly rules: readonly RuleName[]
  /** What is recorded beside the usual: `none` in any matching rule wins over all. */
  readonly capture: readonly ('body' | 'headers')[]
  readonly tags: readonly { readonly key: string; readonly attribute: string; readonly value?: string }[]
}
