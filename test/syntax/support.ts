/** What the tests of the syntax share: parsing a string, showing diagnostics as text, applying edits. */
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { Source } from '../../src/diagnostics/source.ts'
import type { PolicyFile } from '../../src/syntax/ast.ts'
import { parsePolicy } from '../../src/syntax/parse.ts'

export function parse(text: string): { file: PolicyFile; diagnostics: readonly Diagnostic[] } {
  return parsePolicy(new Source('main.policy', text))
}

/** `3:5 P101 found … ‹underlined› = help`. */
export function show(diagnostic: Diagnostic): string {
  const { span, code, message, help, edits } = diagnostic
  const { line, column } = span.source.positionAt(span.start)
  const underlined = span.source.text.slice(span.start, span.end).replaceAll('\n', '⏎')
  const lines = [`${line}:${column} ${code} ${message}`, `    at ‹${underlined}›`]
  if (help) lines.push(`    = ${help}`)
  for (const edit of edits ?? []) {
    lines.push(
      `    ~ ‹${span.source.text.slice(edit.span.start, edit.span.end).replaceAll('\n', '⏎')}› → ‹${edit.text.replaceAll('\n', '⏎')}›`,
    )
  }
  for (const each of diagnostic.related) {
    const at = span.source.positionAt(each.span.start)
    lines.push(`    + ${at.line}:${at.column} ${each.message}`)
  }
  return lines.join('\n')
}

/** The text with the edits of all diagnostics applied; they must not overlap. */
export function applyEdits(text: string, diagnostics: readonly Diagnostic[]): string {
  const edits = diagnostics
    .flatMap((each) => each.edits ?? [])
    .sort((a, b) => b.span.start - a.span.start || b.span.end - a.span.end)
  let result = text
  let before = Number.POSITIVE_INFINITY
  for (const { span, text: put } of edits) {
    if (span.end > before) throw new Error(`edits overlap at ${span.start} in ${text}`)
    before = span.start
    result = result.slice(0, span.start) + put + result.slice(span.end)
  }
  return result
}

/** A tree without its spans. */
export function withoutSpans<T>(value: T): unknown {
  return JSON.parse(JSON.stringify(value, (key, each: unknown) => (key === 'span' ? undefined : each)) ?? 'null')
}
