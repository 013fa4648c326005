/**
 * Diagnostics for GitHub Actions: workflow commands, which GitHub shows beside the lines they are about, and a job
 * summary in Markdown, since of each kind GitHub shows only the first few of a step.
 *
 * See "Workflow commands for GitHub Actions" in GitHub's documentation.
 */
import type { Severity } from './catalogue.ts'
import { catalogue } from './catalogue.ts'
import type { Diagnostic } from './diagnostic.ts'
import { layWitness } from './lay-witness.ts'
import { cleanText } from './render-row.ts'

const commands: Readonly<Record<Severity, 'error' | 'warning' | 'notice'>> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
}
const severities = ['error', 'warning', 'information'] as const

/** How many annotations of one kind GitHub shows for a step. */
const shownOfEach = 10

/** The workflow commands, a line each, errors first; what is beyond those that GitHub shows stands in the log alone. */
export function renderGithub(diagnostics: readonly Diagnostic[]): string {
  const lines = severities.flatMap((severity) => {
    const own = diagnostics.filter((each) => each.severity === severity)
    return [...own.slice(0, shownOfEach).map(commandOf), ...own.slice(shownOfEach).map(lineOf)]
  })
  return lines.map((line) => `${line}\n`).join('')
}

function commandOf(diagnostic: Diagnostic): string {
  const { code, severity, message, help, span } = diagnostic
  const start = span.source.positionAt(span.start)
  const end = span.source.positionAt(span.end)
  // Columns are taken only where they are of one line.
  const columns = start.line === end.line ? { col: start.column, endColumn: end.column } : {}
  const properties = {
    file: span.source.path,
    line: start.line,
    endLine: end.line,
    ...columns,
    title: `${code}: ${catalogue[code].title}`,
  }
  const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
  const text = [message, ...(help === undefined ? [] : [help]), ...examplesOf(diagnostic)].join('\n')
  return `::${commands[severity]} ${written.join(',')}::${escapeMessage(text)}`
}

function lineOf({ code, severity, message, span }: Diagnostic): string {
  const { line, column } = span.source.positionAt(span.start)
  return cleanText(`${span.source.path}:${line}:${column}: ${severity}[${code}]: ${message}`)
}

function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

function examplesOf({ witness, witnesses }: Diagnostic): string[] {
  const shown = witnesses ?? (witness === undefined ? [] : [witness])
  return shown.map((each) => `for example: ${layWitness(each, Number.POSITIVE_INFINITY).join('')}`)
}

/** Of the megabyte that GitHub takes for a step, with room for what else is written to it. */
const summaryCharactersMax = 500_000

/** The summary of the job in Markdown: every diagnostic in a table, errors first. */
export function renderGithubSummary(diagnostics: readonly Diagnostic[], title: string): string {
  const ordered = severities.flatMap((severity) => diagnostics.filter((each) => each.severity === severity))
  let text = `### ${escapeCell(title)}\n\n`
  if (ordered.length === 0) return text
  text += '| | Code | Place | |\n| --- | --- | --- | --- |\n'
  for (const [index, each] of ordered.entries()) {
    const row = rowOf(each)
    if (text.length + row.length > summaryCharactersMax)
      return `${text}\n${ordered.length - index} more are left out.\n\n`
    text += row
  }
  return `${text}\n`
}

function rowOf(diagnostic: Diagnostic): string {
  const { code, severity, message, help, span } = diagnostic
  const { line } = span.source.positionAt(span.start)
  const parts = [escapeCell(message), ...(help === undefined ? [] : [`_help:_ ${escapeCell(help)}`])]
  const examples = examplesOf(diagnostic).map(escapeCell)
  return `| ${severity} | ${code} | ${escapeCell(`${span.source.path}:${line}`)} | ${[...parts, ...examples].join('<br>')} |\n`
}

/** One cell of a table: what Markdown would read as its own is escaped, but for the backticks around names. */
function escapeCell(text: string): string {
  const parts = cleanText(text).split('`')
  // Behind an odd number of backticks the text is code, where nothing but the bar means anything.
  return parts
    .map((part, index) => {
      const isCode = index % 2 === 1 && index < parts.length - 1
      return isCode ? part.replaceAll('|', '\\|') : part.replace(/[\\|<>*_[\]~&#]/g, '\\$&')
    })
    .join('`')
}
