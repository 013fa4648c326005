import { expect, test } from 'vitest'
import { type Code, catalogue } from '../../src/diagnostics/catalogue.ts'
import { parse, show } from './support.ts'

/** Entries whose example is a description of a file, not a text. */
const described = new Set(['P106', 'P107'])
const codes = (Object.keys(catalogue) as Code[]).filter((code) => /^P1/.test(code) && !described.has(code))

test.each(codes)('%s: the example of the catalogue draws it, the better one draws nothing', (code) => {
  const { avoid, prefer } = catalogue[code]
  expect(new Set(parse(avoid).diagnostics.map((each) => each.code))).toEqual(new Set([code]))
  expect(parse(prefer).diagnostics.map(show)).toEqual([])
})
