/** A gateway that counts, on a clock that the test sets, before an upstream that the test answers for. */
import { onTestFinished } from 'vitest'
import { realEnvironment } from '../../src/gateway/environment.ts'
import { openGateway } from '../../src/gateway/gateway.ts'
import type { UsageRecord } from '../../src/gateway/usage-record.ts'
import { type Answering, completion, json, startUpstream } from './support.ts'

export const noon = Date.parse('2026-06-17T12:00:00Z')

/** Ten tokens in at $1 and two out at $10 a million: $0.00003 a call. */
export const costNanoUsd = 30_000
const price = { input: '$1', output: '$10' }

const config = {
  gateway: { time_zone: 'Europe/Berlin' },
  models: { 'up/gpt': { price }, 'up/dear': { price: { input: '$1', output: '$1000' } }, 'up/unpriced': {} },
  attributes: {
    'caller.name': { type: 'string', from: 'header.x-name' },
    'caller.seats': { type: 'int', from: 'header.x-seats' },
    'caller.cap': { type: 'money', from: 'header.x-cap' },
  },
  callers: { anonymous: true },
}

export async function startMetered(policy: string, answer: Answering = (_, response) => json(response, completion)) {
  let nowMs = noon
  const clock = {
    advance(ms: number) {
      nowMs += ms
    },
  }
  const upstream = await startUpstream(answer)
  const provider = { type: 'openai-compatible', base_url: `${upstream.url}/v1`, api_key: 'sk-planted-1' }
  const gateway = await openGateway(
    { config: { ...config, providers: { up: provider } }, policy: `allow anyone\n${policy}`, env: {} },
    { ...realEnvironment, now: () => nowMs },
  )
  onTestFinished(() => gateway.close())
  const records: UsageRecord[] = []
  gateway.on('usage', (record) => records.push(record))
  const ask = (more: object = {}, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal) =>
    gateway.fetch(
      new Request('http://gateway/v1/chat/completions', {
        method: 'POST',
        headers,
        body: JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'hi' }], max_tokens: 2, ...more }),
        ...(signal === undefined ? {} : { signal }),
      }),
    )
  /** Statuses of requests, one after the other. */
  const statuses = async (count: number, more: object = {}, headers: Readonly<Record<string, string>> = {}) => {
    const all: number[] = []
    for (let each = 0; each < count; each++) {
      const response = await ask(more, headers)
      await response.text()
      all.push(response.status)
    }
    return all
  }
  return { clock, upstream, gateway, records, ask, statuses }
}

export async function errorIn(response: Response): Promise<{ message: string; code: string; type: string }> {
  return ((await response.json()) as { error: { message: string; code: string; type: string } }).error
}

/** The headers of a limit, by their last words. */
export function rateHeadersOf(response: Response): Record<string, string> {
  return Object.fromEntries(
    [...response.headers].flatMap(([name, value]) =>
      name.startsWith('x-ratelimit-') ? [[name.slice('x-ratelimit-'.length), value]] : [],
    ),
  )
}
