import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/diagnostics/catalogue.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { renderSarif } from '../../src/diagnostics/render-sarif.ts'
import { Source } from '../../src/diagnostics/source.ts'
import { all, large, misspelt, pair, policyText, readSarifSchema, twice } from './sample.ts'

const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true }).compile(
  readSarifSchema(),
)
const render = (diagnostics: readonly Diagnostic[]) => renderSarif(diagnostics, { version: '1.2.3' })

test('what is written follows the published schema', () => {
  for (const diagnostics of [[], all, [misspelt]]) {
    const written: unknown = JSON.parse(JSON.stringify(render(diagnostics)))
    expect(validate(written), JSON.stringify(validate.errors)).toBe(true)
  }
  expect(validate({ version: '2.1.0' })).toBe(false)
  expect(validate({ ...render([]), runs: [{}] })).toBe(false)
})

test('rules are those that were found, with help and levels', () => {
  const [{ tool, results }] = render(all).runs
  expect(tool.driver.semanticVersion).toBe('1.2.3')
  expect(tool.driver.rules.map((each) => (each as { id: string }).id)).toEqual(['P202', 'P204', 'P801'])
  expect(tool.driver.rules[0]).toMatchObject({
    shortDescription: { text: catalogue.P202.title },
    defaultConfiguration: { level: 'error' },
    help: { markdown: expect.stringContaining(`    ${catalogue.P202.prefer}`) },
  })
  expect(results.map((each) => [each.ruleId, each.ruleIndex, each.level])).toEqual([
    ['P801', 2, 'note'],
    ['P202', 0, 'error'],
    ['P204', 1, 'error'],
    ['P204', 1, 'error'],
  ])
})

test('places, related places and fixes', () => {
  const [{ columnKind, results }] = render([misspelt, twice]).runs
  expect(columnKind).toBe('utf16CodeUnits')
  const region = { startLine: 2, startColumn: 18, endLine: 2, endColumn: 29 }
  const artifactLocation = { uri: 'policies/main.policy', uriBaseId: '%SRCROOT%' }
  expect(results[0]!.locations).toEqual([
    { physicalLocation: { artifactLocation, region }, message: { text: 'not an attribute' } },
  ])
  expect(results[0]!.fixes).toEqual([
    {
      description: { text: 'did you mean `caller.team`?' },
      artifactChanges: [
        { artifactLocation, replacements: [{ deletedRegion: region, insertedContent: { text: 'caller.team' } }] },
      ],
    },
  ])
  expect(results[1]!.relatedLocations).toMatchObject([
    {
      id: 1,
      message: { text: 'declared here too' },
      physicalLocation: {
        artifactLocation: { uri: 'policies/a%2C%20b/100%25%20%26%20%22more%22.policy' },
        region: { startLine: 1, startColumn: 6, endLine: 1, endColumn: 11 },
      },
    },
  ])
})

test('an absolute path is a file URL', () => {
  const source = new Source('/srv/a b/main.policy', 'x')
  const [{ results }] = render([{ ...misspelt, span: { source, start: 0, end: 1 } }]).runs
  expect(results[0]!.locations[0]!.physicalLocation.artifactLocation).toEqual({ uri: 'file:///srv/a%20b/main.policy' })
})

test('witnesses are in the text and in the properties', () => {
  const [{ results }] = render([twice, pair]).runs
  expect(results[0]!.message.text).toContain('\nfor example: {"caller": {"team": "a"')
  expect(results[0]!.properties).toEqual({ witness: twice.witness })
  expect(results[1]!.properties).toEqual({ witnesses: pair.witnesses })
  expect(results[1]!.message.text.match(/for example/g)).toHaveLength(2)
})

describe('fingerprints', () => {
  const prints = (diagnostics: readonly Diagnostic[]) =>
    render(diagnostics).runs[0].results.map((each) => each.partialFingerprints['policycFinding/v1'])
  const moved = (each: Diagnostic, before: string): Diagnostic => {
    const source = new Source(each.span.source.path, before + policyText)
    return { ...each, span: { source, start: each.span.start + before.length, end: each.span.end + before.length } }
  }

  test('survive a move of lines, and of blanks within', () => {
    const all = [misspelt, twice, large]
    expect(prints(all.map((each) => moved(each, '# more\n\nallow x\n')))).toEqual(prints(all))
    const spaced = new Source(twice.span.source.path, policyText.replace('deny  staff when', 'deny staff\n  when'))
    const end = spaced.text.indexOf('route')
    expect(prints([{ ...twice, span: { source: spaced, start: policyText.indexOf('deny'), end } }])).toEqual(
      prints([twice]),
    )
  })

  test('tell apart code, names, text, file, and equal findings by their order', () => {
    const others: Diagnostic[] = [
      misspelt,
      { ...misspelt, code: 'P201' },
      { ...misspelt, message: 'there is no attribute `caller.taem`' },
      { ...misspelt, span: { ...misspelt.span, end: misspelt.span.end + 3 } },
      { ...misspelt, span: { ...misspelt.span, source: new Source('b.policy', policyText) } },
      misspelt,
    ]
    const found = prints(others)
    expect(new Set(found).size).toBe(others.length)
    expect(found[5]).toBe(found[0]!.replace(/:1$/, ':2'))
  })
})

test('what could not be read was not analysed', () => {
  const invocations = (code: 'P901' | 'P202') => render([{ ...misspelt, code }]).runs[0].invocations
  expect(invocations('P901')).toEqual([{ executionSuccessful: false }])
  expect(invocations('P202')).toEqual([{ executionSuccessful: true }])
})
