import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Breaker,
  breakerSettings,
  closedBreaker,
  mayCall,
  onCall,
  onFailure,
  onNeutral,
  onSuccess,
} from '../../src/dispatch/breaker.ts'

const settings = { ...breakerSettings, windowMs: 10_000, minimumVolume: 4, coolDownMs: 1_000, maxCoolDownMs: 8_000 }

/** Plays one letter a step, a second apart: `s` served, `f` failed, `n` told nothing, `.` nothing but time. */
function play(story: string, from: Breaker = closedBreaker, startMs = 0) {
  let breaker = from
  let nowMs = startMs
  for (const letter of story) {
    if (letter !== '.') breaker = onCall(breaker, nowMs, settings)
    if (letter === 's') breaker = onSuccess(breaker, nowMs, settings)
    if (letter === 'f') breaker = onFailure(breaker, undefined, nowMs, settings)
    if (letter === 'n') breaker = onNeutral(breaker, nowMs)
    nowMs += 1_000
  }
  return { breaker, nowMs }
}

describe('breaker', () => {
  test.each([
    ['fff', 'closed'],
    ['ffff', 'open'],
    ['ssff', 'open'],
    ['sssff', 'closed'],
    ['fff..........f', 'closed'],
    ['nnnnffn', 'closed'],
    ['ffff.s', 'closed'],
    ['ffff.f', 'open'],
    ['ffff.n', 'open'],
    ['ffff.sfff', 'closed'],
  ])('%s is %s', (story, kind) => {
    expect(play(story).breaker.kind).toBe(kind)
  })

  test('25 failures in a row do not stay in rotation (litellm-34836)', () => {
    const { breaker, nowMs } = play('f'.repeat(4))
    expect(mayCall(breaker, nowMs - 1_000, settings)).toBe(false)
  })

  test('half-open lets one call through, and doubles the wait when it fails', () => {
    const opened = play('ffff').breaker
    expect(mayCall(opened, 3_999, settings)).toBe(false)
    expect(mayCall(opened, 4_000, settings)).toBe(true)
    const trial = onCall(opened, 4_000, settings)
    expect(trial.kind).toBe('half_open')
    expect(mayCall(trial, 4_001, settings)).toBe(false)
    const again = onFailure(trial, undefined, 4_500, settings)
    expect(again).toEqual({ kind: 'open', untilMs: 6_500, coolDownMs: 2_000 })
    let breaker: Breaker = again
    const timeOf = (turn: number) => 10_000 * (turn + 1)
    for (let turn = 0; turn < 5; turn++) {
      breaker = onFailure(onCall(breaker, timeOf(turn), settings), undefined, timeOf(turn), settings)
    }
    expect(breaker).toEqual({ kind: 'open', untilMs: timeOf(4) + 8_000, coolDownMs: 8_000 })
  })

  test('a trial that is never heard of does not block for ever', () => {
    const trial = onCall(play('ffff').breaker, 4_000, settings)
    expect(mayCall(trial, 4_000 + settings.trialMs, settings)).toBe(true)
  })

  test('a trial that told nothing gives its place back', () => {
    const trial = onCall(play('ffff').breaker, 4_000, settings)
    expect(mayCall(onNeutral(trial, 4_100), 4_100, settings)).toBe(true)
  })

  test('one failure that names a wait opens for exactly that long, within the bound', () => {
    const breaker = onFailure(closedBreaker, 2_500, 100, settings)
    expect(mayCall(breaker, 2_599, settings)).toBe(false)
    expect(mayCall(breaker, 2_600, settings)).toBe(true)
    expect(mayCall(onFailure(closedBreaker, 1e9, 0, settings), 8_000, settings)).toBe(true)
  })

  test('it is never shut for longer than the bound', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('s', 'f', 'h', 'n'), fc.nat(3_000)))
    fc.assert(
      fc.property(steps, (story) => {
        let breaker = closedBreaker
        let nowMs = 0
        for (const [what, ms] of story) {
          nowMs += ms
          if (mayCall(breaker, nowMs, settings)) breaker = onCall(breaker, nowMs, settings)
          if (what === 's') breaker = onSuccess(breaker, nowMs, settings)
          if (what === 'f') breaker = onFailure(breaker, undefined, nowMs, settings)
          if (what === 'h') breaker = onFailure(breaker, 5_000, nowMs, settings)
          if (what === 'n') breaker = onNeutral(breaker, nowMs)
          const longest = Math.max(settings.maxCoolDownMs, settings.trialMs)
          expect(mayCall(breaker, nowMs + longest, settings)).toBe(true)
        }
      }),
    )
  })
})
