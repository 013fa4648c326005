/**
 * The checked policy: names resolved, values typed, conditions brought to a small core. What the compiler,
 * the prover and the gateway read; nothing in it can be of the wrong type any more.
 */

import type { Catalogue } from '../config/catalogue.ts'
import type { AttributeDeclaration } from '../config/config.ts'
import type { Table } from '../config/tables.ts'
import type { Source, Span } from '../diagnostics/source.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Budget, Cache, Guard, Limit, LogPlan, Retry, RewriteField, Timeouts } from '../graph/decision.ts'
import type {
  AccessStatement,
  AssertStatement,
  AssumeStatement,
  BudgetStatement,
  CacheStatement,
  Claim as ClaimNode,
  GuardStatement,
  LimitStatement,
  LogStatement,
  RestrictStatement,
  RewriteStatement,
  RouteStatement,
  ShadowStatement,
  Statement,
  TestStatement,
} from '../syntax/ast.ts'
import type { Regex } from '../syntax/regex.ts'

// Conditions

export type Cond =
  | { readonly kind: 'const'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Cond[]; readonly span: Span }
  | { readonly kind: 'not'; readonly of: Cond; readonly span: Span }
  | Atom
  /** Only in the condition of an assert. */
  | { readonly kind: 'access'; readonly effect: 'allow' | 'deny'; readonly span: Span }

/** One attribute under one test. A test does not hold of a missing value. */
export interface Atom {
  readonly kind: 'atom'
  readonly attribute: Attribute
  readonly test: Test
  readonly span: Span
}

/** Values inside: strings, booleans, and numbers in the unit of the attribute's type (nano-dollars, ms, days, …). */
export type Test =
  | { readonly kind: 'present' }
  | { readonly kind: 'equals'; readonly value: string | number | boolean }
  | { readonly kind: 'one_of'; readonly values: readonly (string | number | boolean)[] }
  /** Ignoring the case of ASCII letters; the value is in lower case. */
  | { readonly kind: 'caseless'; readonly value: string }
  | { readonly kind: 'below' | 'at_most' | 'above' | 'at_least'; readonly value: number }
  | { readonly kind: 'prefix' | 'suffix' | 'contains'; readonly text: string }
  /** The whole value for a glob; anywhere in it for `search`. */
  | { readonly kind: 'glob' | 'search'; readonly regex: Regex; readonly text: string }
  /** Address blocks; an address alone is a block of its whole length. */
  | { readonly kind: 'cidr'; readonly blocks: readonly Cidr[] }
  /** The set has the value. */
  | { readonly kind: 'element'; readonly value: string }

/** Addresses as 128 bits, IPv4 mapped into `::ffff:0:0/96`; `last` is included. */
export interface Cidr {
  readonly text: string
  readonly first: bigint
  readonly last: bigint
}

// Rules

/** What every rule has; `index` is its place among all rules of the bundle, in source order. */
export interface Rule {
  readonly name: string
  readonly index: number
  readonly when: Cond
  /** The span of the name, and of the condition where one is written. */
  readonly nameSpan: Span
  readonly whenSpan?: Span
  readonly documentation?: string
}

export interface AccessRule extends Rule {
  readonly kind: 'allow' | 'deny'
  readonly because?: string
  readonly status?: number
  readonly node: AccessStatement
}

export interface RestrictRule extends Rule {
  readonly kind: 'restrict'
  readonly to: Cond
  readonly because?: string
  readonly node: RestrictStatement
}

/** A candidate as the policy names it, resolved against the catalogue. */
export type Candidate =
  | { readonly kind: 'entry'; readonly target: string; readonly span: Span }
  /** `provider/*`. */
  | { readonly kind: 'open'; readonly provider: string; readonly span: Span }
  | { readonly kind: 'requested'; readonly span: Span }

export type RouteStep =
  | { readonly kind: 'target'; readonly candidate: Candidate; readonly span: Span }
  | {
      readonly kind: 'split'
      readonly arms: readonly { readonly candidate: Candidate; readonly share: number }[]
      readonly stickyBy?: Attribute
      readonly span: Span
    }
  | {
      readonly kind: 'choice'
      readonly by: 'cheapest' | 'fastest' | 'least_busy' | 'any'
      readonly candidates: readonly Candidate[]
      readonly span: Span
    }

export interface RouteRule extends Rule {
  readonly kind: 'route'
  readonly steps: readonly RouteStep[]
  readonly retry?: Retry
  readonly timeouts: Timeouts
  readonly hedgeMs?: number
  readonly onLoss?: 'reject' | 'degrade'
  readonly node: RouteStatement
}

export interface CacheRule extends Rule {
  readonly kind: 'cache'
  readonly value: Cache
  /** The attributes of the scope that is written; none where none is. */
  readonly scope: readonly Attribute[]
  readonly node: CacheStatement
}

/** A number, an attribute, or an attribute times a number. */
export type AmountValue =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'attribute'; readonly attribute: Attribute; readonly times: number }

export interface LimitRule extends Rule {
  readonly kind: 'limit'
  readonly amount: AmountValue
  /** All but the amount. */
  readonly value: Omit<Limit, 'amount'>
  readonly by: readonly Attribute[]
  readonly node: LimitStatement
}

export interface BudgetRule extends Rule {
  readonly kind: 'budget'
  /** In nano-dollars. */
  readonly amount: AmountValue
  readonly value: Omit<Budget, 'amountNanoUsd'>
  readonly by: readonly Attribute[]
  readonly node: BudgetStatement
}

export interface GuardRule extends Rule {
  readonly kind: 'guard'
  readonly value: Guard
  readonly node: GuardStatement
}

export interface RewriteRule extends Rule {
  readonly kind: 'rewrite'
  readonly set: readonly RewriteField[]
  /** The attributes that `metadata` clauses read, by id. */
  readonly reads: readonly Attribute[]
  readonly node: RewriteStatement
}

export interface ShadowRule extends Rule {
  readonly kind: 'shadow'
  readonly share: number
  readonly candidate: Candidate
  readonly node: ShadowStatement
}

export interface LogRule extends Rule {
  readonly kind: 'log'
  readonly capture: readonly ('body' | 'headers' | 'none')[]
  readonly tags: LogPlan['tags']
  readonly reads: readonly Attribute[]
  readonly node: LogStatement
}

export type AnyRule =
  | AccessRule
  | RestrictRule
  | RouteRule
  | CacheRule
  | LimitRule
  | BudgetRule
  | GuardRule
  | RewriteRule
  | ShadowRule
  | LogRule

// Proof statements

export interface Assertion {
  readonly name: string
  readonly when: Cond
  readonly claims: readonly Claim[]
  readonly nameSpan: Span
  readonly node: AssertStatement
}

export type Claim =
  | Exclude<ClaimNode, { kind: 'candidates' } | { kind: 'not' }>
  | {
      readonly kind: 'candidates'
      readonly quantifier: 'every' | 'some' | 'no'
      readonly condition: Cond
      readonly span: Span
    }
  | { readonly kind: 'not'; readonly claim: Claim; readonly span: Span }

export interface Assumption {
  readonly name: string
  readonly when: Cond
  readonly then: Cond
  readonly nameSpan: Span
  readonly node: AssumeStatement
}

export interface PolicyTest {
  readonly title: string
  /** The given values as a condition: each attribute equal to its value, or missing. */
  readonly given: readonly { readonly attribute: Attribute; readonly value: Value | undefined; readonly span: Span }[]
  /** State faults (`budget.x.used = 95%`) as given values; target faults stay as written in `node.faults`. */
  readonly states: readonly { readonly attribute: Attribute; readonly value: Value | undefined; readonly span: Span }[]
  /** Claims typed; the other expectations stay as written in `node.expect`. */
  readonly claims: readonly Claim[]
  readonly node: TestStatement
}

export type Value = string | number | boolean | readonly string[]

// The whole

/** What is declared to be used elsewhere, and whether it is; an import is used where anything of its file is. */
export interface Declaration {
  readonly kind: 'set' | 'define' | 'pool' | 'import'
  /** The path as written, for an import. */
  readonly name: string
  readonly span: Span
  readonly used: boolean
}

export interface CheckedPolicy {
  /** Every file that was read, main file first. */
  readonly sources: readonly Source[]
  /** Every rule of every kind, in source order: `rules[i].index === i`. */
  readonly rules: readonly AnyRule[]
  readonly assertions: readonly Assertion[]
  readonly assumptions: readonly Assumption[]
  readonly tests: readonly PolicyTest[]
  /** Every statement as written, imports replaced by what they name. */
  readonly statements: readonly Statement[]
  /** What `attributes:` of gateway.yaml declares. */
  readonly declared: readonly AttributeDeclaration[]
  /** Sets, defines and pools in source order, then imports. */
  readonly declarations: readonly Declaration[]
  readonly catalogue: Catalogue
  readonly tables: readonly Table[]
  /** The key attribute of each table, by table name. */
  readonly tableKeys: ReadonlyMap<string, Attribute>
  /** Region by provider, for targets without an entry. */
  readonly providerRegions: ReadonlyMap<string, string | undefined>
  /** What `gateway.yaml` fixes of the facts: `gateway.region`, `gateway.env`, by attribute id. */
  readonly fixed: ReadonlyMap<string, string>
  /** The values of `caller.kind` that a request to the configured gateway can have; facts may hold any. */
  readonly possibleKinds: readonly string[]
  /** IANA name of the zone that `time.*` is in. */
  readonly timeZone: string
}
