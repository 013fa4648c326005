/** The law: dispatch is bounded. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Route, Step } from '../../src/graph/decision.ts'
import { openaiAnswer, openaiError, openaiStream, sseEvent } from '../upstream.ts'
import { callOf, collect, lastEvent, type Play, requestOf, textOf, worldOf } from './world.ts'

const events = openaiStream(['one', ' two']).map(sseEvent)
const never = { waitMs: Number.POSITIVE_INFINITY }
const error = JSON.stringify(openaiError('no'))

const play = fc.constantFrom<Play[]>(
  { fail: 'connect' },
  { fail: 'cut' },
  { fail: 'malformed' },
  { status: 429, body: [error], headers: { 'retry-after': '3' } },
  { status: 429, body: [error] },
  { status: 500, body: [error] },
  { status: 503, body: ['<html>'] },
  { status: 404, body: [error] },
  { status: 422, body: [error] },
  { afterMs: Number.POSITIVE_INFINITY, body: [] },
  { body: [events[0]!, never] },
  { body: events.slice(0, 2) },
  { body: [events[0]!, events[1]!, never] },
  { body: [events[0]!, events[1]!, 'BREAK'] },
  { body: [sseEvent(openaiError('x'))] },
  { body: [events[0]!, { waitMs: 400 }, ...events.slice(1)] },
  { body: events },
  { body: [JSON.stringify(openaiAnswer())], headers: { 'content-type': 'application/json' } },
)

const names = ['a', 'b', 'c'] as const
const target = fc.constantFrom(...names).map((name) => `${name}/m`)
const step: fc.Arbitrary<Step> = fc.oneof(
  target.map((one): Step => ({ kind: 'target', target: one })),
  fc
    .uniqueArray(target, { minLength: 2, maxLength: 3 })
    .map(
      (targets): Step => ({ kind: 'split', arms: targets.map((one) => ({ target: one, share: 1 / targets.length })) }),
    ),
  fc.record({
    kind: fc.constant('choice' as const),
    by: fc.constantFrom('cheapest' as const, 'fastest' as const, 'least_busy' as const, 'any' as const),
    targets: fc.uniqueArray(target, { minLength: 2, maxLength: 3 }),
  }),
)
const route: fc.Arbitrary<Route> = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 3 }),
    count: fc.nat(3),
    on: fc.subarray(['429', '5xx', '4xx', 'timeout', 'connect', 'cut']),
    timeouts: fc.record(
      { firstTokenMs: fc.constant(300), idleMs: fc.constant(500), attemptMs: fc.constant(2_000) },
      { requiredKeys: [] },
    ),
    deadlineMs: fc.constantFrom(undefined, 1_000, 10_000),
  })
  .map(({ steps, count, on, timeouts, deadlineMs }) => ({
    rule: 'main',
    steps,
    ...(count === 0 ? {} : { retry: { count, on, backoffMinMs: 50, backoffMaxMs: 500 } }),
    timeouts: { ...timeouts, ...(deadlineMs === undefined ? {} : { deadlineMs }) },
  }))

describe('dispatch is bounded', () => {
  test('attempts never exceed the plan, no second target after content, and nothing is left running', async () => {
    const story = fc.record({
      route,
      plays: fc.array(play, { minLength: 1, maxLength: 8 }),
      stream: fc.boolean(),
      requests: fc.integer({ min: 1, max: 4 }),
      draw: fc.double({ min: 0, max: 0.99, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(story, async ({ route: plan, plays, stream, requests, draw }) => {
        let calls = 0
        const script = () => plays[calls++ % plays.length]!
        const { dispatcher, run, clock, provider } = worldOf(
          { a: script, b: script, c: script },
          { random: () => draw },
        )
        for (let turn = 0; turn < requests; turn++) {
          const before = calls
          const startMs = clock.now()
          const outcome = await run(requestOf(plan, { call: callOf({ stream }) }))
          const made = calls - before
          expect(made).toBeLessThanOrEqual(plan.steps.length * (1 + (plan.retry?.count ?? 0)))
          expect(outcome.attempts.filter((attempt) => attempt.result !== 'skipped')).toHaveLength(made)
          const { deadlineMs } = plan.timeouts
          if (deadlineMs !== undefined) expect(clock.now() - startMs).toBeLessThanOrEqual(deadlineMs)
          if (outcome.kind === 'stream') {
            const frames = await clock.drive(collect(outcome.frames))
            expect(calls - before).toBe(made)
            expect(['end', 'error']).toContain(lastEvent(frames)?.kind)
            if (lastEvent(frames)?.kind === 'end') expect(textOf(frames)).toBe('one two')
          }
          if (outcome.kind !== 'failed')
            expect(outcome.attempts.at(-1)).toMatchObject({ result: 'served', target: outcome.target })
        }
        await new Promise((resolve) => setImmediate(resolve))
        for (const each of dispatcher.targets()) expect(each.inFlight).toBe(0)
        expect(clock.pending()).toBe(0)
        expect(names.flatMap((name) => provider(name).calls)).toHaveLength(calls)
      }),
      { numRuns: 80 },
    )
  })

  test('an abort at any moment ends it at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        route,
        fc.array(play, { minLength: 1, maxLength: 5 }),
        fc.nat(3_000),
        async (plan, plays, abortMs) => {
          let calls = 0
          const script = () => plays[calls++ % plays.length]!
          const { dispatcher, clock, provider } = worldOf({ a: script, b: script, c: script })
          const controller = new AbortController()
          const running = dispatcher.run(requestOf(plan, { call: callOf({ stream: true }), signal: controller.signal }))
          clock.setTimer(abortMs, () => controller.abort())
          const outcome = await clock.drive(running)
          if (outcome.kind === 'stream') await clock.drive(collect(outcome.frames))
          if (!controller.signal.aborted) clock.advance(abortMs)
          await new Promise((resolve) => setImmediate(resolve))
          const after = calls
          clock.advance(1_000_000)
          await new Promise((resolve) => setImmediate(resolve))
          expect(calls).toBe(after)
          expect(clock.pending()).toBe(0)
          for (const each of dispatcher.targets()) expect(each.inFlight).toBe(0)
          expect(names.flatMap((name) => provider(name).calls)).toHaveLength(calls)
        },
      ),
      { numRuns: 60 },
    )
  })
})
