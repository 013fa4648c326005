import { expect, test } from 'vitest'
import { meterKey } from '../../src/state/meter-key.ts'

const base = { rule: 'team', measure: 'day', by: [['caller.team', 'a']] as const }

test('every part tells counters apart', () => {
  const keys = [
    meterKey(base),
    meterKey({ ...base, rule: 'other' }),
    meterKey({ ...base, measure: 'week' }),
    meterKey({ ...base, by: [['caller.user', 'a']] }),
    meterKey({ ...base, by: [['caller.team', 'b']] }),
    meterKey({ ...base, by: [['caller.team', null]] }),
    meterKey({ ...base, by: [['caller.team', 'null']] }),
    meterKey({ ...base, by: [['caller.team', '']] }),
    meterKey({ ...base, by: [['caller.team', 1]] }),
    meterKey({ ...base, by: [] }),
    meterKey({
      ...base,
      by: [
        ['caller.team', 'a'],
        ['caller.user', 'b'],
      ],
    }),
    meterKey({ ...base, by: [['caller.team', 'a","b']] }),
    meterKey({ ...base, by: [['caller.roles', ['a', 'b']]] }),
  ]
  expect(new Set(keys).size).toBe(keys.length)
})

test('sets are one value in any order, and no value can be read from a key', () => {
  const of = (roles: readonly string[]) => meterKey({ ...base, by: [['caller.roles', roles]] })
  expect(of(['a', 'b'])).toBe(of(['b', 'a']))
  expect(meterKey(base)).toMatch(/^[A-Za-z0-9_-]{27}$/)
})
