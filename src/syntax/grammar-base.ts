/**
 * What every part of the grammar needs: the text being parsed, spans, and a place for what is said about it.
 *
 * Chevrotain wants grammars as classes; the grammar is one class in four layers (values, conditions, clauses,
 * statements), each in its own file. Its own re-synchronisation stays off: statements are cut apart before they are
 * parsed (`segment.ts`), which lands on the next statement more surely than follow sets do where keywords are words.
 *
 * Grammar rules run once without input to be recorded; whatever looks at tokens therefore stands in `ACTION`.
 */
import { EmbeddedActionsParser, type IParserConfig, type IToken, type TokenType } from 'chevrotain'
import type { Code } from '../diagnostics/catalogue.ts'
import type { Diagnostic, DiagnosticInit, Edit } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import { Source, type Span } from '../diagnostics/source.ts'
import type { Mark } from './marks.ts'
import { type Token, vocabulary } from './tokens.ts'

/** Of one statement; more are neither kept nor compared with each other. */
const maxHabits = 1_000

export class GrammarBase extends EmbeddedActionsParser {
  protected source: Source = new Source('', '')
  protected said: Diagnostic[] = []
  protected marks: Map<number, Mark> = new Map()
  private habits = 0

  constructor(config: IParserConfig) {
    super(vocabulary, config)
  }

  /** Starts on the tokens of one statement; `said` and `marks` are filled by parsing it. */
  begin(source: Source, tokens: readonly Token[], said: Diagnostic[], marks: Map<number, Mark>): void {
    this.source = source
    this.said = said
    this.marks = marks
    this.habits = 0
    this.input = tokens as Token[]
  }

  protected spanOf(token: IToken): Span {
    return { source: this.source, start: token.startOffset, end: (token as Token).endOffset + 1 }
  }

  /** From a token to the one consumed last. */
  protected spanSince(first: IToken): Span {
    const last = this.LA(0)
    const start = first.startOffset
    return { source: this.source, start, end: Math.max((last.endOffset ?? start) + 1, (first as Token).endOffset + 1) }
  }

  protected textOf(span: Span): string {
    return span.source.text.slice(span.start, span.end)
  }

  protected say(code: Code, init: DiagnosticInit): void {
    this.said.push(diagnostic(code, init))
  }

  /** Reports what does not fit the grammar although parsing can go on. */
  protected wrong(span: Span, message: string, help?: string): void {
    this.say('P101', { message, span, help })
  }

  /**
   * Reports a form of another language with the edits that mend it. An edit that replaces the place of an earlier
   * one has mended that place too, so the earlier diagnostic goes.
   */
  protected habit(span: Span, message: string, edits: readonly Edit[], help?: string): void {
    if (++this.habits > maxHabits) return
    for (let i = this.said.length - 1; i >= 0; i--) {
      const each = this.said[i]!
      const covered =
        each.code === 'P103' && each.edits?.every((old) => edits.some((edit) => covers(edit.span, old.span)))
      if (covered) this.said.splice(i, 1)
    }
    this.say('P103', { message, span, edits, help: help ?? `write \`${edits[0]?.text.trim()}\`` })
  }

  /** Replaces the text of a span by what was meant. */
  protected replace(span: Span, wanted: string, text: string): void {
    this.habit(span, `found \`${shown(this.textOf(span))}\` where ${wanted} was wanted`, [{ span, text }])
  }

  protected mark(token: IToken, mark: Mark): void {
    this.marks.set(token.startOffset, mark)
  }

  protected nextIs(type: TokenType, ahead = 1): boolean {
    return this.LA(ahead).tokenType === type
  }
}

function covers(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end && outer.start < outer.end
}

/** Text as it is shown within a message. */
export function shown(text: string): string {
  const line = text.split(/[\r\n]/, 1)[0]!
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}
