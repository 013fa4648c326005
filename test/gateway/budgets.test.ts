/** Budgets as a client meets them. */
import { describe, expect, test } from 'vitest'
import { costNanoUsd, errorIn, startMetered } from './metered.ts'
import { completion, json, until } from './support.ts'

const route = 'route main { to requested }\n'
const dollars = (nanoUsd: number) => `$${(nanoUsd / 1e9).toFixed(9)}`
/** Enough for so many calls, and not for one more. */
const calls = (count: number) => dollars(count * costNanoUsd + costNanoUsd / 2)

describe('a budget that is used up', () => {
  test('is a 402 that says which and when it begins anew', async () => {
    const { clock, ask, statuses, records, upstream } = await startMetered(
      `${route}budget team { ${calls(2)} per day by caller.name }`,
    )
    expect(await statuses(2)).toEqual([200, 200])
    const refused = await ask()
    expect(refused.status).toBe(402)
    expect(refused.headers.get('x-policyc-rule')).toBe('team')
    expect(refused.headers.get('x-policyc-attempts')).toBe('0')
    expect(await errorIn(refused)).toMatchObject({
      message: 'the budget `team` is used up; it begins anew at 2026-06-18T00:00:00+02:00',
      code: 'budget_exhausted',
    })
    expect(records.at(-1)).toMatchObject({ status: 402, failure: 'budget_exhausted', rule: 'team' })
    expect(upstream.received).toHaveLength(2)
    // Another account is another matter; the same one is again at midnight in Berlin, and not before.
    expect(await statuses(1, {}, { 'x-name': 'other' })).toEqual([200])
    clock.advance(10 * 3_600_000 - 1)
    expect(await statuses(1)).toEqual([402])
    clock.advance(1)
    expect(await statuses(1)).toEqual([200])
  })

  test('says so where its window never ends, in Anthropic’s words to its clients', async () => {
    const { gateway } = await startMetered(`${route}budget all { ${dollars(1)} total }`)
    const body = JSON.stringify({ model: 'gpt', max_tokens: 2, messages: [{ role: 'user', content: 'hi' }] })
    const response = await gateway.fetch(new Request('http://gateway/v1/messages', { method: 'POST', body }))
    expect(response.status).toBe(402)
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type: 'billing_error', message: 'the budget `all` is used up; it does not begin anew' },
    })
  })

  test('costs the limits nothing', async () => {
    const { statuses } = await startMetered(
      `${route}limit two { 2 requests per 1h }\nbudget team { ${calls(1)} per day by caller.name }`,
    )
    expect(await statuses(4, {}, { 'x-name': 'a' })).toEqual([200, 402, 402, 402])
    expect(await statuses(2, {}, { 'x-name': 'b' })).toEqual([200, 429])
  })

  test('denies from the threshold that says so', async () => {
    const { statuses } = await startMetered(`${route}budget team { ${calls(4)} per day at 50% deny }`)
    expect(await statuses(3)).toEqual([200, 200, 402])
  })
})

test('budgets of several levels are all charged, and the first that is used up ends it', async () => {
  const { statuses } = await startMetered(
    `${route}budget org { ${calls(3)} per month }\nbudget person { ${calls(2)} per month by caller.name }`,
  )
  expect(await statuses(3, {}, { 'x-name': 'a' })).toEqual([200, 200, 402])
  expect(await statuses(2, {}, { 'x-name': 'b' })).toEqual([200, 402])
})

test('an amount may be an attribute; without it there is no money', async () => {
  const { statuses } = await startMetered(`${route}budget own { caller.cap per day by caller.name }`)
  expect(await statuses(2, {}, { 'x-cap': calls(1) })).toEqual([200, 402])
  expect(await statuses(1, {}, { 'x-name': 'b' })).toEqual([402])
})

test('a threshold that warns is told in a header and in the record', async () => {
  const { ask, records } = await startMetered(`${route}budget team { ${calls(4)} per day at 60% warn }`)
  const warning = async () => (await ask()).headers.get('x-policyc-warning')
  expect([await warning(), await warning(), await warning()]).toEqual([
    null,
    null,
    expect.stringMatching(/^team 6\d%$/),
  ])
  expect(records.map((each) => each.warnings)).toEqual([
    undefined,
    undefined,
    [{ budget: 'team', used: expect.closeTo(0.66, 1) }],
  ])
})

test('how much is used is a fact that rules read', async () => {
  const { ask } = await startMetered(`
route cheap when budget.team.used >= 50% { to up/gpt }
route main { to up/dear }
budget team { $0.0045 per day by caller.name }`)
  // A call to the dear one costs $0.00201.
  const target = async (name: string) => (await ask({}, { 'x-name': name })).headers.get('x-policyc-target')
  expect([await target('a'), await target('a'), await target('a')]).toEqual(['up/dear', 'up/dear', 'up/gpt'])
  expect(await target('b')).toBe('up/dear')
})

describe('reserving', () => {
  test('concurrent calls never spend more than there is', async () => {
    const held: (() => void)[] = []
    const { ask } = await startMetered(`${route}budget team { ${calls(3)} per day }`, (_, response) => {
      held.push(() => json(response, completion))
    })
    const asked = Array.from({ length: 10 }, () => ask())
    await until(() => held.length === 3)
    // What was refused has been told while the others were under way.
    const refused = await Promise.all(asked.slice(3))
    expect(refused.map((each) => each.status)).toEqual(Array(7).fill(402))
    for (const release of held) release()
    expect((await Promise.all(asked)).map((each) => each.status)).toEqual([200, 200, 200, ...Array(7).fill(402)])
  })

  test('litellm-27509: a call without `max_tokens` does not take the whole headroom', async () => {
    const { statuses } = await startMetered(`${route}budget team { $0.05 per day }`)
    expect(await statuses(5, { max_tokens: undefined })).toEqual([200, 200, 200, 200, 200])
  })

  test('what was not spent is there again: an attempt that failed, one that cost less', async () => {
    let fails = true
    const { statuses } = await startMetered(`${route}budget team { ${calls(1)} per day }`, (_, response) => {
      if (fails) json(response, { error: { message: 'no' } }, 500)
      else json(response, completion)
    })
    expect(await statuses(3)).toEqual([502, 502, 502])
    fails = false
    expect(await statuses(2)).toEqual([200, 402])
  })

  test('each attempt is booked once, one that failed and said what it used too', async () => {
    const { ask, records } = await startMetered(
      `route main { to up/dear else up/gpt }\nbudget team { $0.00210 per day }`,
      (received, response) => {
        const model = received.body['model']
        const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 }
        const base = { id: 'c', object: 'chat.completion.chunk', created: 1, model }
        const choices = [{ index: 0, delta: { content: 'hello' }, finish_reason: 'stop' }]
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        if (model === 'gpt') response.write(`data: ${JSON.stringify({ ...base, choices })}\n\n`)
        response.end(`data: ${JSON.stringify({ ...base, choices: [], usage })}\n\ndata: [DONE]\n\n`)
      },
    )
    for (let each = 0; each < 3; each++) await (await ask({ stream: true })).text()
    const attempts = records.map((each) => each.attempts.map(({ target, result }) => `${target} ${result}`))
    // Of $0.00210 the first request has left $0.00006: enough for the cheap target twice more, and not a third time.
    expect(attempts).toEqual([
      ['up/dear failed', 'up/gpt served'],
      ['up/dear skipped', 'up/gpt served'],
      ['up/dear skipped', 'up/gpt served'],
    ])
    expect(records.map((each) => each.costNanoUsd)).toEqual([2_010_000 + costNanoUsd, costNanoUsd, costNanoUsd])
    expect((await ask({ stream: true })).status).toBe(402)
  })

  test('an attempt that one of our clocks breaks off is charged for its input', async () => {
    const { ask, records } = await startMetered(
      'route main { to up/dear else up/gpt timeout 50ms }\nbudget team { $5 per day }',
      (received, response) => {
        if (received.body['model'] === 'gpt') json(response, completion)
      },
    )
    expect((await ask()).headers.get('x-policyc-target')).toBe('up/gpt')
    // At $1 a million: a thousand nano-dollars for each token of the call that stalled.
    const stalled = records[0]!.costNanoUsd! - costNanoUsd
    expect(stalled).toBeGreaterThanOrEqual(5_000)
    expect(stalled).toBeLessThan(20_000)
  })

  test('a target that is too dear is left alone, and a cheaper one of the route serves', async () => {
    const { ask, records } = await startMetered(
      `route main { to up/dear else up/gpt }\nbudget team { ${calls(3)} per day }`,
    )
    const response = await ask()
    expect([response.status, response.headers.get('x-policyc-target')]).toEqual([200, 'up/gpt'])
    expect(records[0]?.attempts.map((each) => each.result)).toEqual(['skipped', 'served'])
  })

  test('litellm-14457: a client that goes away is charged for what it has used', async () => {
    const { ask, statuses, records } = await startMetered(
      `${route}budget team { ${calls(1)} per day }`,
      (received, response) => {
        if (received.body['stream'] !== true) return json(response, completion)
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const delta = { content: 'hello there, this is some text' }
        const chunk = {
          id: 'c',
          object: 'chat.completion.chunk',
          created: 1,
          model: 'gpt',
          choices: [{ index: 0, delta }],
        }
        response.write(`data: ${JSON.stringify(chunk)}\n\n`)
      },
    )
    const stream = await ask({ stream: true })
    const reader = stream.body!.getReader()
    await reader.read()
    await reader.cancel()
    await until(() => records.length === 1)
    expect(records[0]).toMatchObject({ status: 499, usage: { provenance: 'estimated' } })
    expect(records[0]!.costNanoUsd).toBeGreaterThan(costNanoUsd)
    expect(await statuses(1)).toEqual([402])
  })
})

describe('a model without a known price', () => {
  test('is the client’s 404 where a budget applies, and is served where none does', async () => {
    const { ask, upstream } = await startMetered(
      `route main { to up/* }\nbudget team when caller.name == "a" { $5 per day }`,
    )
    const refused = await ask({ model: 'who-knows' }, { 'x-name': 'a' })
    expect(refused.status).toBe(404)
    expect(await errorIn(refused)).toMatchObject({
      message: 'the model `who-knows` has no known price here, and a budget applies',
      code: 'model_not_found',
    })
    expect(upstream.received).toHaveLength(0)
    expect((await ask({ model: 'who-knows' })).status).toBe(200)
  })

  test('is left alone where another target of the route has one', async () => {
    const { ask, records } = await startMetered('route main { to up/* else up/gpt }\nbudget team { $5 per day }')
    expect((await ask({ model: 'who-knows' })).headers.get('x-policyc-target')).toBe('up/gpt')
    expect(records[0]?.attempts.map((each) => each.result)).toEqual(['skipped', 'served'])
  })
})
