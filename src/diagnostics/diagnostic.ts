/**
 * A diagnostic: one thing to say about a text, as a value. How it is printed is for the renderers;
 * what its code means is in `catalogue.ts`.
 */
import type { Code, Severity } from './catalogue.ts'
import { catalogue } from './catalogue.ts'
import type { Span } from './source.ts'

/** A second place that explains the first, with its own label. */
export interface Related {
  readonly message: string
  readonly span: Span
}

/** A change of text that mends what is wrong. */
export interface Edit {
  readonly span: Span
  readonly text: string
}

/** One problem of a policy or a configuration: its code, what is wrong, where, and what to do about it. */
export interface Diagnostic {
  readonly code: Code
  readonly severity: Severity
  /** One sentence, lower case, no full stop, the author's names in backticks. */
  readonly message: string
  readonly span: Span
  /** Short words beside the underline. */
  readonly label?: string
  readonly related: readonly Related[]
  /** How to mend it. */
  readonly help?: string
  readonly edits?: readonly Edit[]
  /** A request that shows it. */
  readonly witness?: Witness
  /** Two requests that show it together, such as two that share a cache entry and must not. */
  readonly witnesses?: readonly [Witness, Witness]
}

/** The facts of one request, nested as `policyc explain` reads them. */
export type Witness = Readonly<Record<string, unknown>>

/** What a caller says of a diagnostic; severity comes from the catalogue. */
export interface DiagnosticInit {
  readonly message: string
  readonly span: Span
  readonly label?: string | undefined
  readonly related?: readonly Related[]
  readonly help?: string | undefined
  readonly edits?: readonly Edit[] | undefined
  readonly witness?: Witness | undefined
  readonly witnesses?: readonly [Witness, Witness] | undefined
}

/** A diagnostic of the given code, with the severity that the catalogue gives it. */
export function diagnostic(code: Code, init: DiagnosticInit): Diagnostic {
  return {
    code,
    severity: catalogue[code].severity,
    message: init.message,
    span: init.span,
    related: init.related ?? [],
    ...(init.label === undefined ? {} : { label: init.label }),
    ...(init.help === undefined ? {} : { help: init.help }),
    ...(init.edits === undefined ? {} : { edits: init.edits }),
    ...(init.witness === undefined ? {} : { witness: init.witness }),
    ...(init.witnesses === undefined ? {} : { witnesses: init.witnesses }),
  }
}

/** Whether any of them is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((each) => each.severity === 'error')
}

/** Thrown by the public API when a policy or its configuration cannot be used; carries every diagnostic. */
export class PolicyError extends Error {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((each) => each.severity === 'error')
    const first = errors[0]
    const { line, column } = first ? first.span.source.positionAt(first.span.start) : { line: 1, column: 1 }
    super(
      first
        ? `${first.span.source.path}:${line}:${column}: ${first.code}: ${first.message}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}`
        : 'the policy cannot be used',
    )
    this.name = 'PolicyError'
    this.diagnostics = diagnostics
  }
}
