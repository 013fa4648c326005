/**
 * What real providers said, through the whole gateway: a loopback upstream answers with the recorded bytes, cut at
 * random places. A client of the provider's own dialect must get those bytes; a client of the other dialect must
 * hear the same in its own words.
 */
import { afterAll, expect, test } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import type { JsonObject } from '../../src/dialects/neutral.ts'
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

interface Side {
  readonly provider: 'openai' | 'anthropic'
  readonly operation: string
  readonly own: Dialect
  readonly other: Dialect
}

const sides: readonly Side[] = [
  { provider: 'openai', operation: 'chat', own: openaiChat, other: anthropic },
  { provider: 'anthropic', operation: 'messages', own: anthropic, other: openaiChat },
]

async function start(provider: Side['provider']) {
  const now: { recording: Recording | undefined } = { recording: undefined }
  const upstream = await startUpstream((_, response) => sendInPieces(response, now.recording!, numbers))
  const running = await startGateway({
    config: {
      providers: {
        openai: { type: 'openai', base_url: `${upstream.url}/v1`, api_key: 'sk-upstream-0001' },
        anthropic: { type: 'anthropic', base_url: upstream.url, api_key: 'sk-upstream-0001' },
      },
      callers: { anonymous: true },
    },
    policy: `allow anyone\nroute main { to ${provider}/* on_loss degrade }`,
  })
  return { now, upstream, ...running }
}

async function ask(
  running: Running,
  dialect: Dialect,
  body: unknown,
): Promise<{ status: number; text: string; type: string | null }> {
  const response = await running.post(pathOf(dialect), body)
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
}

for (const { provider, operation, own, other } of sides) {
  const recordings = readRecordings(provider).filter((each) => each.operation === operation)
  test.skipIf(!hasRecordings)(
    `${provider}, for a client of its own dialect: the bytes are the provider's`,
    async () => {
      const { now, upstream, ...running } = await start(provider)
      for (const recording of recordings) {
        const { id, request, response } = recording
        const decoded = own.decodeRequest(request.body)
        if (!decoded.ok) {
          leftOut.push(`${id}: the request is refused, ${decoded.message}`)
          expect((await ask(running, own, request.body)).status, id).toBe(400)
          continue
        }
        now.recording = recording
        const answer = await ask(running, own, request.body)
        const sent = upstream.received.at(-1)!.body
        const { stream_options: _, ...forwarded } = sent
        const { stream_options: __, ...asked } = request.body as JsonObject
        expect(forwarded, id).toEqual(asked)
        count(`${provider} → ${own.name}, ${kindOf(recording)}`)
        if (response.status >= 400) {
          expect(answer.status, id).toBe(response.status === 401 ? 502 : response.status)
          const told = JSON.parse(answer.text) as { error: { message: string } }
          if (response.status !== 401)
            expect(told.error.message, id).toContain((response.body as { error: { message: string } }).error.message)
        } else {
          expect(answer.status, id).toBe(200)
          expect(answer.text, id).toBe(wireOf(recording))
          expect(answer.type, id).toContain(response.format === 'sse' ? 'text/event-stream' : 'application/json')
        }
      }
      expect(running.records.length).toBe(recordings.length)
    },
  )

  test.skipIf(!hasRecordings)(`${provider}, for a client of ${other.name}: the answer says the same`, async () => {
    const { now, upstream, ...running } = await start(provider)
    for (const recording of recordings) {
      const { id, request, response } = recording
      const decoded = own.decodeRequest(request.body)
      if (!decoded.ok) continue
      const translated = other.encodeRequest(decoded.value, {
        model: decoded.value.model,
        defaultMaxTokens: 4096,
        alwaysUsage: true,
      }).body
      const isTaken = other.decodeRequest(translated)
      if (!isTaken.ok) {
        leftOut.push(`${id} as ${other.name}: the translated request is refused, ${isTaken.message}`)
        continue
      }
      now.recording = recording
      upstream.received.length = 0
      const answer = await ask(running, other, translated)
      if (upstream.received.length === 0) {
        leftOut.push(`${id} as ${other.name}: not sent on, ${answer.status} ${answer.text.slice(0, 120)}`)
        continue
      }
      count(`${provider} → ${other.name}, ${kindOf(recording)}`)
      if (response.status >= 400) {
        expect(answer.status, id).toBe(response.status === 401 ? 502 : response.status)
        continue
      }
      expect(answer.status, `${id} ${answer.text.slice(0, 300)}`).toBe(200)
      const isStream = response.format === 'sse'
      const said = sayingOf(readAnswer(own, wireOf(recording), isStream))
      const heard = sayingOf(readAnswer(other, answer.text, isStream))
      // Anthropic's clients must have counts: where the provider gave none they are estimates, and no zeros.
      if (said.usage.output === undefined) {
        expect(heard.usage.output, id).toBeGreaterThan(0)
        expect({ ...heard, usage: said.usage }, id).toEqual(said)
      } else expect(heard, id).toEqual(said)
      const { usage, status } = running.records.at(-1)!
      expect(status, id).toBe(200)
      if (said.usage.input !== undefined)
        expect([usage.input, usage.output, usage.provenance], id).toEqual([
          said.usage.input,
          said.usage.output,
          'provider',
        ])
    }
  })
}
