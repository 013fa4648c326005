/** The state of the lexer, and the few things that all of its readers do with it. */
import type { TokenType } from 'chevrotain'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source, Span } from '../diagnostics/source.ts'
import type { Comment } from './ast.ts'
import { findBidirectional } from './lookalike.ts'
import type { Token } from './tokens.ts'

/** What is said beyond this is dropped: the report is cut shorter anyway. */
const maxDiagnostics = 2_000

/** A text being read, up to `at`. */
export interface Scan {
  readonly source: Source
  readonly text: string
  readonly tokens: Token[]
  readonly comments: Comment[]
  readonly diagnostics: Diagnostic[]
  /** Where bidirectional characters stand, which are reported already. */
  readonly bidirectional: ReadonlySet<number>
  at: number
  firstOnLine: boolean
  /** Set once it is known that no block comment ends from here on, so that nothing is searched twice. */
  noBlockEnd: boolean
  /** Where the last stray character ended. */
  strayEnd: number
}

/** The state at the start of a text. */
export function startScan(source: Source): Scan {
  const { text } = source
  const diagnostics = findBidirectional(source, maxDiagnostics)
  const bidirectional = new Set(diagnostics.map((each) => each.span.start))
  const at = text.startsWith('\ufeff') ? 1 : 0
  const state = { at, firstOnLine: true, noBlockEnd: false, strayEnd: -1 }
  return { source, text, tokens: [], comments: [], diagnostics, bidirectional, ...state }
}

/** A place in the text. */
export function span({ source }: Scan, start: number, end: number): Span {
  return { source, start, end }
}

/** Keeps a diagnostic, if there is one. */
export function say(scan: Scan, each: Diagnostic | undefined): void {
  if (each && scan.diagnostics.length < maxDiagnostics) scan.diagnostics.push(each)
}

/** Reports a form of another language, and the text that mends it. */
export function habit(scan: Scan, start: number, end: number, edit: string, wanted: string): void {
  const where = span(scan, start, end)
  const message = `found \`${shorten(scan.text.slice(start, end))}\` where ${wanted} was wanted`
  const help = edit.trim() === '' ? 'delete it' : `write \`${shorten(edit.trim())}\``
  say(scan, diagnostic('P103', { message, span: where, help, edits: [{ span: where, text: edit }] }))
}

/** Reports a literal that is not well formed. */
export function malformed(scan: Scan, start: number, end: number, message: string, help: string): void {
  say(scan, diagnostic('P104', { message, span: span(scan, start, end), help }))
}

/** Adds a token, and goes on after it; `image` is what was meant, where that is not what is written. */
export function push(
  scan: Scan,
  type: TokenType,
  start: number,
  end: number,
  image?: string,
  literal?: Token['literal'],
): void {
  scan.tokens.push({
    image: image ?? scan.text.slice(start, end),
    startOffset: start,
    endOffset: end - 1,
    tokenType: type,
    tokenTypeIdx: type.tokenTypeIdx!,
    firstOnLine: scan.firstOnLine,
    ...(literal === undefined ? {} : { literal }),
  })
  scan.firstOnLine = false
  scan.at = end
}

/** What a sticky pattern finds at the current place. */
export function match(scan: Scan, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = scan.at
  return pattern.exec(scan.text)
}

/** Where the line of an offset ends. */
export function lineEnd(scan: Scan, from: number): number {
  const ends = /[\r\n]/g
  ends.lastIndex = from
  return ends.exec(scan.text)?.index ?? scan.text.length
}

function shorten(text: string): string {
  const line = text.split(/[\r\n]/, 1)[0]!
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}
