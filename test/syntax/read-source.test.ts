import { expect, test } from 'vitest'
import { parsePolicy, readSource } from '../../src/syntax/parse.ts'

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

test('a byte order mark is dropped, line ends are kept', () => {
  const { source, diagnostics } = readSource('a', bytes([0xef, 0xbb, 0xbf], 'allow a\r\nallow b\rallow c\n'))
  expect(diagnostics).toEqual([])
  expect(source!.text).toBe('allow a\r\nallow b\rallow c\n')
  const { file } = parsePolicy(source!)
  expect(file.statements.map((each) => each.span.source.positionAt(each.span.start).line)).toEqual([1, 2, 3])
})

test.each<[string, Uint8Array, string, RegExp]>([
  ['Latin-1', bytes('allow a # caf', [0xe9], '\nallow b'), 'allow a # caf', /byte 0xe9/],
  ['a cut character', bytes('# é', [0xc3]), '# é', /byte 0xc3/],
  ['a lone continuation', bytes('x', [0x80], 'y'), 'x', /byte 0x80/],
  ['a surrogate in UTF-8', bytes('x', [0xed, 0xa0, 0x80]), 'x', /byte 0xed/],
  ['an overlong form', bytes('ab', [0xc0, 0x80]), 'ab', /byte 0xc0/],
  ['NUL', bytes('allow a\n', [0], 'x'), 'allow a\n', /NUL/],
  ['NUL after bad bytes', bytes('a', [0xff, 0]), 'a', /byte 0xff/],
  ['UTF-16', Buffer.from('\ufeffallow a', 'utf16le'), '', /byte 0xff/],
  ['UTF-16 without a mark', Buffer.from('allow a', 'utf16le'), 'a', /NUL/],
])('%s is P106', (_, content, prefix, message) => {
  const { source, diagnostics } = readSource('a', content)
  expect(diagnostics.map((each) => each.code)).toEqual(['P106'])
  expect(diagnostics[0]!.message).toMatch(message)
  expect(source!.text).toBe(prefix)
  const { span } = diagnostics[0]!
  expect(span.start >= 0 && span.end <= prefix.length).toBe(true)
})

test('a large file with one bad byte is read in no time', () => {
  const content = bytes('é'.repeat(1_000_000), [0xff], 'x')
  const from = performance.now()
  expect(readSource('a', content).source!.text.length).toBe(1_000_000)
  expect(performance.now() - from).toBeLessThan(5_000)
})
