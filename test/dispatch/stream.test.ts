/** Streams on a virtual clock: what is held back, what commits, and how a stream ends that went wrong. */
import { describe, expect, test } from 'vitest'
import type { Route } from '../../src/graph/decision.ts'
import { openaiError, openaiStream, sseEvent } from '../upstream.ts'
import {
  attemptsOf,
  bytesOf,
  callOf,
  collect,
  lastEvent,
  type Play,
  requestOf,
  routeOf,
  textOf,
  virtualClock,
  worldOf,
} from './world.ts'

const events = openaiStream(['one', ' two', ' three']).map(sseEvent)
const [role, one, two, three, finish, usage, done] = events as [string, string, string, string, string, string, string]
const whole: Play = { body: events }
const never = { waitMs: Number.POSITIVE_INFINITY }
const ping = ': ping\n\n'
const failing = (play: Play) => () => play

const streamed = (route: Route, body = {}) =>
  requestOf(route, { call: callOf({ stream: true, ...body }), dialect: 'openai-chat' })

/** Runs a route to its outcome and, where it streams, to the stream's end. */
async function play(scripts: Readonly<Record<string, Play>>, rest: Partial<Route> = {}, body = {}) {
  const world = worldOf(Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, failing(script)])))
  const from = world.clock.now()
  const targets = Object.keys(scripts).map((name) => `${name}/m`)
  const outcome = await world.run(streamed(routeOf(targets, rest), body))
  const frames = outcome.kind === 'stream' ? await world.clock.drive(collect(outcome.frames)) : []
  return { ...world, outcome, frames, attempts: attemptsOf(outcome), tookMs: world.clock.now() - from }
}

describe('before content, whatever goes wrong is a failed attempt', () => {
  test.each<[string, Play, string]>([
    ['cut after the role (litellm-40404)', { body: [role] }, 'cut'],
    ['a break after the role', { body: [role, 'BREAK'] }, 'cut'],
    ['half an event', { body: [role, one.slice(0, 20)] }, 'cut'],
    ['nothing at all', { body: [] }, 'cut'],
    ['a clean end without content', { body: [role, done] }, '502'],
    ['a malformed chunk', { body: [role, sseEvent('{"id":')] }, '502'],
    ['an error event', { body: [role, sseEvent(openaiError('overloaded', null, 'server_error'))] }, '500'],
    ['an error event for 429', { body: [sseEvent({ error: { message: 'slow down', code: 429 } })] }, '429'],
    ['HTML', { body: ['<html><body>Bad gateway</body></html>'] }, 'cut'],
    [
      'a JSON error instead of a stream',
      { headers: { 'content-type': 'application/json' }, body: [JSON.stringify(openaiError('broken'))] },
      '500',
    ],
    ['a stall after the role', { body: [role, never] }, 'first_token'],
    [
      'pings do not feed the first-token clock',
      { body: Array.from({ length: 50 }, () => [ping, { waitMs: 100 }]).flat() },
      'first_token',
    ],
    ['a head that never comes', { afterMs: Number.POSITIVE_INFINITY, body: [] }, 'first_token'],
  ])('%s', async (_, script, why) => {
    const { attempts, frames, outcome } = await play({ a: script, b: whole }, { timeouts: { firstTokenMs: 2_000 } })
    expect(attempts).toEqual([`a/m failed ${why}`, 'b/m served'])
    expect(outcome).toMatchObject({ kind: 'stream', target: 'b/m' })
    expect(textOf(frames)).toBe('one two three')
    expect(lastEvent(frames)).toEqual({ kind: 'end' })
  })

  test('the same, without a second target, is a failure', async () => {
    const { outcome } = await play({ a: { body: [role] } })
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'exhausted', last: { kind: 'cut' } } })
  })
})

describe('after content there is no second target', () => {
  test.each<[string, Play, object]>([
    ['a cut (portkey-1797)', { body: [role, one] }, { kind: 'malformed', status: 502 }],
    ['a break', { body: [role, one, 'BREAK'] }, { kind: 'malformed', status: 502 }],
    ['half an event', { body: [role, one, two.slice(0, 30)] }, { kind: 'malformed', status: 502 }],
    ['a malformed chunk', { body: [role, one, sseEvent('{"id":'), two] }, { kind: 'malformed' }],
    [
      'an error event (litellm-26015)',
      { body: [role, one, sseEvent({ error: { message: 'm', code: 429 } }), two] },
      { status: 429 },
    ],
    ['an idle stall', { body: [role, one, never] }, { kind: 'timeout', status: 504 }],
    [
      'pings do not feed the idle clock',
      { body: [role, one, ...Array.from({ length: 50 }, () => [ping, { waitMs: 100 }]).flat()] },
      { kind: 'timeout' },
    ],
  ])('%s', async (_, script, error) => {
    const { attempts, frames, provider, dispatcher } = await play(
      { a: script, b: whole },
      { timeouts: { idleMs: 1_000 } },
    )
    expect(attempts).toEqual(['a/m served'])
    expect(provider('b').calls).toHaveLength(0)
    expect(textOf(frames)).toBe('one')
    expect(lastEvent(frames)).toMatchObject({ kind: 'error', error })
    // Whole events only, and nothing of the error: the gateway's own error event can follow.
    expect(bytesOf(frames).toString().replaceAll(ping, '')).toBe(role + one)
    expect(dispatcher.targets()).toMatchObject([{ target: 'a/m', inFlight: 0 }])
  })

  test('content and an error in one packet: the content had come', async () => {
    const { attempts, frames } = await play({ a: { body: [role + one + sseEvent(openaiError('x'))] }, b: whole })
    expect(attempts).toEqual(['a/m served'])
    expect(lastEvent(frames)).toMatchObject({ kind: 'error' })
    expect(bytesOf(frames).toString()).toBe(role + one)
  })

  test('a finish is content: an answer of nothing but a finish is served', async () => {
    const { attempts, frames } = await play({ a: { body: [role, finish, done] } })
    expect(attempts).toEqual(['a/m served'])
    expect(lastEvent(frames)).toEqual({ kind: 'end' })
  })

  test.each([
    ['timeout', { attemptMs: 250 }],
    ['deadline', { deadlineMs: 250 }],
  ])('%s runs on through the stream', async (_, timeouts) => {
    const wait = { waitMs: 100 }
    const { frames, tookMs } = await play(
      { a: { body: [role, one, wait, two, wait, three, wait, finish, done] } },
      { timeouts },
    )
    expect(textOf(frames)).toBe('one two three')
    expect(lastEvent(frames)).toMatchObject({ kind: 'error', error: { kind: 'timeout', status: 504 } })
    expect(tookMs).toBe(250)
  })

  test('idle counts the silence of the provider, not of the client', async () => {
    const { dispatcher, clock } = worldOf({ a: failing({ body: [role, one, { waitMs: 500 }, two, finish, done] }) })
    const outcome = await clock.drive(dispatcher.run(streamed(routeOf(['a/m'], { timeouts: { idleMs: 600 } }))))
    if (outcome.kind !== 'stream') throw new Error(outcome.kind)
    const reader = outcome.frames[Symbol.asyncIterator]()
    await clock.drive(reader.next())
    await clock.drive(reader.next())
    clock.advance(5_000)
    const { value } = await clock.drive(reader.next())
    expect(value?.events[0]).toMatchObject({ kind: 'text', text: ' two' })
  })
})

describe('bytes', () => {
  test('are passed on as they came, for a client that asked for usage', async () => {
    const { frames } = await play({ a: whole }, {}, { stream_options: { include_usage: true } })
    expect(bytesOf(frames).toString()).toBe(events.join(''))
  })

  test('the usage chunk that the client did not ask for is hidden, and its usage told', async () => {
    const { frames } = await play({ a: whole })
    expect(bytesOf(frames).toString()).toBe([role, one, two, three, finish, done].join(''))
    const told = frames.flatMap((frame) => frame.events).findLast((event) => event.kind === 'usage')
    expect(told).toMatchObject({ usage: { input: 7, output: 3 } })
    expect(usage).toContain('"choices":[]')
  })

  test.each([1, 2, 3, 7, 50, 1_000])('cut every %s bytes they are the same', async (step) => {
    const text = events.join('')
    const body = Array.from({ length: Math.ceil(text.length / step) }, (_, at) =>
      text.slice(at * step, (at + 1) * step),
    )
    const { frames } = await play({ a: { body } })
    expect(bytesOf(frames).toString()).toBe([role, one, two, three, finish, done].join(''))
    expect(textOf(frames)).toBe('one two three')
  })

  test('CRLF, comments, and a missing last blank line stay as they are', async () => {
    const text = `: hello\r\n\r\n${[role, one, finish].join('').replaceAll('\n', '\r\n')}data: [DONE]\n`
    const { frames } = await play({ a: { body: [text] } })
    expect(bytesOf(frames).toString()).toBe(text)
    expect(lastEvent(frames)).toEqual({ kind: 'end' })
  })

  test('are left out for a client of another dialect', async () => {
    const { dispatcher, clock } = worldOf({ a: failing(whole) })
    const request = requestOf(routeOf(['a/m']), { call: callOf({ stream: true }), dialect: 'anthropic' })
    const outcome = await clock.drive(dispatcher.run(request))
    if (outcome.kind !== 'stream') throw new Error(outcome.kind)
    const frames = await clock.drive(collect(outcome.frames))
    expect(frames.every((frame) => frame.bytes === undefined)).toBe(true)
    expect(textOf(frames)).toBe('one two three')
  })
})

describe('a client that goes away', () => {
  async function begin(script: Play) {
    const clock = virtualClock()
    const controller = new AbortController()
    const world = worldOf({ a: failing(script) }, { clock })
    const outcome = await clock.drive(
      world.dispatcher.run({ ...streamed(routeOf(['a/m'])), signal: controller.signal }),
    )
    if (outcome.kind !== 'stream') throw new Error(outcome.kind)
    return { ...world, frames: outcome.frames, controller, signal: world.provider('a').calls[0]!.signal }
  }

  test('aborted while it waits: the call is aborted, and the frames end with an error', async () => {
    const { frames, controller, signal, dispatcher, clock } = await begin({ body: [role, one, never] })
    const collected = collect(frames)
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    expect(signal.aborted).toBe(true)
    expect(lastEvent(await collected)).toMatchObject({ kind: 'error', error: { status: 499 } })
    expect(dispatcher.targets()).toMatchObject([{ inFlight: 0, breaker: 'closed' }])
    expect(clock.pending()).toBe(0)
  })

  test('leaving the loop cancels the call', async () => {
    const { frames, signal, dispatcher } = await begin({ body: [role, one, never] })
    for await (const _ of frames) break
    expect(signal.aborted).toBe(true)
    expect(dispatcher.targets()).toMatchObject([{ inFlight: 0 }])
  })

  test('never reading it, and aborting, leaves nothing behind', async () => {
    const { controller, signal, dispatcher, clock } = await begin({ body: [role, one, never] })
    controller.abort()
    expect(signal.aborted).toBe(true)
    expect(dispatcher.targets()).toMatchObject([{ inFlight: 0 }])
    expect(clock.pending()).toBe(0)
  })

  test('after the end nothing is aborted', async () => {
    const { frames, signal, clock } = await begin(whole)
    await clock.drive(collect(frames))
    await new Promise((resolve) => setImmediate(resolve))
    expect(signal.aborted).toBe(false)
    expect(clock.pending()).toBe(0)
  })
})
