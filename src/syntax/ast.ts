/**
 * The tree of a policy file, as written: names are not resolved and nothing has a type yet. Conditions are in
 * `ast-conditions.ts`.
 *
 * Trees are readonly plain data, walked by `switch` on `kind`. Every node has the span of its text.
 */
import type { Span } from '../diagnostics/source.ts'
import type {
  AttributeRef,
  Condition,
  DurationLiteral,
  ListLiteral,
  Literal,
  MoneyLiteral,
  Name,
  NumberLiteral,
  PercentLiteral,
  StringLiteral,
  TargetRef,
} from './ast-conditions.ts'

export interface PolicyFile {
  /** `language 1` at the top, where it stands. */
  readonly language?: { readonly version: number; readonly span: Span }
  readonly statements: readonly Statement[]
  /** What was left out because of errors in it; its name is declared all the same, so that uses of it draw no error. */
  readonly broken?: readonly BrokenStatement[]
  /** Every comment of the file, in order, without the line end. */
  readonly comments: readonly Comment[]
  readonly span: Span
}

/** A statement with an error that leaves its meaning open. */
export interface BrokenStatement {
  /** The keyword it begins with, where it is one. */
  readonly word?: string
  readonly name?: Name
  readonly span: Span
}

export interface Comment {
  /** From the `#` to the end of the line, trailing blanks removed. */
  readonly text: string
  readonly span: Span
}

export type Statement =
  | ImportStatement
  | SetStatement
  | DefineStatement
  | PoolStatement
  | AccessStatement
  | RestrictStatement
  | RouteStatement
  | CacheStatement
  | LimitStatement
  | BudgetStatement
  | GuardStatement
  | RewriteStatement
  | ShadowStatement
  | LogStatement
  | AssertStatement
  | AssumeStatement
  | TestStatement

interface Node {
  readonly span: Span
  /** The comment block directly above, lines without `#` and the blank after it, joined by line feeds. */
  readonly documentation?: string
}

export interface ImportStatement extends Node {
  readonly kind: 'import'
  readonly path: StringLiteral
}

export interface SetStatement extends Node {
  readonly kind: 'set'
  readonly name: Name
  readonly values: ListLiteral
}

export interface DefineStatement extends Node {
  readonly kind: 'define'
  readonly name: Name
  readonly condition: Condition
}

export interface PoolStatement extends Node {
  readonly kind: 'pool'
  readonly name: Name
  readonly targets: readonly TargetRef[]
}

/** What rules share: a name and a condition; without a `when` a rule applies to every request. */
interface RuleNode extends Node {
  readonly name: Name
  readonly when?: Condition
}

export interface AccessStatement extends RuleNode {
  readonly kind: 'allow' | 'deny'
  readonly because?: StringLiteral
  readonly status?: NumberLiteral
}

export interface RestrictStatement extends RuleNode {
  readonly kind: 'restrict'
  /** The target condition after `to`. */
  readonly to: Condition
  readonly because?: StringLiteral
}

export interface RouteStatement extends RuleNode {
  readonly kind: 'route'
  /** The `to` step, then each `else` step. */
  readonly steps: readonly Step[]
  readonly retry?: RetryClause
  readonly timeouts: readonly TimeoutClause[]
  readonly hedge?: { readonly after: DurationLiteral; readonly span: Span }
  readonly onLoss?: { readonly value: 'reject' | 'degrade'; readonly span: Span }
}

export type Step = TargetStep | SplitStep | ChoiceStep

/** `to openai/gpt-5`, `to openai/*`, `to requested`. */
export interface TargetStep {
  readonly kind: 'target'
  readonly target: TargetRef | RequestedRef
  readonly span: Span
}

/** `90% T | 10% T sticky by caller.id`. */
export interface SplitStep {
  readonly kind: 'split'
  readonly arms: readonly SplitArm[]
  readonly stickyBy?: AttributeRef
  readonly span: Span
}

export interface SplitArm {
  readonly share: PercentLiteral
  readonly target: TargetRef | RequestedRef
  readonly span: Span
}

/** `fastest of eu_models`, `any of [openai/gpt-5, anthropic/claude-sonnet-4]`. */
export interface ChoiceStep {
  readonly kind: 'choice'
  readonly by: 'cheapest' | 'fastest' | 'least_busy' | 'any'
  readonly of: PoolRef | TargetList
  readonly span: Span
}

export interface PoolRef {
  readonly kind: 'pool'
  readonly name: Name
}

export interface TargetList {
  readonly kind: 'targets'
  readonly targets: readonly TargetRef[]
  readonly span: Span
}

export interface RequestedRef {
  readonly kind: 'requested'
  readonly span: Span
}

/** `retry 2 on 429, 5xx, timeout backoff 200ms to 5s`. */
export interface RetryClause {
  readonly count: NumberLiteral
  readonly on: readonly FailureClass[]
  readonly backoff?: { readonly min: DurationLiteral; readonly max: DurationLiteral }
  readonly span: Span
}

/** `429`, `5xx`, `timeout`, `connect`, `cut`. */
export interface FailureClass {
  readonly text: string
  readonly span: Span
}

export interface TimeoutClause {
  readonly kind: 'connect' | 'first_token' | 'idle' | 'timeout' | 'deadline'
  readonly duration: DurationLiteral
  readonly span: Span
}

export interface CacheStatement extends RuleNode {
  readonly kind: 'cache'
  /** `off` alone, or the clauses below. */
  readonly off: boolean
  readonly ttl?: DurationLiteral
  readonly stale?: DurationLiteral
  readonly scope?: CacheScope
  readonly semantic?: NumberLiteral
}

export interface CacheScope {
  /** Whether the word `everyone` stands in it. */
  readonly everyone: boolean
  readonly attributes: readonly AttributeRef[]
  readonly span: Span
}

/** One body line of a limit: `60 requests per 1m by caller.key burst 10`, `4 concurrent by caller.key`. */
export interface LimitStatement extends RuleNode {
  readonly kind: 'limit'
  readonly amount: Amount
  readonly unit: 'requests' | 'tokens' | 'concurrent'
  /** Absent for `concurrent` alone. */
  readonly per?: DurationLiteral
  readonly by: readonly AttributeRef[]
  readonly burst?: NumberLiteral
}

export interface BudgetStatement extends RuleNode {
  readonly kind: 'budget'
  readonly amount: Amount
  readonly window: 'day' | 'week' | 'month' | 'total'
  readonly by: readonly AttributeRef[]
  readonly at: readonly BudgetThreshold[]
}

export interface BudgetThreshold {
  readonly used: PercentLiteral
  readonly action: 'warn' | 'deny'
  readonly span: Span
}

/** A literal, an attribute, or an attribute times a literal (in either order). */
export type Amount =
  | { readonly kind: 'literal'; readonly value: NumberLiteral | MoneyLiteral; readonly span: Span }
  | {
      readonly kind: 'attribute'
      readonly attribute: AttributeRef
      readonly times?: NumberLiteral | MoneyLiteral
      readonly span: Span
    }

export interface GuardStatement extends RuleNode {
  readonly kind: 'guard'
  readonly clauses: readonly GuardClause[]
}

/** `redact email, phone in request, response`. */
export interface GuardClause {
  readonly action: 'redact' | 'mask' | 'block' | 'flag'
  readonly detectors: readonly Name[]
  readonly in: readonly ('request' | 'response')[]
  readonly span: Span
}

export interface RewriteStatement extends RuleNode {
  readonly kind: 'rewrite'
  readonly clauses: readonly RewriteClause[]
}

export type RewriteClause =
  | { readonly kind: 'max_tokens'; readonly atMost: NumberLiteral; readonly span: Span }
  | { readonly kind: 'temperature'; readonly value: NumberLiteral; readonly span: Span }
  | { readonly kind: 'system_prepend'; readonly text: StringLiteral; readonly span: Span }
  | { readonly kind: 'header'; readonly name: StringLiteral; readonly value: StringLiteral; readonly span: Span }
  | { readonly kind: 'metadata'; readonly key: StringLiteral; readonly attribute: AttributeRef; readonly span: Span }
  | { readonly kind: 'service_tier'; readonly value: StringLiteral; readonly span: Span }

export interface ShadowStatement extends RuleNode {
  readonly kind: 'shadow'
  readonly share: PercentLiteral
  readonly target: TargetRef | RequestedRef
}

export interface LogStatement extends RuleNode {
  readonly kind: 'log'
  readonly clauses: readonly LogClause[]
}

export type LogClause =
  | { readonly kind: 'capture'; readonly what: 'body' | 'headers' | 'none'; readonly span: Span }
  | { readonly kind: 'tag'; readonly key: StringLiteral; readonly attribute: AttributeRef; readonly span: Span }

export interface AssertStatement extends RuleNode {
  readonly kind: 'assert'
  readonly claims: readonly Claim[]
}

/** `assume NAME when COND then COND`, or `assume NAME COND`. */
export interface AssumeStatement extends Node {
  readonly kind: 'assume'
  readonly name: Name
  readonly when?: Condition
  readonly then: Condition
}

export interface TestStatement extends Node {
  readonly kind: 'test'
  readonly title: StringLiteral
  readonly given: readonly Given[]
  readonly faults: readonly Fault[]
  readonly expect: readonly Expectation[]
}

/** `caller.role = "intern"`; a `not has` form is `missing`. */
export type Given =
  | {
      readonly kind: 'value'
      readonly attribute: AttributeRef
      readonly value: Literal | ListLiteral
      readonly span: Span
    }
  | { readonly kind: 'missing'; readonly attribute: AttributeRef; readonly span: Span }

/** `when openai/* fails 429`, `when anthropic/* stalls after 3 chunks`, `when budget.team_month.used = 95%`. */
export type Fault =
  | {
      readonly kind: 'fails' | 'stalls' | 'cut'
      readonly target: TargetRef
      /** For `fails`: `429`, `5xx`, `timeout`, `connect`; absent for the others. */
      readonly with?: FailureClass
      readonly afterChunks?: NumberLiteral
      readonly span: Span
    }
  | { readonly kind: 'state'; readonly attribute: AttributeRef; readonly value: Literal; readonly span: Span }

export type Expectation =
  | { readonly kind: 'claim'; readonly claim: Claim; readonly span: Span }
  | { readonly kind: 'served_by'; readonly target: TargetRef; readonly span: Span }
  | { readonly kind: 'attempts'; readonly count: NumberLiteral; readonly span: Span }
  | { readonly kind: 'failed_with'; readonly status: NumberLiteral; readonly span: Span }

export type ClaimWord =
  | 'allowed'
  | 'denied'
  | 'routed'
  | 'cached'
  | 'limited'
  | 'budgeted'
  | 'guarded'
  | 'rewritten'
  | 'shadowed'

export type Claim =
  | { readonly kind: 'outcome'; readonly word: ClaimWord; readonly by?: Name; readonly span: Span }
  | {
      readonly kind: 'candidates'
      readonly quantifier: 'every' | 'some' | 'no'
      readonly condition: Condition
      readonly span: Span
    }
  | { readonly kind: 'target'; readonly target: TargetRef; readonly span: Span }
  | { readonly kind: 'not'; readonly claim: Claim; readonly span: Span }
