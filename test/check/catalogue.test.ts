/** The catalogue's own examples: what is to be avoided draws its code, and what is preferred draws nothing. */
import { describe, expect, test } from 'vitest'
import { type Code, catalogue } from '../../src/diagnostics/catalogue.ts'
import { checkTexts } from './sample.ts'

/** Prose, or for other parts of the program to draw. */
const without: readonly string[] = ['P206', 'P299']

const before = 'define known_teams = caller.team in ["core"]\n'

const codes = (Object.keys(catalogue) as Code[]).filter((each) => each.startsWith('P2') && !without.includes(each))

async function drawn(text: string): Promise<string[]> {
  const { diagnostics } = await checkTexts({ 'main.policy': `${before}${text}`, 'groups.policy': '' })
  return [...new Set(diagnostics.map((each) => each.code))]
}

describe.each(codes)('%s', (code) => {
  test('avoid', async () => {
    expect(await drawn(catalogue[code].avoid)).toEqual([code])
  })

  test('prefer', async () => {
    expect(await drawn(catalogue[code].prefer)).toEqual([])
  })
})
