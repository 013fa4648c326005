/** How much of a file is read, and what is said where it is more. */
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { maxTokens } from './lex.ts'

/** A text may have so many bytes (UTF-16 units, once it is read). */
export const maxLength = 8 * 1024 * 1024
/** Most statements of one file. */
export const maxStatements = 150_000
/** So many diagnostics are reported of one file. */
export const maxReported = 100

/** P107 for a text that is too long (`at` is 0), or has too many tokens and is read up to `at`. */
export function tooLong(source: Source, at: number): Diagnostic {
  const message =
    at === 0
      ? `the text is longer than ${maxLength / 1024 / 1024} MiB`
      : `the text has more than ${maxTokens.toLocaleString('en')} words and signs; the rest is not read`
  const help = 'put what is long into a table or a set of another file'
  return diagnostic('P107', { message, span: { source, start: at, end: Math.min(at + 1, source.text.length) }, help })
}

/** P107 for a text whose statements are too many, read up to `at`. */
export function tooMany(source: Source, at: number): Diagnostic {
  return diagnostic('P107', {
    message: `the file has more than ${maxStatements.toLocaleString('en')} statements; the rest is not read`,
    span: { source, start: at, end: at + 1 },
    help: 'part the file and `import` the parts, or keep long lists in `tables` of gateway.yaml',
  })
}

/** In the order of the text, and no more than can be read. */
export function cutShort(said: readonly Diagnostic[]): Diagnostic[] {
  const sorted = [...said].sort((a, b) => a.span.start - b.span.start)
  if (sorted.length <= maxReported) return sorted
  const more = sorted.length - maxReported
  const message = `${more} more ${more === 1 ? 'mistake is' : 'mistakes are'} not shown`
  const rest = diagnostic('P107', { message, span: sorted[maxReported]!.span, help: 'mend these first' })
  return [...sorted.slice(0, maxReported), rest]
}
