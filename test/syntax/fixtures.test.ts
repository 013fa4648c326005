import { join } from 'node:path'
import { describe } from 'vitest'
import { Source } from '../../src/diagnostics/source.ts'
import { formatPolicy } from '../../src/syntax/format.ts'
import { testFixtures } from '../fixture.ts'
import { parse, show } from './support.ts'

const here = import.meta.dirname

describe('recovery: what is said, and which statements are left', () => {
  testFixtures(join(here, 'recovery'), (input) => {
    const { file, diagnostics } = parse(input)
    const left = file.statements.map((each) => ('name' in each ? `${each.kind} ${each.name.text}` : each.kind))
    return [diagnostics.map(show).join('\n'), left.join('\n')]
  })
})

describe('format', () => {
  testFixtures(join(here, 'format'), (input) => {
    const formatted = formatPolicy(new Source('main.policy', input))
    return ['text' in formatted ? formatted.text : formatted.diagnostics.map(show).join('\n')]
  })
})
