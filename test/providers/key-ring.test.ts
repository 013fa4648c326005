import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { createKeyRing } from '../../src/providers/key-ring.ts'

function redact(text: string, ...keys: readonly string[]): string {
  return createKeyRing(
    keys.map((each) => new Secret(each)),
    () => 0,
  ).redact(text)
}

describe('redacting', () => {
  test.each([
    ['sk-12345', 'Incorrect API key provided: sk-12345. See', 'Incorrect API key provided: [redacted]. See'],
    ['sk-12345', 'xsk-12345x and sk-12345', 'x[redacted]x and [redacted]'],
    ['a.*+?^$|', 'is a.*+?^$|, not axxx', 'is [redacted], not axxx'],
    ['(a)[b]{c}', 'is (a)[b]{c}', 'is [redacted]'],
    ['ключ-🔑-ключ', 'is ключ-🔑-ключ', 'is [redacted]'],
  ])('takes the key `%s` out wherever it stands', (key, text, clean) => {
    expect(redact(text, key)).toBe(clean)
  })

  test.each([
    ['x', 'the context exceeds the maximum', 'the context exceeds the maximum'],
    ['test', 'the latest test of contest: test it', 'the latest test of contest: test it'],
    ['none', 'tool_choice: none is not supported', 'tool_choice: none is not supported'],
    ['none', 'the "nonentity" is unknown', 'the "nonentity" is unknown'],
    ['none', 'no account for "none"', 'no account for "[redacted]"'],
    ['none', 'no account for `none` here', 'no account for `[redacted]` here'],
    ['none', "no account for 'none'", "no account for '[redacted]'"],
    ['none', 'Incorrect API key provided: none.', 'Incorrect API key provided: [redacted].'],
    ['none', 'key:none, api_key=none', 'key:[redacted], api_key=[redacted]'],
    ['none', 'got Bearer none', 'got Bearer [redacted]'],
    ['a-b', 'got bearer a-b-c and "a-b"', 'got bearer a-b-c and "[redacted]"'],
    ['', 'no account for ""', 'no account for ""'],
  ])('takes the short key `%s` out only where it is shown as a value', (key, text, clean) => {
    expect(redact(text, key)).toBe(clean)
  })

  test('leaves no end of a key that begins with another', () => {
    expect(redact('is sk-12345-67890', 'sk-12345', 'sk-12345-67890')).toBe('is [redacted]')
  })
})
