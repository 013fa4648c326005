/** Two gateways that count in one store. */
import { expect, onTestFinished, test } from 'vitest'
import { createGateway } from '../../src/gateway/gateway.ts'
import { createMemoryState } from '../../src/state/memory.ts'
import { startValkey } from '../valkey.ts'

async function until(is: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await is()); tries++) {
    if (tries > 500) throw new Error('it did not come to pass')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function start(url: string, policy: string, onOutage = 'deny') {
  const lines: object[] = []
  const logger = { info() {}, warn() {}, debug() {}, error: (fields: object) => void lines.push(fields) }
  const gateway = await createGateway({
    config: {
      providers: { sandbox: { type: 'simulator' } },
      models: { 'sandbox/gpt': { price: { input: '$1000', output: '$1000' } } },
      callers: { anonymous: true },
      state: { type: 'redis', url, on_outage: onOutage },
    },
    policy: `allow anyone\nroute main { to sandbox/gpt }\n${policy}`,
    env: {},
    logger,
  })
  onTestFinished(() => gateway.close())
  const costs: number[] = []
  gateway.on('usage', ({ costNanoUsd = 0 }) => costs.push(costNanoUsd))
  const status = async () => {
    const body = JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 })
    const response = await gateway.fetch(new Request('http://gateway/v1/chat/completions', { method: 'POST', body }))
    await response.text()
    return response.status
  }
  return { gateway, status, lines, costs }
}

test('a limit holds for all of them together', async () => {
  const valkey = await startValkey()
  onTestFinished(valkey.kill)
  const policy = 'limit few { 5 requests per 1h }'
  const [a, b] = [await start(valkey.url, policy), await start(valkey.url, policy)]
  const all = await Promise.all([a, b, a, b, a, b, a, b].map((each) => each.status()))
  expect(all.toSorted()).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
})

test('a budget is spent by all of them together, and what is spent outlives them', async () => {
  const valkey = await startValkey()
  onTestFinished(valkey.kill)
  const policy = 'budget small { $0.20 total }'
  const [a, b] = [await start(valkey.url, policy), await start(valkey.url, policy)]
  for (let isOver = false; !isOver; ) {
    const statuses = await Promise.all([a.status(), b.status()])
    isOver = statuses.every((each) => each === 402)
  }
  const costs = [...a.costs, ...b.costs]
  const dearest = Math.max(...costs)
  const spent = costs.reduce((sum, each) => sum + each, 0)
  expect(Math.min(...[a, b].map((each) => each.costs.filter((cost) => cost > 0).length))).toBeGreaterThan(1)
  expect(spent).toBeLessThan(200_000_000 + 2 * dearest)
  expect(spent).toBeGreaterThan(150_000_000)
  await Promise.all([a.gateway.close(), b.gateway.close()])
  // What is left, idle leases given back, buys what it buys, and no more.
  const later = await start(valkey.url, policy)
  while ((await later.status()) === 200);
  const more = later.costs.reduce((sum, each) => sum + each, 0)
  expect(spent + more).toBeLessThan(200_000_000 + dearest)
  expect(spent + more).toBeGreaterThan(200_000_000 - 2 * dearest)
})

test('an outage is a 503, or lets through, as is configured, and is told in the log without the address', async () => {
  const url = 'redis://user:planted-password@127.0.0.1:1'
  const policy = 'limit few { 1 requests per 1h }\nbudget small { $100 per day }'
  const denying = await start(url, policy)
  expect(await denying.status()).toBe(503)
  expect(denying.lines).toHaveLength(1)
  expect(JSON.stringify(denying.lines)).not.toContain('planted-password')
  const allowing = await start(url, policy, 'allow')
  expect([await allowing.status(), await allowing.status()]).toEqual([200, 200])
  const free = await start(url, '')
  expect(await free.status()).toBe(200)
})

test('a gateway counts again once the store is there again, whether or not it was when the gateway started', async () => {
  const first = await startValkey()
  const policy = 'limit few { 100 requests per 1h }'
  const early = await start(first.url, policy)
  expect(await early.status()).toBe(200)
  await first.kill()
  expect(await early.status()).toBe(503)
  const late = await start(first.url, policy)
  expect(await late.status()).toBe(503)
  const second = await startValkey(first.port)
  onTestFinished(second.kill)
  for (const each of [early, late]) {
    let status = 503
    await until(async () => {
      status = await each.status()
      return status !== 503
    })
    expect(status).toBe(200)
  }
})

test('a host program may lend a state of its own, which several gateways share and none closes', async () => {
  let closed = 0
  let ids = 0
  const own = createMemoryState({ now: Date.now, id: () => String(ids++), timeZone: 'UTC' })
  const state = { ...own, close: async () => void closed++ }
  const open = () =>
    createGateway({
      config: {
        providers: { sandbox: { type: 'simulator' } },
        models: { 'sandbox/gpt': {} },
        callers: { anonymous: true },
      },
      policy: 'allow anyone\nroute main { to sandbox/gpt }\nlimit few { 1 requests per 1h }',
      env: {},
      state,
    })
  const [a, b] = [await open(), await open()]
  const body = JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 })
  const ask = () => new Request('http://gateway/v1/chat/completions', { method: 'POST', body })
  expect([(await a.fetch(ask())).status, (await b.fetch(ask())).status]).toEqual([200, 429])
  await Promise.all([a.close(), b.close()])
  expect(closed).toBe(0)
})
