/**
 * Diagnostics for programs: one object, whose form `schemas/diagnostics.schema.json` states and which only grows.
 */
import type { Diagnostic } from './diagnostic.ts'
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
  readonly witness?: Readonly<Record<string, unknown>>
}

export interface JsonReport {
  readonly version: 1
  readonly diagnostics: readonly JsonDiagnostic[]
}

/** The report of a run as a value to print with `JSON.stringify`. */
export function renderJson(diagnostics: readonly Diagnostic[]): JsonReport {
  return { version: 1, diagnostics: diagnostics.map(toJson) }
}

function toJson({ code, severity, message, span, related, help, edits, witness }: Diagnostic): JsonDiagnostic {
  return {
    code,
    severity,
    message,
    ...placeOf(span),
    related: related.map((each) => ({ message: each.message, ...placeOf(each.span) })),
    ...(help === undefined ? {} : { help }),
    ...(edits === undefined ? {} : { edits: edits.map((each) => ({ ...placeOf(each.span), text: each.text })) }),
    ...(witness === undefined ? {} : { witness }),
  }
}

function placeOf({ source, start, end }: Span): JsonPlace {
  return { file: source.path, range: { start: source.positionAt(start), end: source.positionAt(end) } }
}
