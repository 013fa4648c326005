/** The simulator, seen through dispatch and its dialect like any provider. */
import { describe, expect, test } from 'vitest'
import type { Answer, JsonObject } from '../../src/dialects/neutral.ts'
import { createDispatcher } from '../../src/dispatch/dispatch.ts'
import type { Frame, Outcome } from '../../src/dispatch/outcome.ts'
import type { Timeouts } from '../../src/graph/decision.ts'
import { createProvider } from '../../src/providers/create-provider.ts'
import {
  attemptsOf,
  callOf,
  catalogueOf,
  collect,
  lastEvent,
  providerConfig,
  requestOf,
  routeOf,
  textOf,
  virtualClock,
} from '../dispatch/world.ts'

function simulate(options: JsonObject = {}) {
  const clock = virtualClock()
  const created = createProvider(providerConfig({ type: 'simulator', name: 'sandbox', options }), clock)
  if (!created.ok) throw new Error(created.message)
  const dispatcher = createDispatcher({
    providers: new Map([['sandbox', created.provider]]),
    catalogue: catalogueOf([], ['sandbox']),
    now: clock.now,
    random: () => 0.5,
    setTimer: clock.setTimer,
  })
  const run = (model: string, body: JsonObject = {}, timeouts: Timeouts = {}): Promise<Outcome> =>
    clock.drive(dispatcher.run(requestOf(routeOf([`sandbox/${model}`], { timeouts }), { call: callOf(body) })))
  const whole = async (model: string, body: JsonObject = {}): Promise<Answer> => {
    const outcome = await run(model, body)
    if (outcome.kind !== 'whole') throw new Error(JSON.stringify(outcome))
    return outcome.answer
  }
  const frames = async (model: string, body: JsonObject = {}, timeouts: Timeouts = {}): Promise<Frame[]> => {
    const outcome = await run(model, { ...body, stream: true }, timeouts)
    if (outcome.kind !== 'stream') throw new Error(JSON.stringify(outcome))
    return clock.drive(collect(outcome.frames))
  }
  return { clock, run, whole, frames }
}

const user = (content: string): JsonObject => ({ messages: [{ role: 'user', content }] })
const sentence = 'Simulated answer of sandbox/small to: hi'
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        unit: { enum: ['celsius', 'fahrenheit'] },
        days: { type: 'integer', minimum: 2 },
        note: { type: 'string' },
      },
      required: ['city', 'unit', 'days'],
    },
  },
}

const contentOf = (answer: Answer) => answer.choices.map((choice) => choice.content)
const plain = (answer: Answer) =>
  contentOf(answer)
    .flat()
    .map((block) => (block.kind === 'text' ? block.text : ''))
    .join('')

describe('answers', () => {
  test('with the last words of the user, the same each time', async () => {
    const { whole } = simulate()
    const answer = await whole('small')
    expect(plain(answer)).toBe(sentence)
    expect(answer.choices[0]?.stop.reason).toBe('end')
    expect(answer.usage?.input).toBeGreaterThan(0)
    expect(answer.usage?.output).toBeGreaterThan(0)
    expect(await whole('small')).toEqual(answer)
  })

  test('in a stream, word by word, with the delay between', async () => {
    const { clock, frames } = simulate({ chunk_delay_ms: 50 })
    const from = clock.now()
    const all = await frames('small')
    expect(textOf(all)).toBe(sentence)
    expect(lastEvent(all)).toEqual({ kind: 'end' })
    expect(clock.now() - from).toBe(5 * 50)
    expect(all.flatMap((frame) => frame.events).filter((event) => event.kind === 'text')).toHaveLength(6)
    expect(all.flatMap((frame) => frame.events).some((event) => event.kind === 'usage')).toBe(true)
  })

  test('after its latency, whole and streamed', async () => {
    const { clock, whole, frames } = simulate({ latency_ms: 300 })
    const from = clock.now()
    await whole('small')
    expect(clock.now() - from).toBe(300)
    await frames('slow-100')
    expect(clock.now() - from).toBe(700)
  })

  test.each([1, 3, 5])('max_tokens %s: the answer is cut', async (max_tokens) => {
    const answer = await simulate().whole('small', { max_tokens })
    expect(answer.choices[0]?.stop.reason).toBe('length')
    expect(answer.usage?.output).toBeLessThanOrEqual(max_tokens)
    expect(sentence.startsWith(plain(answer))).toBe(true)
  })

  test('stop sequences end it', async () => {
    const answer = await simulate().whole('small', { stop: ['sandbox', ' to'] })
    expect(plain(answer)).toBe('Simulated answer of ')
    expect(answer.choices[0]?.stop.reason).toBe('end')
  })

  test('n gives as many, whole and streamed', async () => {
    const { whole, frames } = simulate()
    expect(contentOf(await whole('small', { n: 3 }))).toHaveLength(3)
    expect(textOf(await frames('small', { n: 2 }))).toHaveLength(2 * sentence.length)
  })
})

describe('tools and schemas', () => {
  const call = { kind: 'tool_call', name: 'get_weather', arguments: '{"city":"city","unit":"celsius","days":2}' }

  test.each<[string, JsonObject]>([
    ['asked for in words', user('please call get_weather.')],
    ['forced by name', { tool_choice: { type: 'function', function: { name: 'get_weather' } } }],
    ['required', { tool_choice: 'required' }],
  ])('%s', async (_, body) => {
    const answer = await simulate().whole('small', { tools: [weather], ...body })
    expect(answer.choices[0]).toMatchObject({ content: [call], stop: { reason: 'tool_calls' } })
  })

  test('in a stream the arguments come in pieces', async () => {
    const all = await simulate().frames('small', { tools: [weather], tool_choice: 'required' })
    const events = all.flatMap((frame) => frame.events)
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'block_start', of: expect.objectContaining({ name: 'get_weather' }) }),
    )
    expect(events.flatMap((event) => (event.kind === 'arguments' ? event.text : [])).join('')).toBe(call.arguments)
    expect(lastEvent(all)).toEqual({ kind: 'end' })
  })

  test.each<[string, JsonObject]>([
    ['not asked for', {}],
    ['forbidden', { ...user('call get_weather'), tool_choice: 'none' }],
    ['another name', user('call somebody')],
  ])('%s: text', async (_, body) => {
    expect(plain(await simulate().whole('small', { tools: [weather], ...body }))).toContain('Simulated answer')
  })

  test('after the tool’s result it speaks', async () => {
    const messages = [
      { role: 'user', content: 'call get_weather' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
    ]
    expect(plain(await simulate().whole('small', { tools: [weather], messages }))).toContain('(the tool said: sunny)')
  })

  test('a schema is obeyed', async () => {
    const schema = {
      type: 'object',
      properties: { ok: { type: 'boolean' }, list: { type: 'array', items: { type: 'number' } } },
      required: ['ok', 'list'],
    }
    const response_format = { type: 'json_schema', json_schema: { name: 's', schema } }
    expect(JSON.parse(plain(await simulate().whole('small', { response_format })))).toEqual({ ok: true, list: [1] })
    expect(JSON.parse(plain(await simulate().whole('small', { response_format: { type: 'json_object' } })))).toEqual({
      answer: sentence,
    })
  })
})

describe('failing by the model’s id', () => {
  test.each([
    ['error-400', '400', 'rejected'],
    ['error-401', '401', 'exhausted'],
    ['error-429', '429', 'exhausted'],
    ['error-500', '500', 'exhausted'],
    ['error-503', '503', 'exhausted'],
    ['error-529', '529', 'exhausted'],
    ['context-length', '400', 'rejected'],
    ['content-policy', '400', 'rejected'],
    ['quota', '429', 'exhausted'],
    ['timeout', 'timeout', 'exhausted'],
    ['stall', 'timeout', 'exhausted'],
    ['stall-after-3', 'timeout', 'exhausted'],
    ['cut', 'cut', 'exhausted'],
    ['malformed', '502', 'exhausted'],
    ['in-band-error', '500', 'exhausted'],
  ])('%s, a whole answer', async (model, why, kind) => {
    const outcome = await simulate().run(model, {}, { attemptMs: 2_000 })
    expect(attemptsOf(outcome)).toEqual([`sandbox/${model} failed ${why}`])
    expect(outcome).toMatchObject({ failure: { kind } })
  })

  test.each([
    ['stall', 'first_token'],
    ['cut', 'cut'],
    ['malformed', '502'],
    ['in-band-error', '500'],
    ['slow-5000', 'first_token'],
  ])('%s, a stream before content', async (model, why) => {
    const outcome = await simulate().run(model, { stream: true }, { firstTokenMs: 2_000 })
    expect(attemptsOf(outcome)).toEqual([`sandbox/${model} failed ${why}`])
  })

  test.each([
    ['stall-after-3', 504],
    ['cut-after-3', 502],
    ['malformed-after-3', 502],
    ['in-band-error-after-3', 500],
  ])('%s, a stream after content', async (model, status) => {
    const all = await simulate().frames(model, {}, { idleMs: 1_000 })
    expect(textOf(all)).toBe('Simulated answer of ')
    expect(lastEvent(all)).toMatchObject({ kind: 'error', error: { status } })
  })

  test.each([
    ['slow', 1_000],
    ['slow-250', 250],
  ])('%s takes its time, then answers', async (model, ms) => {
    const { clock, whole } = simulate()
    const from = clock.now()
    expect(plain(await whole(model))).toContain('Simulated')
    expect(clock.now() - from).toBe(ms)
  })
})
