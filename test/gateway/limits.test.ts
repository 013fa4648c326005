/** Limits as a client meets them. */
import { describe, expect, test } from 'vitest'
import { errorIn, rateHeadersOf, startMetered } from './metered.ts'
import { completion, json, until } from './support.ts'

const route = 'route main { to requested retry 2 on 5xx backoff 1ms to 1ms }\n'

describe('requests', () => {
  test('one too many is a 429 that says when to come again, and that is true', async () => {
    const { clock, ask, statuses, records, upstream } = await startMetered(
      `${route}limit slow { 3 requests per 1m by caller.id }`,
    )
    const first = await ask()
    expect(rateHeadersOf(first)).toEqual({ 'limit-requests': '3', 'remaining-requests': '2', 'reset-requests': '20s' })
    expect(await statuses(2)).toEqual([200, 200])
    const refused = await ask()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('20')
    expect(refused.headers.get('x-policyc-rule')).toBe('slow')
    expect(rateHeadersOf(refused)).toEqual({
      'limit-requests': '3',
      'remaining-requests': '0',
      'reset-requests': '1m0s',
    })
    expect(await errorIn(refused)).toMatchObject({
      message: 'the limit `slow` of 3 requests per 1m is reached',
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
    })
    expect(records.at(-1)).toMatchObject({ status: 429, failure: 'limit_reached', rule: 'slow', attempts: [] })
    expect(upstream.received).toHaveLength(3)
    clock.advance(Number(refused.headers.get('retry-after-ms')) - 1)
    expect(await statuses(1)).toEqual([429])
    clock.advance(1)
    expect(await statuses(2)).toEqual([200, 429])
  })

  test('an error speaks the dialect of the client', async () => {
    const { gateway } = await startMetered(`${route}limit none { caller.seats requests per 1m }`)
    const body = JSON.stringify({ model: 'gpt', max_tokens: 2, messages: [{ role: 'user', content: 'hi' }] })
    const response = await gateway.fetch(new Request('http://gateway/v1/messages', { method: 'POST', body }))
    expect(response.status).toBe(429)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
  })

  test('keys are counted apart, and requests that lack a part share a bucket of their own', async () => {
    const { statuses } = await startMetered(`${route}limit slow { 1 requests per 1m by caller.name }`)
    expect(await statuses(2, {}, { 'x-name': 'a' })).toEqual([200, 429])
    expect(await statuses(2, {}, { 'x-name': 'undefined' })).toEqual([200, 429])
    expect(await statuses(2)).toEqual([200, 429])
    expect(await statuses(2, {}, { 'x-name': 'b' })).toEqual([200, 429])
  })

  test('an amount may be an attribute times a constant; without it nothing is let through', async () => {
    const { statuses } = await startMetered(`${route}limit seats { caller.seats * 2 requests per 1m by caller.name }`)
    expect(await statuses(3, {}, { 'x-seats': '1', 'x-name': 'a' })).toEqual([200, 200, 429])
    expect(await statuses(1)).toEqual([429])
  })

  test('a request counts once however often it is tried', async () => {
    let calls = 0
    const { statuses, records } = await startMetered(`${route}limit slow { 2 requests per 1m }`, (_, response) => {
      calls++
      if (calls % 3 === 0) json(response, completion)
      else json(response, { error: { message: 'no' } }, 500)
    })
    expect(await statuses(3)).toEqual([200, 200, 429])
    expect(records.map((each) => each.attempts.length)).toEqual([3, 3, 0])
  })

  test('what is refused by one limit costs the others nothing', async () => {
    const { statuses, clock } = await startMetered(
      `${route}limit wide { 3 requests per 1h }\nlimit narrow { 1 requests per 1s }`,
    )
    expect(await statuses(5)).toEqual([200, 429, 429, 429, 429])
    clock.advance(1000)
    expect(await statuses(1)).toEqual([200])
    clock.advance(1000)
    expect(await statuses(2)).toEqual([200, 429])
    clock.advance(1000)
    expect(await statuses(1)).toEqual([429])
  })

  test('the headers are those of the tightest limit', async () => {
    const { ask } = await startMetered(`${route}limit wide { 9 requests per 1h }\nlimit narrow { 2 requests per 1s }`)
    expect(rateHeadersOf(await ask())).toMatchObject({ 'limit-requests': '2', 'remaining-requests': '1' })
  })
})

describe('tokens', () => {
  test('the estimate is reserved, and what was really used is charged', async () => {
    const { ask } = await startMetered(`${route}limit tokens { 1000 tokens per 1m }`)
    const remaining = async (more: object = {}) => {
      const response = await ask(more)
      await response.text()
      return Number(response.headers.get('x-ratelimit-remaining-tokens'))
    }
    const first = await remaining({ max_tokens: 500 })
    expect(first).toBeLessThan(500)
    // Of the first call twelve tokens are left, as the provider counted.
    expect(await remaining({ max_tokens: 500 })).toBe(first - 12)
  })

  test('a call that is larger than what may come at once is refused without a wait', async () => {
    const { ask, statuses } = await startMetered(`${route}limit tokens { 1000 tokens per 1m burst 100 }`)
    const refused = await ask({ max_tokens: 500 })
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('x-should-retry')]).toEqual([
      429,
      null,
      'false',
    ])
    expect((await errorIn(refused)).message).toMatch(
      /^the request needs about 5\d\d tokens, more than the limit `tokens` lets through at once, 100$/,
    )
    expect(await statuses(1)).toEqual([200])
  })

  test('without a bound of its own a call reserves what the route’s answers usually come to', async () => {
    const { ask, statuses } = await startMetered(`${route}limit tokens { 100k tokens per 1s }`)
    const reserved = async () => {
      const response = await ask({ max_tokens: undefined })
      await response.text()
      return 100_000 - Number(response.headers.get('x-ratelimit-remaining-tokens'))
    }
    expect(await reserved()).toBeGreaterThan(1000)
    await statuses(20)
    expect(await reserved()).toBeLessThan(400)
  })
})

describe('calls at a time', () => {
  const policy = `${route}limit few { 2 concurrent by caller.id }`

  test('one too many is a 429, and a place is free once a call is over, however it ends', async () => {
    const { ask, upstream, statuses } = await startMetered(policy, (received, response) => {
      if (received.body['user'] === 'wait') return
      if (received.body['user'] === 'fail') return json(response, { error: { message: 'no' } }, 400)
      json(response, completion)
    })
    const gone = new AbortController()
    const waiting = [ask({ user: 'wait' }, {}, gone.signal), ask({ user: 'wait' }, {}, gone.signal)]
    await until(() => upstream.received.length === 2)
    const refused = await ask()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect((await errorIn(refused)).message).toBe('the limit `few` of 2 calls at a time is reached')
    gone.abort()
    await Promise.all(waiting)
    expect(await statuses(3)).toEqual([200, 200, 200])
    expect(await statuses(3, { user: 'fail' })).toEqual([400, 400, 400])
    expect(await statuses(3, { model: 'nothing' })).toEqual([404, 404, 404])
    expect(await statuses(1)).toEqual([200])
  })

  test('a stream holds its place to its end, and gives it back when it is left', async () => {
    const { ask, statuses, records } = await startMetered(policy, (received, response) => {
      if (received.body['stream'] !== true) return json(response, completion)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt' }
      response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta: { content: 'hello' } }] })}\n\n`)
      if (received.body['user'] === 'wait') return
      const last = { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
      response.end(`data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`)
    })
    const first = await ask({ stream: true, user: 'wait' })
    const second = await ask({ stream: true })
    expect([first.status, second.status]).toEqual([200, 200])
    expect(await statuses(1)).toEqual([429])
    await second.text()
    expect(await statuses(1)).toEqual([200])
    const third = await ask({ stream: true })
    expect(await statuses(1)).toEqual([429])
    await Promise.all([first.body!.cancel(), third.body!.cancel()])
    await until(() => records.length === 6)
    expect(await statuses(1)).toEqual([200])
  })
})

test('how much of a limit is used is a fact that rules read before anything is taken', async () => {
  const { ask, statuses } = await startMetered(`
route cheap when limit.slow.used >= 50% { to up/dear }
route main { to up/gpt }
limit slow { 4 requests per 1m by caller.name }`)
  const target = async () => (await ask({}, { 'x-name': 'a' })).headers.get('x-policyc-target')
  expect([await target(), await target(), await target()]).toEqual(['up/gpt', 'up/gpt', 'up/dear'])
  expect((await ask()).headers.get('x-policyc-target')).toBe('up/gpt')
  expect(await statuses(2, {}, { 'x-name': 'a' })).toEqual([200, 429])
})
