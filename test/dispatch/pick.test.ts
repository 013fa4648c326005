import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashToUnit } from '../../src/dispatch/hash.ts'
import { type Measure, pickTarget, targetsOf } from '../../src/dispatch/pick.ts'
import type { Step } from '../../src/graph/decision.ts'

const context = { rule: 'main', draw: 0, measureOf: (): Measure => ({ inFlight: 0 }) }

function split(shares: Readonly<Record<string, number>>): Step {
  return {
    kind: 'split',
    arms: Object.entries(shares).map(([target, share]) => ({ target, share })),
    stickyBy: 'caller.id',
  }
}

const pickFor = (step: Step, key: string, rule = 'main') =>
  pickTarget(step, targetsOf(step), { ...context, rule, stickyKey: key })

/** Shares that sum to 1, one for each of `a`, `b`, … */
const shares = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 6 }).map((weights) => {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  return Object.fromEntries(weights.map((weight, at) => [String.fromCharCode(97 + at), weight / sum]))
})

describe('sticky split', () => {
  test('raising an arm at the others’ expense moves only callers into it', () => {
    fc.assert(
      fc.property(shares, fc.nat(), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (before, which, by) => {
        const names = Object.keys(before)
        const raised = names[which % names.length]!
        const share = before[raised]! + (1 - before[raised]!) * by
        const rest = (1 - share) / (1 - before[raised]!)
        const after = Object.fromEntries(names.map((name) => [name, name === raised ? share : before[name]! * rest]))
        for (let caller = 0; caller < 30; caller++) {
          const from = pickFor(split(before), `caller-${caller}`)
          const to = pickFor(split(after), `caller-${caller}`)
          if (from !== to) expect(to).toBe(raised)
        }
      }),
    )
  })

  test('an arm that falls out moves only its own callers', () => {
    fc.assert(
      fc.property(shares, fc.string(), (all, key) => {
        const step = split(all)
        const first = pickFor(step, key)
        const others = targetsOf(step).filter((target) => target !== 'a')
        const without = pickTarget(step, others, { ...context, stickyKey: key })
        if (first !== 'a') expect(without).toBe(first)
      }),
    )
  })

  test('the same caller always gets the same arm, whatever the order of the arms and the draw', () => {
    fc.assert(
      fc.property(shares, fc.string(), fc.double({ min: 0, max: 0.999, noNaN: true }), (all, key, draw) => {
        const turned = split(Object.fromEntries(Object.entries(all).toReversed()))
        expect(pickTarget(turned, targetsOf(turned), { ...context, draw, stickyKey: key })).toBe(
          pickFor(split(all), key),
        )
      }),
    )
  })

  test('shares converge', () => {
    const step = split({ a: 0.5, b: 0.3, c: 0.19, d: 0.01 })
    const counts: Record<string, number> = {}
    for (let caller = 0; caller < 20_000; caller++) {
      const target = pickFor(step, `user-${caller}@example.com`)!
      counts[target] = (counts[target] ?? 0) + 1
    }
    for (const [target, share] of [
      ['a', 0.5],
      ['b', 0.3],
      ['c', 0.19],
      ['d', 0.01],
    ] as const) {
      expect(Math.abs(counts[target]! / 20_000 - share)).toBeLessThan(0.01)
    }
  })

  test('two rules cut the callers at different places', () => {
    const step = split({ a: 0.5, b: 0.5 })
    const same = Array.from(
      { length: 2_000 },
      (_, at) => pickFor(step, `u${at}`, 'one') === pickFor(step, `u${at}`, 'two'),
    )
    expect(Math.abs(same.filter(Boolean).length / 2_000 - 0.5)).toBeLessThan(0.05)
  })

  test('the hash is pinned: another one would move callers', () => {
    const pinned = [
      ['main', 'alice', 'a/x'],
      ['main', 'bob', 'a/x'],
      ['', ''],
      ['größe', '😀'],
    ].map((parts) => hashToUnit(parts))
    expect(pinned).toMatchInlineSnapshot(`
      [
        0.8664186162048504,
        0.03013760425473616,
        0.012638754941695585,
        0.8715349568565238,
      ]
    `)
    expect(hashToUnit(['ab', 'c'])).not.toBe(hashToUnit(['a', 'bc']))
  })
})

describe('pickTarget', () => {
  test('a split without a key follows the draw; a caller without the key too', () => {
    const step = split({ a: 0.2, b: 0.8 })
    const at = (draw: number) => pickTarget(step, ['a', 'b'], { ...context, draw })
    expect([at(0), at(0.199), at(0.2), at(0.999)]).toEqual(['a', 'a', 'b', 'b'])
    expect(pickTarget(step, ['b'], context)).toBe('b')
    expect(pickTarget(step, [], context)).toBeUndefined()
  })

  test('an arm named twice has the sum, an arm of nothing is none', () => {
    const arms = [
      { target: 'a', share: 0.25 },
      { target: 'b', share: 0.5 },
      { target: 'a', share: 0.25 },
      { target: 'c', share: 0 },
    ]
    const step: Step = { kind: 'split', arms }
    expect(targetsOf(step)).toEqual(['a', 'b'])
    expect(pickTarget(step, ['a', 'b'], { ...context, draw: 0.49 })).toBe('a')
    expect(pickTarget(step, ['a', 'b'], { ...context, draw: 0.51 })).toBe('b')
  })

  const choose = (
    by: 'cheapest' | 'fastest' | 'least_busy' | 'any',
    known: Readonly<Record<string, Partial<Measure>>>,
    draw = 0,
  ) => {
    const targets = Object.keys(known)
    const measureOf = (target: string): Measure => ({ inFlight: 0, ...known[target] })
    return pickTarget({ kind: 'choice', by, targets }, targets, { ...context, draw, measureOf })
  }

  test.each([
    [choose('cheapest', { a: { costNanoUsd: 5 }, b: { costNanoUsd: 3 }, c: { costNanoUsd: 4 } }), 'b'],
    [choose('cheapest', { a: {}, b: { costNanoUsd: 3 } }), 'b'],
    [choose('cheapest', { a: {}, b: {} }), 'a'],
    [choose('cheapest', { a: { costNanoUsd: 3 }, b: { costNanoUsd: 3 } }), 'a'],
    [choose('fastest', { a: { firstTokenMs: 20 }, b: { firstTokenMs: 10 } }), 'b'],
    [choose('fastest', { a: { firstTokenMs: 20 }, b: { firstTokenMs: 10 }, c: {} }), 'c'],
    [choose('fastest', { a: { firstTokenMs: 0 }, b: {} }), 'b'],
    [choose('least_busy', { a: { inFlight: 2 }, b: { inFlight: 1 }, c: { inFlight: 1 } }), 'b'],
    [choose('any', { a: {}, b: {}, c: {} }, 0), 'a'],
    [choose('any', { a: {}, b: {}, c: {} }, 0.34), 'b'],
    [choose('any', { a: {}, b: {}, c: {} }, 0.999), 'c'],
  ])('case %#', (given, wanted) => {
    expect(given).toBe(wanted)
  })
})
