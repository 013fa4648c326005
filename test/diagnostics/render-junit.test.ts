import { expect, test } from 'vitest'
import { junitCasesOf, renderJunit } from '../../src/diagnostics/render-junit.ts'
import { all, large, misspelt, twice } from './sample.ts'

const files = ['policies/main.policy', 'policies/groups.policy']

test('cases that passed, failed, and passed with something to say', () => {
  const text = renderJunit({
    name: 'tests of main.policy',
    cases: [
      { name: 'interns', group: 'main.policy', file: 'main.policy', line: 3 },
      { name: 'strangers', group: 'main.policy', failure: { type: 'P602', message: 'found allowed', text: 'a\n  b' } },
      { name: 'guests', group: 'main.policy', output: 'slow' },
    ],
  })
  expect(text).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="policyc" tests="3" failures="1" errors="0" skipped="0">
  <testsuite name="tests of main.policy" tests="3" failures="1" errors="0" skipped="0">
    <testcase name="interns" classname="main.policy" file="main.policy" line="3"/>
    <testcase name="strangers" classname="main.policy">
      <failure type="P602" message="found allowed">a
  b</failure>
    </testcase>
    <testcase name="guests" classname="main.policy">
      <system-out>slow</system-out>
    </testcase>
  </testsuite>
</testsuites>
`)
})

test('diagnostics: a case each, and one for each file without any', () => {
  const cases = junitCasesOf(all, { files, isStrict: false })
  expect(cases.map((each) => [each.name.slice(0, 4), each.failure !== undefined])).toEqual([
    ['poli', false],
    ['P801', false],
    ['P202', true],
    ['P204', true],
    ['P204', true],
  ])
  expect(cases[0]).toEqual({ name: files[1], group: files[1], file: files[1] })
  expect(cases[1]!.output).toContain('information[P801]')
  expect(cases[2]).toMatchObject({ file: files[0], line: 2, failure: { type: 'P202', message: misspelt.message } })
  expect(cases[2]!.failure!.text).toContain('caller.tema == "a"')
})

test('warnings fail where they are to', () => {
  const warning = { ...large, severity: 'warning' as const }
  const fails = (isStrict: boolean) => junitCasesOf([warning], { files, isStrict })[1]!.failure !== undefined
  expect([fails(false), fails(true)]).toEqual([false, true])
})

test('no text of a policy is read as XML', () => {
  const text = renderJunit({ name: '<&">\n\u0000', cases: junitCasesOf([twice], { files: [], isStrict: false }) })
  expect(text).toContain('name="&lt;&amp;&quot;&gt;&#10;�"')
  expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/)
  expect(text.match(/<\/failure>/g)).toHaveLength(1)
  expect(text).toContain('&lt;/failure&gt;')
})
