import { expect, test } from 'vitest'
import { parse } from './support.ts'

function literal(text: string) {
  const { file, diagnostics } = parse(`set a = [${text}]`)
  const [statement] = file.statements
  const item = statement?.kind === 'set' ? statement.values.items[0] : undefined
  return { item, codes: diagnostics.map((each) => each.code) }
}

test.each<[string, object]>([
  ['0', { kind: 'number', value: 0, integer: true }],
  ['-1', { kind: 'number', value: -1, integer: true, text: '-1' }],
  ['-0', { kind: 'number', value: 0 }],
  ['0.1', { kind: 'number', value: 0.1, integer: false }],
  ['1_000_000', { kind: 'number', value: 1_000_000, text: '1_000_000' }],
  ['200k', { kind: 'number', value: 200_000, integer: true }],
  ['1.5M', { kind: 'number', value: 1_500_000, integer: true }],
  ['0.0015k', { kind: 'number', value: 1.5, integer: false }],
  ['1.0', { kind: 'number', value: 1, integer: true }],
  ['9007199254740991', { kind: 'number', value: Number.MAX_SAFE_INTEGER }],
  ['250ms', { kind: 'duration', ms: 250 }],
  ['30s', { kind: 'duration', ms: 30_000 }],
  ['5m', { kind: 'duration', ms: 300_000 }],
  ['1.5h', { kind: 'duration', ms: 5_400_000 }],
  ['7d', { kind: 'duration', ms: 604_800_000 }],
  ['10KB', { kind: 'size', bytes: 10_000 }],
  ['10KiB', { kind: 'size', bytes: 10_240 }],
  ['1.5MiB', { kind: 'size', bytes: 1_572_864 }],
  ['2GB', { kind: 'size', bytes: 2_000_000_000 }],
  ['1GiB', { kind: 'size', bytes: 1_073_741_824 }],
  ['12B', { kind: 'size', bytes: 12 }],
  ['$500', { kind: 'money', nanoUsd: 500_000_000_000 }],
  ['$0.25', { kind: 'money', nanoUsd: 250_000_000 }],
  ['$0.000000001', { kind: 'money', nanoUsd: 1 }],
  ['$1_000', { kind: 'money', nanoUsd: 1_000_000_000_000 }],
  ['$2k', { kind: 'money', nanoUsd: 2_000_000_000_000 }],
  ['$0.1', { kind: 'money', nanoUsd: 100_000_000 }],
  ['$9007199.254740991', { kind: 'money', nanoUsd: Number.MAX_SAFE_INTEGER }],
  ['80%', { kind: 'percent', fraction: 0.8 }],
  ['7%', { kind: 'percent', fraction: 0.07 }],
  ['0.7%', { kind: 'percent', fraction: 0.007 }],
  ['57%', { kind: 'percent', fraction: 0.57 }],
  ['100%', { kind: 'percent', fraction: 1 }],
  ['true', { kind: 'bool', value: true }],
  ['jwt', { kind: 'word', text: 'jwt' }],
  ['"a\\n\\"\\u00e9\\ud83d\\ude00\\/"', { kind: 'string', value: 'a\n"é😀/' }],
  ['"日本語"', { kind: 'string', value: '日本語' }],
  ['"мир"', { kind: 'string', value: 'мир' }],
  ['"hello мир"', { kind: 'string', value: 'hello мир' }],
  ['openai/gpt-5', { kind: 'target', provider: 'openai', model: 'gpt-5' }],
  ['openai/*', { kind: 'target', provider: 'openai', model: '*' }],
  [
    'openrouter/anthropic/claude-sonnet-4',
    { kind: 'target', provider: 'openrouter', model: 'anthropic/claude-sonnet-4' },
  ],
  ['ollama/llama3.1:8b', { kind: 'target', provider: 'ollama', model: 'llama3.1:8b' }],
  ['azure-eu/gpt-4o', { kind: 'target', provider: 'azure-eu', model: 'gpt-4o' }],
  [
    'bedrock-eu/anthropic.claude-sonnet-4-20250514-v1:0',
    { kind: 'target', provider: 'bedrock-eu', model: 'anthropic.claude-sonnet-4-20250514-v1:0' },
  ],
  ['cf/@cf/meta/llama-3+x', { kind: 'target', provider: 'cf', model: '@cf/meta/llama-3+x' }],
])('%s', (text, wanted) => {
  const { item, codes } = literal(text)
  expect(codes).toEqual([])
  expect(item).toMatchObject(wanted)
})

test.each([
  ...[
    '1__0',
    '1_',
    '1.',
    '1e5',
    '0x10',
    '5x',
    '1w',
    '9007199254740992',
    '$1.0000000001',
    '$9007200',
    '$',
    '1.5ms',
    '0.5B',
    '-5s',
    '-5%',
  ],
  ...['$5s', '5k%', '5XX', '1'.repeat(100), '"\\x"', '"\\u12"', '"\\ud800"', '"\t"', '"open', 'openai/gpt-*'],
])('%s is P104', (text) => {
  expect(literal(text).codes).toEqual(['P104'])
})

test('an unterminated string swallows no more than its line', () => {
  const { file, diagnostics } = parse('allow a when caller.team == "core\nroute b when x { to "openai/gpt-5 }\nallow c')
  expect(diagnostics.map((each) => each.code)).toEqual(['P104', 'P104'])
  expect(file.statements).toMatchObject([{ kind: 'allow', name: { text: 'c' } }])
  expect(file.broken).toMatchObject([
    { word: 'allow', name: { text: 'a' } },
    { word: 'route', name: { text: 'b' } },
  ])
})

test.each([
  ['a bidirectional character in a comment', '# \u202e evil\nallow a'],
  ['a bidirectional character in a string', 'set a = ["\u2066x"]'],
  ['a Cyrillic letter in a name', 'allow st\u0430ff'],
  ['a Greek letter in a hyphenated name', 'allow my-r\u03c5le'],
  ['an attribute with a Cyrillic letter', 'allow a when caller.t\u0435am == "b"'],
  ['a string of Latin and Cyrillic letters', 'set a = ["\u0430dmin"]'],
  ['a string of Latin and Greek letters', 'set a = ["\u03bfpenai"]'],
])('P105: %s', (_, text) => {
  expect(parse(text).diagnostics.map((each) => each.code)).toEqual(['P105'])
})

test('P105 shows the code point', () => {
  expect(parse('allow st\u0430ff').diagnostics[0]!.message).toBe('the name `st\u0430ff` has `\u0430` (U+0430)')
})
