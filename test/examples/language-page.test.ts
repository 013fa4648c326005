/**
 * docs/language.md says what the program does: its tables are written from the program (with `UPDATE_FIXTURES=1`),
 * and every example on the pages parses.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { builtinAttributes, keyedAttribute, keyedFamilies, meterAttribute } from '../../src/check/attributes.ts'
import { detectors } from '../../src/check/detectors.ts'
import { catalogue } from '../../src/diagnostics/catalogue.ts'
import { Source } from '../../src/diagnostics/source.ts'
import type { Attribute } from '../../src/graph/attribute.ts'
import { formatPolicy } from '../../src/syntax/format.ts'
import { parsePolicy } from '../../src/syntax/parse.ts'
import { reservedWords } from '../../src/syntax/tokens.ts'
import { root } from '../cli/process.ts'

const page = join(root, 'docs/language.md')

/** A table with its columns in line, as the formatter of the project has it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)))
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!, fill)).join(' | ')} |`
  return [
    line(head),
    line(
      head.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ].join('\n')
}

function typeOf({ type, optional, values }: Attribute): string {
  const name = values === undefined ? type : `one of ${values.join(', ')}`
  return `${name}${optional ? '?' : ''}`
}

function attributeRows(): string[][] {
  const keyed = keyedFamilies.map((family) => ({ ...keyedAttribute(family, 'name'), id: `${family}["name"]` }))
  const meters = (['budget', 'limit', 'provider'] as const).map((family) => meterAttribute(family, 'NAME'))
  return [...builtinAttributes, ...keyed, ...meters].map((each) => [
    `\`${each.id}\``,
    typeOf(each),
    each.trust,
    each.documentation,
  ])
}

const sections: Readonly<Record<string, string>> = {
  'reserved words': reservedWords.map((each) => `\`${each}\``).join(' '),
  attributes: table(['attribute', 'type', 'trust', 'what it is'], attributeRows()),
  detectors: table(
    ['detector', 'finds'],
    detectors.map((each) => [`\`${each.name}\``, each.documentation]),
  ),
}

test('the tables are those of the program', () => {
  const text = readFileSync(page, 'utf8')
  const written = text.replace(/<!-- ([a-z ]+) -->\n[\s\S]*?<!-- end -->/g, (all, name: string) =>
    sections[name] === undefined ? all : `<!-- ${name} -->\n\n${sections[name]}\n\n<!-- end -->`,
  )
  for (const name of Object.keys(sections)) expect(written).toContain(`<!-- ${name} -->`)
  if (process.env['UPDATE_FIXTURES'] === '1') writeFileSync(page, written)
  else expect(text).toBe(written)
})

describe.each(['docs/language.md', 'README.md'])('%s', (path) => {
  const blocks = [...readFileSync(join(root, path), 'utf8').matchAll(/^```policy\n([\s\S]*?)^```/gm)].map(
    (each) => each[1]!,
  )

  test('its examples parse and can be formatted', () => {
    expect(blocks.length).toBeGreaterThan(0)
    for (const block of blocks) {
      const source = new Source(path, block)
      expect(parsePolicy(source).diagnostics.map((each) => `${each.message} in ${block}`)).toEqual([])
      expect(formatPolicy(source)).toHaveProperty('text')
    }
  })

  test('the codes that it names are there', () => {
    const text = readFileSync(join(root, path), 'utf8')
    const codes = [...new Set([...text.matchAll(/\bP\d{3}\b/g)].map((each) => each[0]))]
    expect(codes.filter((code) => !Object.hasOwn(catalogue, code))).toEqual([])
  })
})
