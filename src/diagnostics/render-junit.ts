/**
 * Test results as JUnit XML, the form that continuous integration shows as tests: one suite, one case for each thing
 * that was looked at. What is a case is for the caller to say; `junitCasesOf` says it for diagnostics.
 */
import type { Diagnostic } from './diagnostic.ts'
import { renderPretty } from './render-pretty.ts'

/** What a run looked at, by the name that the list of tests shows. */
export interface JunitSuite {
  readonly name: string
  readonly cases: readonly JunitCase[]
}

/** One thing that was looked at; it passed where it has no failure. */
export interface JunitCase {
  readonly name: string
  /** What it belongs to, as a rule a file. */
  readonly group: string
  readonly file?: string
  readonly line?: number
  readonly failure?: JunitFailure
  /** What is to be said although it passed. */
  readonly output?: string
}

export interface JunitFailure {
  /** The code of the diagnostic. */
  readonly type: string
  readonly message: string
  /** The whole of it, in lines. */
  readonly text: string
}

/** The suite as an XML document. */
export function renderJunit({ name, cases }: JunitSuite): string {
  const failures = cases.filter((each) => each.failure).length
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="0"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="policyc" ${counts}>`,
    `  <testsuite name="${escapeAttribute(name)}" ${counts}>`,
    ...cases.map(caseOf),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function caseOf({ name, group, file, line, failure, output }: JunitCase): string {
  const place = `${file === undefined ? '' : ` file="${escapeAttribute(file)}"`}${line === undefined ? '' : ` line="${line}"`}`
  const head = `    <testcase name="${escapeAttribute(name)}" classname="${escapeAttribute(group)}"${place}`
  if (!failure && output === undefined) return `${head}/>`
  const { type, message, text } = failure ?? { type: '', message: '', text: '' }
  return [
    `${head}>`,
    ...(failure
      ? [
          `      <failure type="${escapeAttribute(type)}" message="${escapeAttribute(message)}">${escapeText(text)}</failure>`,
        ]
      : []),
    ...(output === undefined ? [] : [`      <system-out>${escapeText(output)}</system-out>`]),
    '    </testcase>',
  ].join('\n')
}

/** Characters that no XML 1.0 document may hold, not even escaped. */
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu

function escapeText(text: string): string {
  return text
    .replace(unwritable, '�')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;')
}

/** In attributes line ends and tabs would be read as blanks. */
function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}

export interface JunitOptions {
  /** The files that were looked at; one without a diagnostic is a case that passed. */
  readonly files: readonly string[]
  /** Whether warnings fail. */
  readonly isStrict: boolean
}

/** A case for each diagnostic, and for each file that there is nothing to say of. */
export function junitCasesOf(
  diagnostics: readonly Diagnostic[],
  { files, isStrict }: JunitOptions,
): readonly JunitCase[] {
  const told = new Set(diagnostics.map((each) => each.span.source.path))
  const silent = files.filter((each) => !told.has(each)).map((file) => ({ name: file, group: file, file }))
  return [...silent, ...diagnostics.map((each) => caseOfDiagnostic(each, isStrict))]
}

function caseOfDiagnostic(diagnostic: Diagnostic, isStrict: boolean): JunitCase {
  const { code, severity, message, span } = diagnostic
  const file = span.source.path
  const { line } = span.source.positionAt(span.start)
  const text = renderPretty(diagnostic)
  const fails = severity === 'error' || (isStrict && severity === 'warning')
  const rest = fails ? { failure: { type: code, message, text } } : { output: text }
  return { name: `${code}: ${message}`, group: file, file, line, ...rest }
}
