/**
 * What Google's models said, through the whole gateway, cut at random places: to Google's own clients byte for byte, to
 * clients of other dialects the same in their words; and what others said, to Google's clients.
 */
import { afterAll, expect, test } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import { gemini } from '../../src/dialects/gemini/gemini.ts'
import { isObject } from '../../src/dialects/json.ts'
import type { ChatCall, Json, JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { numbersFrom } from '../dialects/cut.ts'
import { hasRecordings, type Recording, readRecordings } from '../dialects/recordings.ts'
import { kindOf, pathOf, readAnswer, sayingOf, sendInPieces, wireOf } from './replaying.ts'
import { type Running, startGateway, startUpstream } from './support.ts'

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const numbers = numbersFrom(seed)
const counts = new Map<string, number>()
const leftOut: string[] = []
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)

if (!hasRecordings) process.stdout.write('replay: no recordings beside the project, nothing is replayed\n')

afterAll(() => {
  if (!hasRecordings) return
  process.stdout.write(`replay: seed ${seed} (SEED=${seed} cuts at the same places)\n`)
  for (const [what, n] of [...counts].sort()) process.stdout.write(`replay: ${what} ${n}\n`)
  for (const line of leftOut) process.stdout.write(`replay: left out ${line}\n`)
})

type Provider = 'gemini' | 'vertex' | 'openai' | 'anthropic'
type Recorded = Recording & { readonly model: string; readonly streaming: boolean }

function recordingsOf(provider: Provider, operation: string): readonly Recorded[] {
  return (readRecordings(provider) as readonly Recorded[]).filter((each) => each.operation === operation)
}

async function start(provider: Provider) {
  const now: { recording: Recorded | undefined } = { recording: undefined }
  const upstream = await startUpstream((_, response) => sendInPieces(response, now.recording!, numbers))
  const running = await startGateway({
    config: {
      providers: {
        gemini: { type: 'gemini', base_url: upstream.url, api_key: 'AIza-upstream-0001' },
        vertex: { type: 'vertex', base_url: upstream.url, project: 'acme', api_key: 'ya29.upstream-0001' },
        openai: { type: 'openai', base_url: `${upstream.url}/v1`, api_key: 'sk-upstream-0001' },
        anthropic: { type: 'anthropic', base_url: upstream.url, api_key: 'sk-upstream-0001' },
      },
      callers: { anonymous: true },
    },
    policy: `allow anyone\nroute main { to ${provider}/* on_loss degrade }`,
  })
  return { now, upstream, ...running }
}

/** Where a client of a dialect sends its call. */
function pathFor(dialect: Dialect, model: string, stream: boolean): string {
  const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
  return dialect.name === 'gemini' ? `/v1beta/models/${encodeURIComponent(model)}:${method}` : pathOf(dialect)
}

async function ask(running: Running, path: string, body: unknown) {
  const response = await running.post(path, body)
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
}

/** A blocked prompt is a refusal under a 200. */
const isBlocked = ({ response }: Recorded): boolean =>
  isObject(response.body) && response.body['candidates'] === undefined && response.body['error'] === undefined

/** What the client is told of a provider's status: a key that is refused is the gateway's own. */
function toldStatus({ response }: Recorded): number {
  if (isObject(response.body) && JSON.stringify(response.body).includes('API_KEY_INVALID')) return 502
  return response.status === 401 ? 502 : response.status
}

for (const provider of ['gemini', 'vertex'] as const) {
  const recordings = recordingsOf(provider, 'generate')
  test.skipIf(!hasRecordings)(`${provider}, for Google's clients: the bytes are the provider's`, async () => {
    const { now, upstream, ...running } = await start(provider)
    for (const recording of recordings) {
      const { id, request, response, model, streaming } = recording
      now.recording = recording
      const answer = await ask(running, pathFor(gemini, model, streaming), request.body)
      const sent = upstream.received.at(-1)!
      const { model: _, ...forwarded } = sent.body
      const { model: __, ...asked } = request.body as JsonObject
      expect(forwarded, id).toEqual(asked)
      const method = streaming ? 'streamGenerateContent?alt=sse' : 'generateContent'
      expect(sent.path, id).toBe(
        provider === 'gemini'
          ? `/v1beta/models/${model}:${method}`
          : `/v1beta1/projects/acme/locations/global/publishers/google/models/${model}:${method}`,
      )
      count(`${provider} → gemini, ${kindOf(recording)}`)
      if (response.status >= 400) {
        expect(answer.status, id).toBe(toldStatus(recording))
        const told = JSON.parse(answer.text) as { error: { message: string; code: number } }
        expect(told.error.code, id).toBe(answer.status)
        if (answer.status < 500)
          expect(told.error.message, id).toContain(
            (response.body as { error: { message: string } }).error.message.slice(0, 100),
          )
      } else if (isBlocked(recording)) {
        expect(answer.status, id).toBe(400)
        expect(answer.text, id).toContain('the prompt was blocked')
      } else {
        expect(answer.status, id).toBe(200)
        expect(answer.text, id).toBe(wireOf(recording))
        expect(answer.type, id).toContain(response.format === 'sse' ? 'text/event-stream' : 'application/json')
        const { usage } = running.records.at(-1)!
        const { input, output } = readAnswer(gemini, wireOf(recording), streaming).usage ?? {}
        if (input !== undefined)
          expect([usage.input, usage.output, usage.provenance], id).toEqual([input, output, 'provider'])
      }
    }
    expect(running.records.length).toBe(recordings.length)
  })

  test.skipIf(!hasRecordings)(`${provider}, as one JSON array: the elements are the provider's events`, async () => {
    const { now, upstream: _, ...running } = await start(provider)
    for (const recording of recordings.filter(({ streaming }) => streaming)) {
      now.recording = recording
      const path = pathFor(gemini, recording.model, true).replace('?alt=sse', '')
      const answer = await ask(running, path, recording.request.body)
      expect(answer.type, recording.id).toBe('application/json')
      const events = wireOf(recording)
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => JSON.parse(line.slice(5)) as Json)
      expect(JSON.parse(answer.text), recording.id).toEqual(events)
      count(`${provider} → gemini, array`)
    }
  })

  for (const other of [openaiChat, anthropic]) {
    test.skipIf(!hasRecordings)(`${provider}, for a client of ${other.name}: the answer says the same`, async () => {
      const { now, upstream, ...running } = await start(provider)
      for (const recording of recordings) {
        const { id, request, response, model, streaming } = recording
        const decoded = gemini.decodeRequest(request.body, { model, stream: streaming })
        if (!decoded.ok) throw new Error(`${id}: ${decoded.message}`)
        await compare({ id, call: decoded.value, recording, now, upstream, running, own: gemini, client: other })
        if (response.status < 400) count(`${provider} → ${other.name}, ${kindOf(recording)}`)
      }
    })
  }
}

for (const [provider, operation, own] of [
  ['openai', 'chat', openaiChat],
  ['anthropic', 'messages', anthropic],
] as const) {
  test.skipIf(!hasRecordings)(`${provider}, for Google's clients: the answer says the same`, async () => {
    const { now, upstream, ...running } = await start(provider)
    for (const recording of recordingsOf(provider, operation)) {
      const decoded = own.decodeRequest(recording.request.body)
      if (!decoded.ok) continue
      const call = decoded.value
      await compare({ id: recording.id, call, recording, now, upstream, running, own, client: gemini })
      if (recording.response.status < 400) count(`${provider} → gemini, ${kindOf(recording)}`)
    }
  })
}

test.skipIf(!hasRecordings)(
  "Anthropic's models on Vertex: their own bytes, and the same for other clients",
  async () => {
    const { now, upstream, ...running } = await start('vertex')
    for (const recording of recordingsOf('vertex', 'messages')) {
      const { id, request, model, streaming } = recording
      now.recording = recording
      const { anthropic_version: version, ...asked } = request.body as JsonObject
      const answer = await ask(running, '/v1/messages', { model, ...asked })
      const sent = upstream.received.at(-1)!
      expect(sent.body['anthropic_version'], id).toBe(version)
      expect(sent.body['model'], id).toBeUndefined()
      expect(sent.path, id).toBe(
        `/v1/projects/acme/locations/global/publishers/anthropic/models/${model}:${streaming ? 'streamRawPredict' : 'rawPredict'}`,
      )
      expect([answer.status, answer.text], id).toEqual([200, wireOf(recording)])
      const decoded = anthropic.decodeRequest({ model, ...asked })
      if (!decoded.ok) throw new Error(decoded.message)
      for (const client of [openaiChat, gemini])
        await compare({ id, call: decoded.value, recording, now, upstream, running, own: anthropic, client })
      count(`vertex → anthropic, openai-chat, gemini: messages, ${kindOf(recording)}`)
    }
  },
)

interface Comparison {
  readonly id: string
  readonly call: ChatCall
  readonly recording: Recorded
  readonly now: { recording: Recorded | undefined }
  readonly upstream: { readonly received: unknown[] }
  readonly running: Running
  readonly own: Dialect
  readonly client: Dialect
}

/** Asks in the client's dialect what was asked in the provider's, and compares what is heard with what was said. */
async function compare({ id, call, recording, now, upstream, running, own, client }: Comparison): Promise<void> {
  const { response } = recording
  const { body } = client.encodeRequest(call, { model: call.model, defaultMaxTokens: 4096, alwaysUsage: true })
  const isTaken = client.decodeRequest(body, { model: call.model, stream: call.stream })
  if (!isTaken.ok) {
    leftOut.push(`${id} as ${client.name}: the translated request is refused, ${isTaken.message}`)
    return
  }
  now.recording = recording
  upstream.received.length = 0
  const answer = await ask(running, pathFor(client, call.model, call.stream), body)
  if (upstream.received.length === 0) {
    leftOut.push(`${id} as ${client.name}: not sent on, ${answer.status} ${answer.text.slice(0, 160)}`)
    return
  }
  if (response.status >= 400 || (own === gemini && isBlocked(recording))) {
    expect(answer.status, `${id} ${answer.text.slice(0, 200)}`).toBe(
      response.status >= 400 ? toldStatus(recording) : 400,
    )
    return
  }
  expect(answer.status, `${id} ${answer.text.slice(0, 300)}`).toBe(200)
  const isStream = response.format === 'sse'
  const said = sayingOf(readAnswer(own, wireOf(recording), isStream))
  const heard = sayingOf(readAnswer(client, answer.text, isStream))
  // Clients of Anthropic must have counts: where the provider gave none they are estimates.
  const isCounted = said.usage.output !== undefined
  expect(isCounted ? heard : { ...heard, usage: said.usage }, id).toEqual(said)
  expect(running.records.at(-1)!.status, id).toBe(200)
}
