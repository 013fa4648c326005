/** What targets say of their limits beside an answer: one that has nothing left is passed over until it has. */
import { describe, expect, test } from 'vitest'
import { createDispatcher } from '../../src/dispatch/dispatch.ts'
import type { ProviderResponse } from '../../src/providers/provider.ts'
import { openaiAnswer, openaiError, openaiStream, sseEvent } from '../upstream.ts'
import {
  attemptsOf,
  callOf,
  catalogueOf,
  collect,
  type Play,
  requestOf,
  routeOf,
  scriptedProvider,
  virtualClock,
} from './world.ts'

const serve: Play = { body: [JSON.stringify(openaiAnswer('hello'))] }
const stream: Play = { body: openaiStream().map(sseEvent) }

/** A dispatcher over `a`, whose answers have these fields too, and `b`. */
function worldWith(extra: Partial<ProviderResponse>, play: Play = serve, maxCoolDownMs = 300_000) {
  const clock = virtualClock()
  const plain = scriptedProvider('a', clock.setTimer, () => play)
  const a: typeof plain = {
    ...plain,
    async call(request) {
      const result = await plain.call(request)
      return result.ok ? { ...result, ...extra } : result
    },
  }
  const b = scriptedProvider('b', clock.setTimer, () => (play === stream ? stream : serve))
  const dispatcher = createDispatcher({
    providers: new Map([
      ['a', a],
      ['b', b],
    ]),
    catalogue: catalogueOf([], ['a', 'b']),
    random: () => 0.5,
    now: clock.now,
    setTimer: clock.setTimer,
    breaker: { maxCoolDownMs },
  })
  const run = (steps: readonly string[], body = {}) =>
    clock.drive(dispatcher.run(requestOf(routeOf(steps), { call: callOf(body) })))
  return { clock, run, dispatcher }
}

describe('a target with nothing left', () => {
  test('is passed over while another can serve, and asked again when its limits are whole', async () => {
    const { clock, run } = worldWith({ restMs: 5_000 })
    expect(attemptsOf(await run(['a/x', 'b/y']))).toEqual(['a/x served'])
    expect(attemptsOf(await run(['a/x', 'b/y']))).toEqual(['a/x skipped circuit', 'b/y served'])
    const passed = await run(['a/x', 'b/y'])
    expect(passed.attempts[0]?.error).toMatchObject({ message: '`a/x` has nothing left of its own limits' })
    clock.advance(4_999)
    expect(attemptsOf(await run(['a/x', 'b/y']))).toEqual(['a/x skipped circuit', 'b/y served'])
    clock.advance(1)
    expect(attemptsOf(await run(['a/x', 'b/y']))).toEqual(['a/x served'])
  })

  test('is asked all the same where nothing else is left', async () => {
    const { run } = worldWith({ restMs: 5_000 })
    await run(['a/x'])
    expect(attemptsOf(await run(['a/x']))).toEqual(['a/x served'])
  })

  test('is passed over after a stream too, and is healthy', async () => {
    const { run, clock, dispatcher } = worldWith({ restMs: 5_000 }, stream)
    const outcome = await run(['a/x', 'b/y'], { stream: true })
    if (outcome.kind !== 'stream') throw new Error(outcome.kind)
    await clock.drive(collect(outcome.frames))
    const next = await run(['a/x', 'b/y'], { stream: true })
    expect(attemptsOf(next)).toEqual(['a/x skipped circuit', 'b/y served'])
    expect(dispatcher.healthy('a')).toBe(true)
    expect(dispatcher.targets().find(({ target }) => target === 'a/x')?.breaker).toBe('closed')
  })

  test('rests no longer than a circuit may', async () => {
    const { clock, run } = worldWith({ restMs: 86_400_000 }, serve, 60_000)
    await run(['a/x', 'b/y'])
    clock.advance(60_000)
    expect(attemptsOf(await run(['a/x', 'b/y']))).toEqual(['a/x served'])
  })

  test('is one model: another of the same provider is not passed over', async () => {
    const { run } = worldWith({ restMs: 5_000 })
    await run(['a/x', 'b/y'])
    expect(attemptsOf(await run(['a/z', 'b/y']))).toEqual(['a/z served'])
  })
})

describe('a key that is refused in the body alone', () => {
  const refusal: Play = { status: 400, body: [JSON.stringify(openaiError('Incorrect API key provided: xai'))] }

  test('is told to the provider, and another that is ready spares the target', async () => {
    const kinds: string[] = []
    const onRefusal: ProviderResponse['onRefusal'] = ({ kind }) => kinds.push(kind) > 0
    const { run } = worldWith({ onRefusal }, refusal)
    for (let turn = 0; turn < 6; turn++)
      expect(attemptsOf(await run(['a/x', 'b/y']))).toEqual(['a/x failed 400', 'b/y served'])
    expect(new Set(kinds)).toEqual(new Set(['auth']))
  })

  test('with no other the target cools down', async () => {
    const { run } = worldWith({ onRefusal: () => false }, refusal)
    for (let turn = 0; turn < 5; turn++) await run(['a/x', 'b/y'])
    expect(attemptsOf(await run(['a/x', 'b/y']))).toEqual(['a/x skipped circuit', 'b/y served'])
  })
})
