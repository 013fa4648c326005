/**
 * Text in, diagnostics out. A fixture has cases, each with a title, a policy, and what is said of it;
 * `UPDATE_FIXTURES=1` writes down what is said now. Of every case the offered edits are applied too.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/diagnostics/catalogue.ts'
import type { Diagnostic, Edit } from '../../src/diagnostics/diagnostic.ts'
import type { Span } from '../../src/diagnostics/source.ts'
import { checkText } from './sample.ts'

const directory = join(import.meta.dirname, 'fixtures')

interface Case {
  readonly title: string
  readonly text: string
  readonly said: string
}

function readCases(file: string): Case[] {
  const parts = readFileSync(join(directory, file), 'utf8').split(/^════ (.*)\n/m)
  const cases: Case[] = []
  for (let index = 1; index < parts.length; index += 2) {
    const [text, said = ''] = parts[index + 1]!.split(/^────\n/m)
    cases.push({ title: parts[index]!, text: text!, said })
  }
  return cases
}

function placeOf({ source, start, end }: Span): string {
  const from = source.positionAt(start)
  const to = source.positionAt(end)
  return `${from.line}:${from.column}-${to.line}:${to.column}`
}

/** Of mistakes in the text itself only code and place: their words are the parser's. */
function print(each: Diagnostic): string {
  const { source, start, end } = each.span
  const lines = [
    `${each.code} ${placeOf(each.span)} ${JSON.stringify(source.text.slice(start, end))}`,
    `  ${each.message}`,
  ]
  if (each.code.startsWith('P1')) return lines[0]!
  for (const { message, span } of each.related) lines.push(`  see ${placeOf(span)}: ${message}`)
  if (each.help !== undefined) lines.push(`  help: ${each.help}`)
  for (const { span, text } of each.edits ?? []) lines.push(`  edit ${placeOf(span)}: ${JSON.stringify(text)}`)
  return lines.join('\n')
}

function apply(text: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((a, b) => b.span.start - a.span.start)
  return ordered.reduce((done, { span, text: by }) => done.slice(0, span.start) + by + done.slice(span.end), text)
}

const files = readdirSync(directory).sort()
const drawn = new Set<string>()

describe.each(files)('%s', (file) => {
  const cases = readCases(file)
  const printed: string[] = []

  test.each(cases)('$title', async ({ text, said }) => {
    const { policy, diagnostics } = await checkText(text)
    const found = diagnostics.map((each) => `${print(each)}\n`).join('')
    printed.push(found)
    for (const each of diagnostics) drawn.add(each.code)
    if (!process.env['UPDATE_FIXTURES']) expect(found).toBe(said)
    expect(policy === undefined).toBe(diagnostics.length > 0)
    for (const each of diagnostics) {
      expect(each.message).toMatch(/^(?:[a-z`"'0-9]).*[^.]$/)
      expect(each.span.end).toBeGreaterThan(each.span.start)
      if (!each.edits) continue
      const after = await checkText(apply(text, each.edits))
      expect(
        after.diagnostics.filter((other) => other.span.start === each.span.start).map((other) => other.message),
      ).not.toContain(each.message)
    }
  })

  test('is as it is written', () => {
    if (!process.env['UPDATE_FIXTURES']) return
    expect(printed.length).toBe(cases.length)
    const text = cases.map((each, index) => `════ ${each.title}\n${each.text}────\n${printed[index]}`).join('')
    writeFileSync(join(directory, file), text)
  })
})

/** Drawn by `imports.test.ts`, which has several files, or by other parts of the program. */
const elsewhere = ['P205', 'P206', 'P299']

test('every code of the check is drawn by a fixture', () => {
  const codes = Object.keys(catalogue).filter((code) => code.startsWith('P2') && !elsewhere.includes(code))
  expect(codes.filter((code) => !drawn.has(code))).toEqual([])
})
