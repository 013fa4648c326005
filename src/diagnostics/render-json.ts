/**
 * Diagnostics for programs: one object, whose form `schemas/diagnostics.schema.json` states and which only grows.
 */
import type { Diagnostic, Witness } from './diagnostic.ts'
import type { Position, Span } from './source.ts'

/** A place: the file as it is shown to people, and the range in it. */
export interface JsonPlace {
  readonly file: string
  /** Lines and columns count from 1, columns in UTF-16 units; the end is behind the last character. */
  readonly range: { readonly start: Position; readonly end: Position }
}

export interface JsonDiagnostic extends JsonPlace {
  readonly code: string
  readonly severity: string
  readonly message: string
  readonly related: readonly (JsonPlace & { readonly message: string })[]
  readonly help?: string
  readonly edits?: readonly (JsonPlace & { readonly text: string })[]
  readonly witness?: Witness
  readonly witnesses?: readonly [Witness, Witness]
}

export interface JsonReport {
  readonly version: 1
  readonly diagnostics: readonly JsonDiagnostic[]
}

/** The report of a run as a value to print with `JSON.stringify`. */
export function renderJson(diagnostics: readonly Diagnostic[]): JsonReport {
  return { version: 1, diagnostics: diagnostics.map(toJson) }
}

function toJson(diagnostic: Diagnostic): JsonDiagnostic {
  const { code, severity, message, span, related, help, edits, witness, witnesses } = diagnostic
  return {
    code,
    severity,
    message,
    ...placeOf(span),
    related: related.map((each) => ({ message: each.message, ...placeOf(each.span) })),
    ...(help === undefined ? {} : { help }),
    ...(edits === undefined ? {} : { edits: edits.map((each) => ({ ...placeOf(each.span), text: each.text })) }),
    ...(witness === undefined ? {} : { witness }),
    ...(witnesses === undefined ? {} : { witnesses }),
  }
}

function placeOf({ source, start, end }: Span): JsonPlace {
  return { file: source.path, range: { start: source.positionAt(start), end: source.positionAt(end) } }
}
