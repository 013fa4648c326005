/** Attempts that must be permitted: asked for once each, before the call, and without one the step's next target serves. */
import { expect, test } from 'vitest'
import type { AttemptRecord } from '../../src/dispatch/outcome.ts'
import { openaiAnswer, openaiError } from '../upstream.ts'
import { attemptsOf, requestOf, routeOf, worldOf } from './world.ts'

const answer = { body: [JSON.stringify(openaiAnswer())] }
const busy = { status: 503, body: [JSON.stringify(openaiError('no'))] }
const refusal = { field: 'budget', message: 'there is no money' }

/** Permits all but these, and keeps what it was asked. */
function permitting(refused: readonly string[] = []) {
  const asked: { readonly target: string; readonly before: number }[] = []
  const permit = async (target: string, attempts: readonly AttemptRecord[]) => {
    asked.push({ target, before: attempts.length })
    return refused.includes(target) ? refusal : undefined
  }
  return { asked, permit }
}

test('a permit is asked for each attempt, retries and fallbacks too, with what was tried before', async () => {
  const world = worldOf({ a: () => busy, b: () => answer })
  const { asked, permit } = permitting()
  const retry = { count: 1, on: ['5xx'], backoffMinMs: 10, backoffMaxMs: 10 }
  const outcome = await world.run(requestOf(routeOf(['a/x', 'b/y'], { retry }), { permit }))
  expect(outcome.kind).toBe('whole')
  expect(asked).toEqual([
    { target: 'a/x', before: 0 },
    { target: 'a/x', before: 1 },
    { target: 'b/y', before: 2 },
  ])
})

test('a target that is not permitted is not called, and another of its step serves', async () => {
  const world = worldOf({ a: () => answer, b: () => answer })
  const { permit } = permitting(['a/x'])
  const step = { kind: 'choice', by: 'cheapest', targets: ['a/x', 'b/y'] } as const
  const outcome = await world.run(requestOf(routeOf([step]), { permit }))
  expect(attemptsOf(outcome)).toEqual(['a/x skipped budget', 'b/y served'])
  expect(world.provider('a').calls).toEqual([])
})

test('a refusal uses up no retry', async () => {
  const world = worldOf({ a: () => answer, b: (_, index) => (index === 0 ? busy : answer) })
  const { permit } = permitting(['a/x'])
  const retry = { count: 1, on: ['5xx'], backoffMinMs: 10, backoffMaxMs: 10 }
  const step = { kind: 'choice', by: 'cheapest', targets: ['a/x', 'b/y'] } as const
  const outcome = await world.run(requestOf(routeOf([step], { retry }), { permit }))
  expect(attemptsOf(outcome)).toEqual(['a/x skipped budget', 'b/y failed 503', 'b/y served'])
})

test('where nothing is permitted the route ends, each target skipped once', async () => {
  const world = worldOf({ a: () => answer, b: () => answer })
  const { asked, permit } = permitting(['a/x', 'b/y'])
  const outcome = await world.run(requestOf(routeOf(['a/x', 'b/y', 'a/x']), { permit }))
  expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'inexpressible', field: 'budget' } })
  expect(asked.map((each) => each.target)).toEqual(['a/x', 'b/y'])
})
