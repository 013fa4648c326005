/**
 * The tree of conditions and of what they are made of: attributes, lists, literals, names. Statements are in `ast.ts`.
 */
import type { Span } from '../diagnostics/source.ts'

export interface Name {
  readonly text: string
  readonly span: Span
}

export type Condition =
  | { readonly kind: 'or' | 'and'; readonly operands: readonly Condition[]; readonly span: Span }
  | { readonly kind: 'not'; readonly operand: Condition; readonly span: Span }
  | TestCondition
  | { readonly kind: 'present'; readonly attribute: AttributeRef; readonly span: Span }
  /** A bool attribute (dotted) standing alone. */
  | { readonly kind: 'attribute'; readonly attribute: AttributeRef; readonly span: Span }
  /** The name of a `define`. */
  | { readonly kind: 'define'; readonly name: Name; readonly span: Span }
  /** `allowed` or `denied`, in the condition of an assert. */
  | { readonly kind: 'access'; readonly effect: 'allowed' | 'denied'; readonly span: Span }

/** An attribute tested against literals. */
type TestCondition =
  | {
      readonly kind: 'compare'
      readonly attribute: AttributeRef
      readonly operator: CompareOperator
      readonly value: Literal
      readonly span: Span
    }
  | {
      readonly kind: 'in'
      readonly attribute: AttributeRef
      readonly negated: boolean
      readonly values: ListLiteral | ListName
      readonly span: Span
    }
  | {
      readonly kind: 'text'
      readonly attribute: AttributeRef
      readonly operator: 'starts_with' | 'ends_with' | 'contains' | 'like'
      readonly value: StringLiteral
      readonly span: Span
    }
  | {
      readonly kind: 'matches'
      readonly attribute: AttributeRef
      readonly pattern: RegexLiteral
      readonly span: Span
    }
  /** `caller.roles has "admin"`, `has any [..]`, `has all [..]`. */
  | {
      readonly kind: 'elements'
      readonly attribute: AttributeRef
      readonly quantifier: 'one' | 'any' | 'all'
      /** Exactly one value for `one`. */
      readonly values: ListLiteral | ListName
      readonly span: Span
    }

export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~='

/** `caller.team`, `request.header["x-team"]`, `budget.team_month.used`. */
export interface AttributeRef {
  /** The dotted parts; `request.header` for `request.header["x"]`. */
  readonly path: readonly Name[]
  /** The text in brackets, where there is one. */
  readonly key?: StringLiteral
  readonly span: Span
}

/** `provider/model`; the model is `*` for whatever the request asked for. */
export interface TargetRef {
  readonly kind: 'target'
  readonly provider: string
  readonly model: string
  readonly span: Span
}

/** A set, or for `target.id` a pool, named where a list may stand. */
export interface ListName {
  readonly kind: 'name'
  readonly name: Name
  readonly span: Span
}

export interface ListLiteral {
  readonly kind: 'list'
  readonly items: readonly (Literal | TargetRef)[]
  readonly span: Span
}

export type Literal =
  | StringLiteral
  | NumberLiteral
  | BoolLiteral
  | DurationLiteral
  | SizeLiteral
  | MoneyLiteral
  | PercentLiteral
  /** A bare word where a value may stand: an enum's value written without quotes. */
  | WordLiteral

export interface StringLiteral {
  readonly kind: 'string'
  readonly value: string
  readonly span: Span
}

/** An integer or decimal; `200k` is 200,000. `text` is as written. */
export interface NumberLiteral {
  readonly kind: 'number'
  readonly value: number
  readonly integer: boolean
  readonly text: string
  readonly span: Span
}

export interface BoolLiteral {
  readonly kind: 'bool'
  readonly value: boolean
  readonly span: Span
}

export interface DurationLiteral {
  readonly kind: 'duration'
  readonly ms: number
  readonly text: string
  readonly span: Span
}

export interface SizeLiteral {
  readonly kind: 'size'
  readonly bytes: number
  readonly text: string
  readonly span: Span
}

/** US dollars as integer nano-dollars, at most 2^53 - 1 of them (some $9 million). */
export interface MoneyLiteral {
  readonly kind: 'money'
  readonly nanoUsd: number
  readonly text: string
  readonly span: Span
}

/** `80%` has the fraction 0.8: the double nearest to the decimal as written. */
export interface PercentLiteral {
  readonly kind: 'percent'
  readonly fraction: number
  readonly text: string
  readonly span: Span
}

export interface WordLiteral {
  readonly kind: 'word'
  readonly text: string
  readonly span: Span
}

/** `/…/` or `/…/i`. */
export interface RegexLiteral {
  readonly kind: 'regex'
  readonly pattern: string
  readonly ignoreCase: boolean
  readonly span: Span
}
