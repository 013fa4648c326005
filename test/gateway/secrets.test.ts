import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { realEnvironment } from '../../src/gateway/environment.ts'
import { createLogger } from '../../src/gateway/log.ts'
import { addKey, createKey } from '../../src/identity/key-file.ts'
import { completion, json, startGateway, startUpstream } from './support.ts'

test('no planted secret is in any answer, header, log line, record or view of the gateway', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'policyc-secrets-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const pepper = 'planted-pepper-4711'
  const made = createKey({ caller: { team: 'core' }, nowMs: Date.now(), pepper: new Secret(pepper) })
  await addKey(join(folder, 'keys.yaml'), made.record, realEnvironment.setTimer)
  const providerKey = 'sk-planted0provider0key'
  const secrets = [
    pepper,
    providerKey,
    made.key.slice(3),
    'planted-cookie',
    'planted-bearer',
    'planted-body-text',
    'planted-header',
  ]

  let status = 200
  const upstream = await startUpstream((_, response) =>
    status === 200
      ? json(response, completion)
      : json(response, { error: { message: `Incorrect API key provided: ${providerKey}.` } }, status),
  )
  const seen: string[] = []
  const logger = createLogger({ level: 'trace', destination: { write: (line) => void seen.push(line) } })
  const { post, gateway, url } = await startGateway({
    config: {
      providers: { openai: { type: 'openai', base_url: `${upstream.url}/v1`, api_key: '${PROVIDER_KEY}' } },
      models: { 'openai/gpt': {} },
      callers: { keys: { file: join(folder, 'keys.yaml'), pepper: '${PEPPER}' } },
    },
    policy:
      'allow anyone\ndeny odd when request.model == "odd"\nroute main when request.model != "lost" { to openai/gpt }',
    env: { PROVIDER_KEY: providerKey, PEPPER: pepper },
    logger,
    caller: (request) => {
      if ('headers' in request && (request.headers as Record<string, unknown>)['x-bug']) throw new Error('a bug')
      return undefined
    },
  })
  gateway.on('usage', (record) => seen.push(JSON.stringify(record)))
  const headers = {
    authorization: `Bearer ${made.key}`,
    cookie: 'session=planted-cookie',
    'x-private': 'planted-header',
  }
  const body = (model: string) => ({ model, max_tokens: 5, messages: [{ role: 'user', content: 'planted-body-text' }] })
  const look = async (response: Response) => {
    seen.push(JSON.stringify([...response.headers]), (await response.text()).replaceAll('hello there', ''))
    return response.status
  }
  const statuses: number[] = []
  for (const path of ['/v1/chat/completions', '/v1/messages']) {
    status = 200
    statuses.push(await look(await post(path, body('m'), headers)))
    for (const each of [400, 401, 403, 429, 500]) {
      status = each
      statuses.push(await look(await post(path, body('m'), headers)))
    }
    statuses.push(await look(await post(path, body('odd'), headers)))
    statuses.push(await look(await post(path, body('lost'), headers)))
    statuses.push(await look(await post(path, '{"planted-body-text', headers)))
    statuses.push(await look(await post(path, body('m'), { authorization: 'Bearer planted-bearer' })))
    statuses.push(await look(await post(path, body('m'), { 'x-api-key': `${made.key}x` })))
    statuses.push(await look(await post(path, body('m'), { ...headers, 'x-bug': '1' })))
  }
  statuses.push(await look(await fetch(`${url}/v1/models`, { headers })))
  expect([...new Set(statuses)].sort()).toEqual([200, 400, 401, 403, 429, 500, 502])
  expect(seen.filter((each) => each.includes('"msg":"request"'))).toHaveLength(25)
  seen.push(
    inspect(gateway, { depth: 20 }),
    JSON.stringify(gateway.policy.config),
    inspect(gateway.policy.config, { depth: 20 }),
  )
  for (const secret of secrets) expect(seen.filter((each) => each.includes(secret))).toEqual([])
  expect(upstream.received.length).toBeGreaterThan(10)
  for (const { headers: sent } of upstream.received) {
    expect(JSON.stringify(sent)).not.toMatch(/planted-cookie|planted-header|pk_/)
    expect(sent.authorization).toBe(`Bearer ${providerKey}`)
  }
})
