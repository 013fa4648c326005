/**
 * From statements that were read one by one to a file: what depends on the order in which they stand.
 */
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import type { BrokenStatement, Comment, PolicyFile, Statement } from './ast.ts'
import { cutShort } from './bounds.ts'
import type { Piece } from './read-chunk.ts'

/** A text as parsed, and what a later version of it can be parsed from. */
export interface ParsedText {
  readonly source: Source
  readonly file: PolicyFile
  readonly diagnostics: readonly Diagnostic[]
  readonly pieces: readonly Piece[]
  /** Whether each piece was read from its own text alone, so that it means the same wherever it stands. */
  readonly isPlain: boolean
}

/** What a file is made of. */
export interface Parts {
  readonly source: Source
  readonly pieces: readonly Piece[]
  readonly comments: readonly Comment[]
  readonly isPlain: boolean
  /** What is said of the file beside its statements. */
  readonly said: readonly Diagnostic[]
}

/** The file that the pieces make up. */
export function assemble({ source, pieces, comments, isPlain, said }: Parts): ParsedText {
  const statements: Statement[] = []
  const broken: BrokenStatement[] = []
  const all: Diagnostic[] = []
  let language: PolicyFile['language']
  for (const [index, { content, said: own }] of pieces.entries()) {
    for (const each of own) all.push(each)
    if (content.kind === 'broken') broken.push(content.statement)
    else if (content.kind === 'language') {
      const problem = findLanguageProblem(content, index === 0, language)
      if (problem) all.push(problem)
      else language = { version: 1, span: content.span }
    } else statements.push(content)
  }
  for (const each of said) all.push(each)
  const span = { source, start: 0, end: source.text.length }
  const file = { ...(language ? { language } : {}), statements, broken, comments, span }
  return { source, file, diagnostics: cutShort(all), pieces, isPlain }
}

function findLanguageProblem(
  { version, span }: Extract<Piece['content'], { kind: 'language' }>,
  isFirst: boolean,
  before: PolicyFile['language'],
): Diagnostic | undefined {
  if (before) {
    const related = [{ message: 'the first stands here', span: before.span }]
    return diagnostic('P110', { message: 'found a second `language`', span, related, help: 'delete it' })
  }
  if (!isFirst) {
    const help = 'write it at the top of the file'
    return diagnostic('P101', { message: 'found `language` after a statement', span, help })
  }
  if (version.value === 1) return undefined
  const help = 'this policyc knows `language 1`'
  return diagnostic('P108', { message: `found language \`${version.text}\``, span: version.span, help })
}
