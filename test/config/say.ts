/** Diagnostics as text: code, place, message, what is underlined, and the help. */
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'

export function sayAll(diagnostics: readonly Diagnostic[], directory = 'FOLDER'): string {
  return diagnostics.map((each) => say(each).replaceAll(directory, 'FOLDER')).join('')
}

function say({ code, message, span, related, help }: Diagnostic): string {
  const { line, column } = span.source.positionAt(span.start)
  const text = span.source.text.slice(span.start, span.end)
  const underlined = text === '' ? '' : `  at ${text.replaceAll('\n', '⏎')}\n`
  const whys = related.map((each) => {
    const place = each.span.source.positionAt(each.span.start)
    return `  ${place.line}:${place.column} ${each.message}\n`
  })
  return `${code} ${line}:${column} ${message}\n${underlined}${whys.join('')}${help === undefined ? '' : `  help: ${help}\n`}`
}
