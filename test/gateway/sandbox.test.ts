import { expect, test } from 'vitest'
import { dataOf, startGateway } from './support.ts'

const config = {
  providers: { sandbox: { type: 'simulator' } },
  models: { 'sandbox/small': { price: { input: 1, output: 2 } } },
  callers: { anonymous: true },
}
const policy = 'allow anyone\nroute main { to sandbox/small }'

test('a chat completion through the simulator has its answer, usage and headers', async () => {
  const { post, records, gateway } = await startGateway({ config, policy })
  const response = await post('/v1/chat/completions', { model: 'x', messages: [{ role: 'user', content: 'hi' }] })
  const body = (await response.json()) as {
    choices: { message: { content: string } }[]
    usage: { prompt_tokens: number; completion_tokens: number }
  }
  expect(response.status).toBe(200)
  expect(body.choices[0]!.message.content).not.toBe('')
  const nanoUsd = body.usage.prompt_tokens * 1000 + body.usage.completion_tokens * 2000
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-policyc-rule': 'main',
    'x-policyc-target': 'sandbox/small',
    'x-policyc-attempts': '1',
    'x-policyc-cache': 'none',
    'x-policyc-policy': gateway.policy.digest,
    'x-policyc-cost': `0.${String(nanoUsd).padStart(9, '0')}`,
  })
  expect(records).toMatchObject([
    {
      status: 200,
      rule: 'main',
      costNanoUsd: nanoUsd,
      usage: { provenance: 'provider' },
      caller: { kind: 'anonymous' },
    },
  ])
})

test('a stream through the simulator ends with [DONE], in both faces', async () => {
  const { post, gateway, records } = await startGateway({ config, policy })
  const body = { model: 'x', stream: true, messages: [{ role: 'user', content: 'hi' }] }
  const overSocket = await post('/v1/chat/completions', body)
  expect(overSocket.headers.get('content-type')).toBe('text/event-stream')
  expect(dataOf(await overSocket.text()).at(-1)).toBe('[DONE]')
  const request = new Request('http://gateway/v1/chat/completions', { method: 'POST', body: JSON.stringify(body) })
  const direct = await gateway.fetch(request)
  expect(dataOf(await direct.text()).at(-1)).toBe('[DONE]')
  expect(records.map((each) => [each.status, each.usage.provenance])).toEqual([
    [200, 'provider'],
    [200, 'provider'],
  ])
})
