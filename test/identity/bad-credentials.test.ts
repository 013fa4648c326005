import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBadCredentials } from '../../src/identity/bad-credentials.ts'

function guessed(times: number, ip = '203.0.113.7') {
  const clock = { nowMs: 1_000_000 }
  const slow = createBadCredentials(() => clock.nowMs)
  for (let i = 0; i < times; i++) slow.note(ip, `guess ${i}`, false)
  return { slow, clock }
}

test('fifty bad credentials are let through at once, then one a second', () => {
  expect(guessed(49).slow.waitMs('203.0.113.7', 'next')).toBe(0)
  const { slow, clock } = guessed(50)
  expect(slow.waitMs('203.0.113.7', 'next')).toBe(1000)
  expect(slow.waitMs('203.0.113.8', 'next')).toBe(0)
  clock.nowMs += 1000
  expect(slow.waitMs('203.0.113.7', 'next')).toBe(0)
  slow.note('203.0.113.7', 'next', false)
  expect(slow.waitMs('203.0.113.7', 'again')).toBe(1000)
})

test('one that was good lately goes on beside the guesses of its neighbour, until it is bad', () => {
  const { slow } = guessed(0)
  slow.note('203.0.113.7', 'mine', true)
  for (let i = 0; i < 60; i++) slow.note('203.0.113.7', `guess ${i}`, false)
  expect(slow.waitMs('203.0.113.7', 'mine')).toBe(0)
  slow.note('203.0.113.7', 'mine', false)
  expect(slow.waitMs('203.0.113.7', 'mine')).toBeGreaterThan(0)
})

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:5::', true],
  ['::1', '1::', false],
])('%s and %s share a network: %s', (one, other, share) => {
  expect(0 < guessed(50, one).slow.waitMs(other, 'next')).toBe(share)
})

test('however guesses are spread in time, no more than fifty and one a second are listened to', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3000), { maxLength: 300 }), (gaps) => {
      const { slow, clock } = guessed(0)
      let heard = 0
      let elapsedMs = 0
      for (const [i, gap] of gaps.entries()) {
        clock.nowMs += gap
        elapsedMs += gap
        if (0 < slow.waitMs('203.0.113.7', `${i}`)) continue
        slow.note('203.0.113.7', `${i}`, false)
        heard++
      }
      return heard <= 50 + Math.floor(elapsedMs / 1000)
    }),
  )
})
