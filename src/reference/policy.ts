/**
 * What the reference interpreter is given: the statements as written and the few things that a
 * configuration says about them. Plain data, so that a test can write one by hand.
 */
import type { CatalogueEntry } from '../config/catalogue.ts'
import type { AttributeDeclaration } from '../config/config.ts'
import type { Statement } from '../syntax/ast.ts'

/** One request as `explain` reads it: the attribute paths of the language, nested. */
export type Facts = Readonly<Record<string, unknown>>

/** A declared attribute; where its value comes from is no matter of deciding. */
export type Declared = Pick<AttributeDeclaration, 'path' | 'type' | 'enum' | 'required' | 'default'>

/** A table of data: rows by the text of the key attribute, cells as facts would give them. */
export interface ReferenceTable {
  readonly name: string
  /** The attribute whose value picks the row: `caller.team`. */
  readonly key: string
  readonly columns: Readonly<Record<string, Declared['type']>>
  readonly rows: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface ReferencePolicy {
  /** Every statement, in source order, imports replaced by what they name. */
  readonly statements: readonly Statement[]
  readonly catalogue: readonly CatalogueEntry[]
  /** Regions by provider, for targets without an entry of the catalogue. */
  readonly regions: Readonly<Record<string, string | undefined>>
  /** What the configuration fixes: `gateway.region`, `gateway.env`. */
  readonly fixed: Readonly<Record<string, string>>
  readonly attributes: readonly Declared[]
  readonly tables: readonly ReferenceTable[]
}

/** One candidate, as the `target.*` attributes show it. */
export interface Target {
  readonly id: string
  readonly provider: string
  readonly model: string
  readonly region?: string
  readonly tags: readonly string[]
  readonly context?: number
  readonly priceIn?: number
  readonly priceOut?: number
}

/** What a condition is evaluated in. */
export interface Situation {
  readonly policy: ReferencePolicy
  readonly facts: Facts
  /** Only in the condition after the `to` of a restrict, and in claims about candidates. */
  readonly target?: Target
  /** Only in the condition of an assert. */
  readonly access?: 'allow' | 'deny'
}

/** The statements of some kinds, in source order. */
export function statementsOf<K extends Statement['kind']>(
  policy: ReferencePolicy,
  ...kinds: readonly K[]
): (Statement & { readonly kind: K })[] {
  return policy.statements.filter((each): each is Statement & { readonly kind: K } =>
    kinds.some((kind) => kind === each.kind),
  )
}
