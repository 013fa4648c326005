/** Dates, decimals and addresses against what the platform knows of them. */
import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatAddress, parseAddress, parseBlock } from '../../src/check/addresses.ts'
import { daysSinceEpoch } from '../../src/check/calendar.ts'
import { formatDecimal, isInteger, parseDecimal, sumDecimals } from '../../src/check/decimal.ts'

describe('dates', () => {
  test('agree with the platform on every day', () => {
    fc.assert(
      fc.property(fc.integer({ min: -719_528, max: 2_932_896 }), (days) => {
        const text = new Date(days * 86_400_000).toISOString().slice(0, 10)
        expect(daysSinceEpoch(text)).toBe(days)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    '2026-02-29',
    '2100-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-01-00',
    '2026-1-1',
    '26-01-01',
    '2026-01-01T00:00',
    ' 2026-01-01',
    '',
  ])('%j is none', (text) => {
    expect(daysSinceEpoch(text)).toBeUndefined()
  })

  test.each([
    ['2000-02-29', 11_016],
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['0000-01-01', -719_528],
  ])('%s', (text, days) => {
    expect(daysSinceEpoch(text)).toBe(days)
  })
})

describe('decimals', () => {
  test('sums are exact where doubles are not', () => {
    const sum = sumDecimals(['0.1', '64.1', '35.8'].map(parseDecimal))
    expect(isInteger(sum, 100)).toBe(true)
    expect(0.1 + 64.1 + 35.8 === 100).toBe(false)
  })

  test('print as they were written', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(999_999), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(6, '0')}`
        expect(formatDecimal(parseDecimal(text))).toBe(text.replace(/\.?0+$/, ''))
      }),
    )
  })

  test.each([
    ['0.8', 2, '80'],
    ['0.005', 2, '0.5'],
    ['80', -2, '0.8'],
    ['5', -2, '0.05'],
    ['1_000.50', 0, '1000.5'],
    ['.5', 2, '50'],
  ])('%s shifted by %i is %s', (text, places, shifted) => {
    expect(formatDecimal(parseDecimal(text), places)).toBe(shifted)
  })
})

describe('addresses', () => {
  const v4 = fc.ipV4()
  const v6 = fc.ipV6()

  test('agree with the platform on what is one', () => {
    const nearly = fc.oneof(
      v4,
      v6,
      fc.stringMatching(/^[0-9a-f:.]{0,20}$/),
      fc.constantFrom(
        '::',
        '1::',
        '::1',
        ':::',
        '1:2:3:4:5:6:7::',
        '::2:3:4:5:6:7:8',
        '1:2:3:4:5:6:7:8:9',
        '1:2:3:4:5:6:1.2.3.4',
        '::1.2.3.4:5',
        '1.2.3.4::',
        '00001::',
        '1:2:3:4:5:6:7:8::',
      ),
    )
    fc.assert(
      fc.property(nearly, (text) => {
        expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0)
      }),
      { numRuns: 3_000 },
    )
  })

  test('print and read back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        const text = formatAddress(value, 128)
        expect(isIP(text)).toBe(6)
        expect(parseAddress(text)?.value).toBe(value)
      }),
    )
    fc.assert(fc.property(v4, (text) => formatAddress(parseAddress(text)!.value & 0xffffffffn, 32) === text))
  })

  test('blocks hold what the platform says', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.tuple(v4, fc.integer({ min: 1, max: 32 })), fc.tuple(v6, fc.integer({ min: 1, max: 128 }))),
        fc.integer({ min: 0, max: 200 }),
        ([address, length], step) => {
          const parsed = parseBlock(`${address}/${length}`)
          const text = parsed.kind === 'host_bits' ? parsed.corrected : `${address}/${length}`
          const whole = parseBlock(text)
          if (whole.kind !== 'block') throw new Error(text)
          const family = address.includes(':') ? 'ipv6' : 'ipv4'
          const list = new BlockList()
          list.addSubnet(text.split('/')[0]!, length, family)
          const bits = family === 'ipv6' ? 128 : 32
          const near = whole.block.last - 100n + BigInt(step)
          if (near < 0n || near >= 1n << 128n || (bits === 32 && near >> 32n !== 0xffffn)) return
          const inside = near >= whole.block.first && near <= whole.block.last
          // The platform takes mapped addresses for IPv4; only plain ones are compared.
          if (bits === 128 && near >> 32n === 0xffffn) return
          expect(list.check(formatAddress(near & ((1n << BigInt(bits)) - 1n), bits), family)).toBe(inside)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
  ])('%s is %s', (text, canonical) => {
    expect(formatAddress(parseAddress(text)!.value, 128)).toBe(canonical)
  })

  test('IPv4 is IPv6 in disguise', () => {
    expect(parseAddress('::ffff:10.0.0.1')?.value).toBe(parseAddress('10.0.0.1')?.value)
    expect(parseBlock('::ffff:10.0.0.0/104')).toMatchObject({
      block: { first: (parseBlock('10.0.0.0/8') as { block: { first: bigint } }).block.first },
    })
  })

  test.each(['10.0.0.0/08', '10.0.0.0/', '10.0.0.0/+8', '10.0.0.0/8/8', '10.0.0.0/33', '::/129', '/8', ''])(
    '%j is no block',
    (text) => {
      expect(parseBlock(text).kind).toBe('invalid')
    },
  )
})
