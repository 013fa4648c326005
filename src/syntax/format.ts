/**
 * The one canonical layout of policy files: no options, lines of at most 100 characters where they can be broken.
 *
 * A formatter that changes a policy would be worse than none, so this one reads its own output back and compares:
 * the same tree, the same comments in the same order, and nothing to change a second time.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { Source } from '../diagnostics/source.ts'
import type { Comment, PolicyFile } from './ast.ts'
import { printDoc } from './doc.ts'
import { isBlank, layStatement } from './layout.ts'
import { type ParsedFile, parseFile } from './parse.ts'
import { segment } from './segment.ts'

export { printCondition } from './print-condition.ts'

/** Lines are broken to be no longer than this. */
export const lineWidth = 100

/** Formats a policy file; where it has errors, gives them instead. Throws only where this formatter is wrong. */
export function formatPolicy(source: Source): { text: string } | { diagnostics: Diagnostic[] } {
  const parsed = parseFile(source)
  if (parsed.diagnostics.length > 0) return { diagnostics: [...parsed.diagnostics] }
  const text = print(source, parsed)
  const again = new Source(source.path, text)
  const reparsed = parseFile(again)
  const bug = (what: string): Error =>
    new Error(`formatting ${source.path} would ${what}: this is a bug of policyc, please report it`)
  if (reparsed.diagnostics.length > 0) throw bug('break it')
  if (meaningOf(reparsed.file) !== meaningOf(parsed.file)) throw bug('change what it means')
  if (commentsOf(reparsed.file) !== commentsOf(parsed.file)) throw bug('change its comments')
  if (print(again, reparsed) !== text) throw bug('not be stable')
  return { text }
}

function print(source: Source, { file, tokens, marks }: ParsedFile): string {
  const out: string[] = []
  let end = 0
  let nextComment = 0
  const commentsUntil = (offset: number): readonly Comment[] => {
    const first = nextComment
    while (nextComment < file.comments.length && file.comments[nextComment]!.span.start < offset) nextComment++
    return file.comments.slice(first, nextComment)
  }
  const begin = (start: number): void => {
    if (out.length > 0) out.push(isBlank(source.text.slice(end, start)) ? '\n\n' : '\n')
  }
  const addComments = (offset: number): void => {
    for (const comment of commentsUntil(offset)) {
      const isTrailing = out.length > 0 && !/[\r\n]/.test(source.text.slice(end, comment.span.start))
      if (isTrailing) out.push(' ')
      else begin(comment.span.start)
      out.push(comment.text)
      end = comment.span.end
    }
  }
  for (const chunk of segment(tokens)) {
    const start = chunk.tokens[0]!.startOffset
    addComments(start)
    begin(start)
    end = chunk.tokens.at(-1)!.endOffset + 1
    const comments = commentsUntil(end)
    out.push(printDoc(layStatement({ text: source.text, comments, marks }, chunk.tokens), lineWidth))
  }
  addComments(source.text.length + 1)
  return out.length === 0 ? '' : `${out.join('')}\n`
}

/** A file's tree as text, without the places that things stand at. */
function meaningOf({ language, statements }: PolicyFile): string {
  return JSON.stringify({ language, statements }, (key, value: unknown) => (key === 'span' ? undefined : value))
}

function commentsOf(file: PolicyFile): string {
  return JSON.stringify(file.comments.map((comment) => comment.text))
}
