/** A pattern without a bounded automaton is refused with its place, before anything is compiled. */
import { expect, test } from 'vitest'
import { readPolicy } from '../../src/compile/load.ts'

const config = { providers: { sandbox: { type: 'simulator' } } }

test('P109 names the pattern, once for each', async () => {
  const policy = [
    'deny a when request.text matches /(a|b)*a(a|b){20}/',
    'deny b when request.text matches /(a|b)*a(a|b){20}/ or request.text matches /^ok$/',
  ].join('\n')
  const { diagnostics, checked } = await readPolicy({ config, policy }, { env: {} })
  expect(checked).toBeUndefined()
  expect(diagnostics.map((each) => [each.code, each.message])).toEqual([
    ['P109', 'the pattern needs more states than an automaton may have'],
  ])
  const [{ span }] = diagnostics as [(typeof diagnostics)[number]]
  expect(span.source.text.slice(span.start, span.end)).toContain('(a|b){20}')
})

test('large alternations and counted repetitions that are bounded are fine', async () => {
  const policy = `deny a when request.text matches /^(?:${Array.from({ length: 200 }, (_, i) => `word${i}`).join('|')})[0-9]{1,200}$/`
  const { diagnostics } = await readPolicy({ config, policy }, { env: {} })
  expect(diagnostics).toEqual([])
})
