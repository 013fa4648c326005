/** The walk over a route on a virtual clock: which target, how often, when, and what it comes to. */

import { describe, expect, test } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { Step } from '../../src/graph/decision.ts'
import type { ProviderRequest } from '../../src/providers/provider.ts'
import { openaiAnswer, openaiError } from '../upstream.ts'
import { attemptsOf, callOf, catalogueOf, type Play, requestOf, routeOf, virtualClock, worldOf } from './world.ts'

const serve = (text = 'hello'): Play => ({ body: [JSON.stringify(openaiAnswer(text))] })
const refuse = (status: number, code: string | null = null, headers: Readonly<Record<string, string>> = {}): Play => ({
  status,
  headers,
  body: [JSON.stringify(openaiError('no', code))],
})
const failing = (play: Play) => () => play
const serving = () => serve()
const retry = (count: number, ...on: string[]) => ({ count, on, backoffMinMs: 100, backoffMaxMs: 1_000 })

describe('fallback', () => {
  test.each<[string, Play, string]>([
    ['connect', { fail: 'connect' }, 'connect'],
    ['cut before the head', { fail: 'cut' }, 'cut'],
    ['cut in the body', { body: ['{"id":', 'BREAK'] }, 'cut'],
    ['401', refuse(401), '401'],
    ['403', refuse(403), '403'],
    ['404', refuse(404), '404'],
    ['408', refuse(408), '408'],
    ['409', refuse(409), '409'],
    ['429', refuse(429), '429'],
    ['500', refuse(500), '500'],
    ['529', refuse(529), '529'],
    ['context size', refuse(400, 'context_length_exceeded'), '400'],
    ['content policy', refuse(400, 'content_policy_violation'), '400'],
    ['HTML under 200', { body: ['<html>'] }, '502'],
    ['cut JSON under 200', { body: ['{"id":"x","choices":['] }, '502'],
    ['an empty body', { body: [] }, '502'],
    [
      'an error under 200 (portkey-267)',
      { body: [JSON.stringify(openaiError('broken', null, 'server_error'))] },
      '500',
    ],
    ['a redirect', { fail: 'malformed' }, '502'],
  ])('follows %s', async (_, play, why) => {
    const { run } = worldOf({ a: failing(play), b: serving })
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'])))
    expect(attemptsOf(outcome)).toEqual([`a/x failed ${why}`, 'b/y served'])
    expect(outcome).toMatchObject({ kind: 'whole', target: 'b/y', losses: [] })
  })

  test.each([400, 405, 413, 422])('does not follow %s: it is the caller’s', async (status) => {
    const { run, provider } = worldOf({ a: failing(refuse(status)), b: serving })
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'])))
    expect(attemptsOf(outcome)).toEqual([`a/x failed ${status}`])
    expect(outcome).toMatchObject({ failure: { kind: 'rejected', target: 'a/x', error: { status } } })
    expect(provider('b').calls).toHaveLength(0)
  })

  test('a caller’s error that retry covers is retried, and then still the caller’s', async () => {
    const { run } = worldOf({ a: failing(refuse(422)), b: serving })
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'], { retry: retry(1, '4xx') })))
    expect(attemptsOf(outcome)).toEqual(['a/x failed 422', 'a/x failed 422'])
    expect(outcome).toMatchObject({ failure: { kind: 'rejected' } })
  })

  test('a context that no target takes is told to the caller', async () => {
    const { run } = worldOf({ a: failing(refuse(500)), b: failing(refuse(400, 'context_length_exceeded')) })
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'])))
    expect(outcome).toMatchObject({ failure: { kind: 'rejected', target: 'b/y', error: { kind: 'context_length' } } })
  })

  test('when all fail, the last error and the shortest wait', async () => {
    const a = refuse(429, null, { 'retry-after': '7' })
    const { run } = worldOf({ a: failing(a), b: failing(refuse(503)) })
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'])))
    expect(outcome).toMatchObject({
      failure: {
        kind: 'exhausted',
        target: 'b/y',
        last: { kind: 'upstream', error: { status: 503 } },
        retryAfterMs: 7_000,
      },
    })
  })

  test('the call is encoded for each target anew, and the primary is not asked twice (bifrost-6966)', async () => {
    const { run, provider } = worldOf({ a: failing(refuse(500)), b: serving })
    await run(requestOf(routeOf(['a/x', 'b/y'])))
    const modelOf = (call: ProviderRequest | undefined) => JSON.parse(new TextDecoder().decode(call?.body)).model
    expect(provider('a').calls.map(modelOf)).toEqual(['x'])
    expect(provider('b').calls.map(modelOf)).toEqual(['y'])
  })
})

describe('retry', () => {
  test('is on the same step, with backoff between', async () => {
    const { run, clock } = worldOf({ a: (_, index) => (index < 2 ? refuse(500) : serve()) })
    const from = clock.now()
    const outcome = await run(requestOf(routeOf(['a/x'], { retry: retry(2, '5xx') })))
    expect(attemptsOf(outcome)).toEqual(['a/x failed 500', 'a/x failed 500', 'a/x served'])
    expect(clock.now() - from).toBe(75 + 150)
  })

  test('is only for its classes', async () => {
    const { run } = worldOf({ a: failing(refuse(503)), b: serving })
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'], { retry: retry(5, '429', 'timeout') })))
    expect(attemptsOf(outcome)).toEqual(['a/x failed 503', 'b/y served'])
  })

  test.each([
    ['retry-after', '2', 2_000],
    ['retry-after-ms', '1234', 1_234],
  ])('honours %s', async (name, value, waitMs) => {
    const { run, clock } = worldOf({ a: (_, index) => (index === 0 ? refuse(429, null, { [name]: value }) : serve()) })
    const from = clock.now()
    const outcome = await run(requestOf(routeOf(['a/x'], { retry: retry(1, '429') })))
    expect(outcome.kind).toBe('whole')
    expect(clock.now() - from).toBe(waitMs)
  })

  test('a wait that is asked for and too long is not waited: the next step serves', async () => {
    const { run, clock } = worldOf({ a: failing(refuse(429, null, { 'retry-after': '3600' })), b: serving })
    const from = clock.now()
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'], { retry: retry(2, '429') })))
    expect(attemptsOf(outcome)).toEqual(['a/x failed 429', 'b/y served'])
    expect(clock.now() - from).toBe(0)
  })

  test('an exhausted quota is not retried, the next step serves', async () => {
    const { run } = worldOf({ a: failing(refuse(429, 'insufficient_quota')), b: serving })
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'], { retry: retry(2, '429') })))
    expect(attemptsOf(outcome)).toEqual(['a/x failed 429', 'b/y served'])
  })

  test('with another key ready, it waits only the backoff and the target stays in rotation', async () => {
    const throttled: Play = { ...refuse(429, null, { 'retry-after': '30' }), otherKeyReady: true } as Play
    const { run, clock } = worldOf({ a: (_, index) => (index === 0 ? throttled : serve()), b: serving })
    const from = clock.now()
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'], { retry: retry(1, '429') })))
    expect(attemptsOf(outcome)).toEqual(['a/x failed 429', 'a/x served'])
    expect(clock.now() - from).toBe(75)
  })

  const choice: Step = { kind: 'choice', by: 'any', targets: ['a/x', 'b/y', 'c/z'] }
  test('in a choice, targets that were not tried come first', async () => {
    const { run } = worldOf({ a: failing(refuse(500)), b: failing(refuse(500)), c: failing(refuse(500)) })
    const outcome = await run(requestOf(routeOf([choice], { retry: retry(3, '5xx') })))
    const tried = outcome.attempts.map((attempt) => attempt.target)
    expect(new Set(tried.slice(0, 3)).size).toBe(3)
    expect(tried).toHaveLength(4)
  })

  test('what one target asks for does not hold for another', async () => {
    const throttled = refuse(429, null, { 'retry-after': '50' })
    const { run, clock } = worldOf({ a: failing(throttled), b: failing(throttled), c: serving })
    const from = clock.now()
    const outcome = await run(requestOf(routeOf([choice], { retry: retry(2, '429') })))
    expect(outcome.kind).toBe('whole')
    expect(clock.now() - from).toBeLessThan(1_000)
  })

  test('an idempotency key goes to the first target only', async () => {
    const { run, provider } = worldOf({ a: failing(refuse(500)), b: serving })
    const route = routeOf(['a/x', 'b/y'], { retry: retry(1, '5xx') })
    const headers = { 'idempotency-key': 'k', 'x-other': 'o' }
    await run(requestOf(route, { headers, dialect: 'openai-chat' }))
    expect(provider('a').calls.map((call) => call.headers)).toEqual([headers, headers])
    expect(provider('b').calls.map((call) => call.headers)).toEqual([{ 'x-other': 'o' }])
  })

  test('headers of a client of another dialect stay here (litellm-37905)', async () => {
    const { run, provider } = worldOf({ a: serving })
    await run(requestOf(routeOf(['a/x']), { headers: { 'anthropic-beta': 'b' }, dialect: 'anthropic' }))
    expect(provider('a').calls[0]?.headers).toEqual({})
  })

  test('a provider of several dialects is spoken to in the client’s', async () => {
    const { run, provider } = worldOf({ a: serving })
    Object.assign(provider('a'), { alsoSpeaks: [anthropic] })
    await run(requestOf(routeOf(['a/x']), { headers: { 'anthropic-beta': 'b' }, dialect: 'anthropic' }))
    await run(requestOf(routeOf(['a/x']), { dialect: 'openai-chat' }))
    await run(requestOf(routeOf(['a/x'])))
    expect(provider('a').calls.map((call) => call.dialect)).toEqual(['anthropic', 'openai-chat', 'openai-chat'])
    expect(provider('a').calls[0]?.headers).toEqual({ 'anthropic-beta': 'b' })
    expect(JSON.parse(new TextDecoder().decode(provider('a').calls[0]?.body))).toHaveProperty('max_tokens')
  })
})

describe('clocks', () => {
  const slow: Play = { afterMs: 5_000, body: [JSON.stringify(openaiAnswer())] }

  test('timeout is for one attempt, deadline for all', async () => {
    const { run, clock } = worldOf({ a: failing(slow), b: failing(slow), c: serving })
    const from = clock.now()
    const timeouts = { attemptMs: 1_000, deadlineMs: 1_500 }
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y', 'c/z'], { timeouts })))
    expect(attemptsOf(outcome)).toEqual(['a/x failed timeout', 'b/y failed deadline'])
    expect(outcome).toMatchObject({ failure: { kind: 'deadline' } })
    expect(clock.now() - from).toBe(1_500)
  })

  test('a retry that would pass the deadline is not waited for', async () => {
    const { run, clock } = worldOf({ a: failing(refuse(429, null, { 'retry-after': '9' })), b: serving })
    const from = clock.now()
    const route = routeOf(['a/x', 'b/y'], { retry: retry(3, '429'), timeouts: { deadlineMs: 5_000 } })
    expect(attemptsOf(await run(requestOf(route)))).toEqual(['a/x failed 429', 'b/y served'])
    expect(clock.now() - from).toBe(0)
  })

  test('without clocks an attempt still ends', async () => {
    const { run, clock } = worldOf({ a: failing({ afterMs: Number.POSITIVE_INFINITY, body: [] }) })
    const from = clock.now()
    const outcome = await run(requestOf(routeOf(['a/x'])))
    expect(attemptsOf(outcome)).toEqual(['a/x failed timeout'])
    expect(clock.now() - from).toBe(600_000)
  })

  test('the clocks run on after the head: a stalled body does not hang', async () => {
    const stalled: Play = { body: ['{"id":', { waitMs: Number.POSITIVE_INFINITY }] }
    const { run, clock } = worldOf({ a: failing(stalled), b: failing(stalled) })
    const from = clock.now()
    const timeouts = { idleMs: 300, attemptMs: 2_000, firstTokenMs: 10 }
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y'], { timeouts })))
    expect(attemptsOf(outcome)).toEqual(['a/x failed idle', 'b/y failed idle'])
    expect(outcome).toMatchObject({ failure: { kind: 'exhausted', last: { kind: 'timeout', clock: 'idle' } } })
    expect(clock.now() - from).toBe(600)
  })

  test('no timer is left behind', async () => {
    const { run, clock } = worldOf({ a: failing(refuse(500)), b: serving })
    const timeouts = { connectMs: 10, firstTokenMs: 10, idleMs: 10, attemptMs: 10, deadlineMs: 10 }
    await run(requestOf(routeOf(['a/x', 'b/y'], { timeouts })))
    expect(clock.pending()).toBe(0)
  })
})

describe('circuits', () => {
  const breaker = { minimumVolume: 2, coolDownMs: 10_000 }

  test('a target that failed is passed over while another can serve, and asked again later', async () => {
    let isBroken = true
    const { run, clock, dispatcher } = worldOf({ a: () => (isBroken ? refuse(500) : serve()), b: serving }, { breaker })
    const once = async () => attemptsOf(await run(requestOf(routeOf(['a/x', 'b/y']))))
    await once()
    expect(dispatcher.healthy('a')).toBe(true)
    await once()
    expect(dispatcher.healthy('a')).toBe(false)
    expect(await once()).toEqual(['a/x skipped circuit', 'b/y served'])
    expect(dispatcher.targets().find((each) => each.target === 'a/x')).toMatchObject({ breaker: 'open', inFlight: 0 })
    isBroken = false
    clock.advance(10_000)
    expect(dispatcher.healthy('a')).toBe(true)
    expect(await once()).toEqual(['a/x served'])
    expect(dispatcher.healthy('b')).toBe(true)
    expect(dispatcher.healthy('nobody')).toBe(false)
  })

  test('a single target is tried although its circuit is open', async () => {
    const { run } = worldOf({ a: failing(refuse(500)) }, { breaker })
    for (let turn = 0; turn < 4; turn++) {
      expect(attemptsOf(await run(requestOf(routeOf(['a/x']))))).toEqual(['a/x failed 500'])
    }
  })

  test('what was passed over is tried when nothing else is left', async () => {
    let isBroken = true
    const { run } = worldOf(
      { a: () => (isBroken ? refuse(500) : serve()), b: (_, index) => (index < 2 ? serve() : refuse(500)) },
      { breaker },
    )
    const once = async () => attemptsOf(await run(requestOf(routeOf(['a/x', 'b/y']))))
    await once()
    await once()
    isBroken = false
    expect(await once()).toEqual(['a/x skipped circuit', 'b/y failed 500', 'a/x served'])
  })

  test('one 429 that names a wait is enough, and the wait is respected', async () => {
    const { run, clock } = worldOf({
      a: (_, index) => (index === 0 ? refuse(429, null, { 'retry-after': '20' }) : serve()),
      b: serving,
    })
    const once = async () => attemptsOf(await run(requestOf(routeOf(['a/x', 'b/y']))))
    expect(await once()).toEqual(['a/x failed 429', 'b/y served'])
    clock.advance(19_999)
    expect(await once()).toEqual(['a/x skipped circuit', 'b/y served'])
    clock.advance(1)
    expect(await once()).toEqual(['a/x served'])
  })

  test.each([404, 400, 422])('%s says nothing of the target', async (status) => {
    const { run, dispatcher } = worldOf({ a: failing(refuse(status)) }, { breaker })
    for (let turn = 0; turn < 5; turn++) await run(requestOf(routeOf(['a/x'])))
    expect(dispatcher.healthy('a')).toBe(true)
  })

  test('in a split an arm whose circuit is open is left out', async () => {
    const step: Step = {
      kind: 'split',
      arms: [
        { target: 'a/x', share: 0.9 },
        { target: 'b/y', share: 0.1 },
      ],
    }
    const { run } = worldOf({ a: failing(refuse(500)), b: serving }, { breaker })
    const once = async () => attemptsOf(await run(requestOf(routeOf([step]))))
    await once()
    await once()
    expect(await once()).toEqual(['a/x skipped circuit', 'b/y served'])
  })
})

describe('fit', () => {
  const tools = { tools: [{ type: 'function', function: { name: 'f' } }] }
  const catalogue = catalogueOf([
    { id: 'a/x', capabilities: [], context: 100 },
    { id: 'b/y', capabilities: ['tools'] },
    { id: 'c/z' },
  ])

  test('a target that lacks a capability is passed over', async () => {
    const { run, provider } = worldOf({ a: serving, b: serving }, { catalogue })
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y']), { call: callOf(tools) }))
    expect(attemptsOf(outcome)).toEqual(['a/x skipped tools', 'b/y served'])
    expect(provider('a').calls).toHaveLength(0)
  })

  test('where none can, the field is named', async () => {
    const { run } = worldOf({ a: serving }, { catalogue })
    const outcome = await run(requestOf(routeOf(['a/x']), { call: callOf(tools) }))
    expect(outcome).toMatchObject({ failure: { kind: 'inexpressible', field: 'tools', target: 'a/x' } })
  })

  test('a context that seems too small is passed over, and tried when nothing else is left', async () => {
    const { run } = worldOf({ a: serving, b: failing(refuse(500)) }, { catalogue })
    const outcome = await run(requestOf(routeOf(['a/x', 'b/y']), { estimatedInputTokens: 101 }))
    expect(attemptsOf(outcome)).toEqual(['a/x skipped messages', 'b/y failed 500', 'a/x served'])
  })

  test('what nothing is known of is never passed over', async () => {
    const { run } = worldOf({ c: serving }, { catalogue })
    const outcome = await run(requestOf(routeOf(['c/z']), { call: callOf(tools), estimatedInputTokens: 1e6 }))
    expect(outcome.kind).toBe('whole')
  })

  test('cheapest counts this request’s size', async () => {
    const priced = catalogueOf([
      { id: 'a/x', price: { input: 1e9, output: 10e9 } },
      { id: 'b/y', price: { input: 2e9, output: 1e9 } },
    ])
    const step: Step = { kind: 'choice', by: 'cheapest', targets: ['a/x', 'b/y'] }
    const { run } = worldOf({ a: serving, b: serving }, { catalogue: priced })
    const served = async (input: number, max_tokens: number) => {
      const outcome = await run(
        requestOf(routeOf([step]), { call: callOf({ max_tokens }), estimatedInputTokens: input }),
      )
      return outcome.attempts[0]?.target
    }
    expect(await served(10_000, 10)).toBe('a/x')
    expect(await served(10, 10_000)).toBe('b/y')
  })

  test('fastest tries each once, then keeps to the fastest', async () => {
    const answerAfter = (afterMs: number): Play => ({ afterMs, body: [JSON.stringify(openaiAnswer())] })
    const step: Step = { kind: 'choice', by: 'fastest', targets: ['a/x', 'b/y', 'c/z'] }
    const { run } = worldOf({
      a: failing(answerAfter(300)),
      b: failing(answerAfter(100)),
      c: failing(answerAfter(200)),
    })
    const picked: string[] = []
    for (let turn = 0; turn < 6; turn++) picked.push((await run(requestOf(routeOf([step])))).attempts[0]!.target)
    expect(picked).toEqual(['a/x', 'b/y', 'c/z', 'b/y', 'b/y', 'b/y'])
  })
})

test('a decoder that throws is a malformed answer, not a crash', async () => {
  const { dispatcher, provider, clock } = worldOf({ a: serving, b: serving })
  const broken = () => {
    throw new TypeError('a mistake')
  }
  Object.assign(provider('a'), { dialect: { ...provider('a').dialect, decodeAnswer: broken } })
  const outcome = await clock.drive(dispatcher.run(requestOf(routeOf(['a/x', 'b/y']))))
  expect(attemptsOf(outcome)).toEqual(['a/x failed 502', 'b/y served'])
})

describe('cancelling', () => {
  test.each(['before the call', 'while it waits for the answer', 'while it waits to retry'])('%s', async (when) => {
    const clock = virtualClock()
    const controller = new AbortController()
    const { dispatcher } = worldOf(
      { a: failing(when.endsWith('retry') ? refuse(500) : { afterMs: 1e6, body: [] }) },
      { clock },
    )
    if (when === 'before the call') controller.abort()
    const route = routeOf(['a/x'], { retry: retry(3, '5xx') })
    const running = dispatcher.run(requestOf(route, { signal: controller.signal }))
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    expect(await running).toMatchObject({ kind: 'failed', failure: { kind: 'cancelled' } })
    expect(clock.pending()).toBe(0)
  })

  test('closing the dispatcher cancels what is under way', async () => {
    const { dispatcher } = worldOf({ a: failing({ afterMs: 1e6, body: [] }) })
    const running = dispatcher.run(requestOf(routeOf(['a/x'])))
    await new Promise((resolve) => setImmediate(resolve))
    await dispatcher.close()
    expect(await running).toMatchObject({ failure: { kind: 'cancelled' } })
    expect(await dispatcher.run(requestOf(routeOf(['a/x'])))).toMatchObject({ failure: { kind: 'cancelled' } })
  })
})
