import { describe, expect, test } from 'vitest'
import { inBlock, parseAddress } from '../../src/reference/address.ts'
import { matchesPattern } from '../../src/reference/pattern.ts'
import { asciiLower, matchesGlob } from '../../src/reference/text.ts'

test('ignoring case is for ASCII letters only', () => {
  expect(asciiLower('Core-EU \u00c9 \u212a')).toBe('core-eu \u00c9 \u212a')
})

describe('globs', () => {
  test.each([
    ['gpt-*', 'gpt-', true],
    ['gpt-*', 'gpt-5', true],
    ['gpt-*', 'GPT-5', false],
    ['gpt-*', 'xgpt-5', false],
    ['*', '', true],
    ['', '', true],
    ['', 'x', false],
    ['?', '', false],
    ['?', '\u{1f600}', true],
    ['?', '\n', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'acb', false],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a.c', 'abc', false],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['x\\', 'x\\', true],
    ['**', '', true],
  ])('%j stands for %j: %j', (glob, text, expected) => {
    expect(matchesGlob(text, glob)).toBe(expected)
  })
})

describe('patterns', () => {
  test.each([
    ['gpt', false, 'my gpt-5', true],
    ['^gpt', false, 'my gpt', false],
    ['gpt$', false, 'gpt\n', false],
    ['a.c', false, 'a\nc', false],
    ['a.c', false, 'a\rc', false],
    ['a.c', false, 'a\u2028c', true],
    ['a.c', false, 'a\u{1f600}c', true],
    ['k', true, 'K', true],
    ['k', true, '\u212a', false],
    ['[a-c]', true, 'B', true],
    ['[^a-c]', true, 'B', false],
    ['[^a-c]', true, 'x', true],
    ['[X-a]', true, 'A', true],
    ['s', true, '\u017f', false],
    ['\\s', false, '\u00a0', false],
    ['\\s', false, '\t', true],
    ['[\\S]', false, ' ', false],
    ['[\\S]', false, 'x', true],
    ['\\d{2,3}', false, '12', true],
    ['^\\w+$', false, 'é', false],
    ['a{', false, 'a{', true],
    ['a]', false, 'a]', true],
    ['\\-\\.', false, '-.', true],
    ['(?:ab|c)+$', false, 'xabc', true],
    ['(?<name>Ab)', true, 'aB', true],
    ['(?i)ab', false, 'AB', true],
    ['\\x41', true, 'a', true],
    ['\\u{1f600}', false, '\u{1f600}', true],
    ['[a-]', false, '-', true],
    ['[(?:]', false, ':', true],
    ['\\bcat\\b', false, 'a cat!', true],
    ['', false, '', true],
  ])('/%s/ (i: %j) in %j: %j', (pattern, ignoreCase, text, expected) => {
    expect(matchesPattern(text, pattern, ignoreCase)).toBe(expected)
  })
})

describe('addresses', () => {
  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    ':',
    ':::',
    '1::2::3',
    'g::',
    '1:2:3:4:5:6:7',
    '1.2.3.4::',
    '::1.2.3',
    '10.0.0.0/8',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })

  test.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['9.255.255.255', '10.0.0.0/8', false],
    ['::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['10.9.1.1', '::ffff:10.9.0.0/112', true],
    ['10.8.1.1', '::ffff:10.9.0.0/112', false],
    ['1.2.3.4', '0.0.0.0/0', true],
    ['::1', '0.0.0.0/0', false],
    ['::1', '::/0', true],
    ['1.2.3.4', '::/0', true],
    ['2001:DB8::5', '2001:db8::/32', true],
    ['2001:db9::', '2001:db8::/32', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['192.168.1.7', '192.168.1.7', true],
  ])('%j in %j: %j', (address, block, expected) => {
    expect(inBlock(address, block)).toBe(expected)
  })
})
