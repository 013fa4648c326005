/**
 * What servers of the Responses API and of legacy completions said, through the whole gateway. A client of their own
 * dialect gets the bytes, and the server got its own. What chats and Anthropic said a Responses client hears in its
 * own words; and what real Responses clients asked either reaches those providers, or is refused by its field.
 */
import { afterAll, expect, test } from 'vitest'
import type { ProviderType } from '../../src/config/config.ts'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import { isObject } from '../../src/dialects/json.ts'
import type { Json, JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiCompletions } from '../../src/dialects/openai-completions/openai-completions.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { numbersFrom } from '../dialects/cut.ts'
import { hasRecordings, type Recording, readRecordings } from '../dialects/recordings.ts'
import { kindOf, pathOf, readAnswer, sayingOf, sendInPieces, wireOf } from './replaying.ts'
import { completion, json, message, startGateway, startUpstream } from './support.ts'

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const numbers = numbersFrom(seed)
const counts = new Map<string, number>()
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)

if (!hasRecordings) process.stdout.write('replay: no recordings beside the project, nothing is replayed\n')

afterAll(() => {
  if (!hasRecordings) return
  process.stdout.write(`replay: seed ${seed} (SEED=${seed} cuts at the same places)\n`)
  for (const [what, n] of [...counts].sort()) process.stdout.write(`replay: ${what} ${n}\n`)
})

type Answering = Parameters<typeof startUpstream>[0]

async function start(type: ProviderType, answer: Answering, onLoss: 'degrade' | 'reject', settings: object = {}) {
  const upstream = await startUpstream(answer)
  const base = type === 'anthropic' ? upstream.url : `${upstream.url}/v1`
  const running = await startGateway({
    config: {
      providers: { it: { type, base_url: base, api_key: 'sk-upstream-0001', ...settings } },
      callers: { anonymous: true },
    },
    policy: `allow anyone\nroute main { to it/* on_loss ${onLoss} }`,
  })
  return { upstream, ...running }
}

/** A gateway in front of an upstream that answers with `now.recording`. */
async function startReplay(type: ProviderType, settings: object = {}) {
  const now: { recording: Recording | undefined } = { recording: undefined }
  const answer: Answering = (_, response) => sendInPieces(response, now.recording!, numbers)
  const running = await start(type, answer, 'degrade', settings)
  return { now, ...running }
}

const native: readonly (readonly [file: string, type: ProviderType, operation: string, dialect: Dialect])[] = [
  ['openai', 'openai', 'responses', openaiResponses],
  ['azure', 'azure-openai', 'responses', openaiResponses],
  ['xai', 'xai', 'responses', openaiResponses],
  ['deepseek', 'deepseek', 'responses', openaiResponses],
  ['openrouter', 'openrouter', 'responses', openaiResponses],
  ['bedrock-mantle', 'openai', 'responses', openaiResponses],
  ['openai', 'openai', 'completions', openaiCompletions],
  ['together', 'together', 'completions', openaiCompletions],
]

for (const [file, type, operation, dialect] of native) {
  test.skipIf(!hasRecordings)(`${operation} of ${file}, for a client of its own dialect: bytes both ways`, async () => {
    const { now, upstream, ...running } = await startReplay(type)
    const recordings = readRecordings(file).filter((each) => each.operation === operation)
    for (const recording of recordings) {
      const { id, request, response } = recording
      const { status, headers, body } = response
      now.recording = recording
      upstream.received.length = 0
      const answer = await running.post(pathOf(dialect), request.body)
      const text = await answer.text()
      if (upstream.received.length === 0) {
        // Answers in the background could not be fetched, and limits below 0 are refused by providers too.
        expect(text, id).toMatch(/`background`|`max_tokens` is -1/)
        count(`${file} ${operation}: refused here`)
        continue
      }
      const { stream_options: _, ...forwarded } = upstream.received.at(-1)!.body as JsonObject
      const { stream_options: __, ...asked } = request.body as JsonObject
      expect(forwarded, id).toEqual(asked)
      count(`${file} ${operation}: ${kindOf(recording)}`)
      if (status >= 400) {
        const { kind } = dialect.decodeError(status, (name) => headers[name], body, '')
        // A wrong key is the gateway's own matter, and OpenAI says 400 of a model that is not there.
        expect(answer.status, id).toBe(kind === 'auth' ? 502 : kind === 'not_found' ? 404 : status)
        continue
      }
      expect([answer.status, text], id).toEqual([200, wireOf(recording)])
      const { usage } = readAnswer(dialect, text, response.format === 'sse')
      const settled = running.records.at(-1)!.usage
      if (usage?.output !== undefined)
        expect(settled, id).toMatchObject({ input: usage.input, output: usage.output, provenance: 'provider' })
      else expect(settled.provenance, id).toBe('estimated')
    }
    expect(running.records).toHaveLength(recordings.length)
  })
}

const files = ['openai', 'azure', 'xai', 'deepseek', 'openrouter', 'bedrock-mantle']

for (const other of [openaiChat, anthropic]) {
  test.skipIf(!hasRecordings)(`responses of all, for a client of ${other.name}: the answer says the same`, async () => {
    const { now, upstream, ...running } = await startReplay('openai', { api: 'responses' })
    for (const recording of files.flatMap(readRecordings)) {
      const { id, operation, provider, request, response } = recording
      const decoded = openaiResponses.decodeRequest(request.body)
      if (operation !== 'responses' || !decoded.ok || response.status >= 400) continue
      const options = { model: decoded.value.model, defaultMaxTokens: 4096, alwaysUsage: true }
      const translated = other.encodeRequest(decoded.value, options).body
      now.recording = recording
      upstream.received.length = 0
      const answer = await running.post(pathOf(other), translated)
      const text = await answer.text()
      // What only the provider's own tools and files make of a request may be nothing that another client can ask.
      if (upstream.received.length === 0) {
        expect(answer.status, id).toBe(400)
        count(`responses of ${provider} → ${other.name}: not sent on`)
        continue
      }
      count(`responses of ${provider} → ${other.name}: ${kindOf(recording)}`)
      expect([answer.status, upstream.received[0]!.path], `${id} ${text.slice(0, 300)}`).toEqual([200, '/v1/responses'])
      expect(upstream.received[0]!.body, id).toMatchObject({ store: false })
      const isStream = response.format === 'sse'
      expect(sayingOf(readAnswer(other, text, isStream)), id).toEqual(
        sayingOf(readAnswer(openaiResponses, wireOf(recording), isStream)),
      )
    }
  })
}

const heard: readonly (readonly [file: string, type: ProviderType, operation: string, own: Dialect])[] = [
  ['openai', 'openai-compatible', 'chat', openaiChat],
  ['anthropic', 'anthropic', 'messages', anthropic],
]

for (const [file, type, operation, own] of heard) {
  test.skipIf(!hasRecordings)(`${operation} of ${file}, for a Responses client: the answer says the same`, async () => {
    const { now, upstream, ...running } = await startReplay(type)
    for (const recording of readRecordings(file).filter((each) => each.operation === operation)) {
      const { id, request, response } = recording
      const decoded = own.decodeRequest(request.body)
      if (!decoded.ok || response.status >= 400) continue
      const options = { model: decoded.value.model, defaultMaxTokens: 4096 }
      now.recording = recording
      upstream.received.length = 0
      const answer = await running.post('/v1/responses', openaiResponses.encodeRequest(decoded.value, options).body)
      const text = await answer.text()
      if (upstream.received.length === 0) {
        expect(answer.status, id).toBe(400)
        count(`${file} ${operation} → responses: not sent on`)
        continue
      }
      count(`${file} ${operation} → responses: ${kindOf(recording)}`)
      expect(answer.status, `${id} ${text.slice(0, 300)}`).toBe(200)
      const isStream = response.format === 'sse'
      const said = sayingOf(readAnswer(own, wireOf(recording), isStream))
      const got = sayingOf(readAnswer(openaiResponses, text, isStream))
      expect(got, id).toEqual(said)
    }
  })
}

/** The body that a target got, as its own dialect reads it. */
function isTaken(dialect: Dialect, body: unknown): boolean {
  return dialect.decodeRequest(body as Json).ok
}

const targets: readonly (readonly [
  asked: Dialect,
  object: string,
  type: ProviderType,
  own: Dialect,
  answer: object,
])[] = [
  [openaiResponses, 'response', 'openai-compatible', openaiChat, completion],
  [openaiResponses, 'response', 'anthropic', anthropic, message],
  [openaiCompletions, 'text_completion', 'anthropic', anthropic, message],
]

for (const [asked, object, type, own, said] of targets) {
  const wanted = asked.name.replace('openai-', '')
  test.skipIf(!hasRecordings)(
    `what clients of ${wanted} asked reaches ${type}, or is refused by its field`,
    async () => {
      const { upstream, ...running } = await start(type, (_, response) => json(response, said), 'reject')
      for (const file of [...files, 'together']) {
        for (const { id, operation, request } of readRecordings(file)) {
          if (operation !== wanted || !isObject(request.body)) continue
          upstream.received.length = 0
          const answer = await running.post(pathOf(asked), { ...request.body, stream: false })
          const body = (await answer.json()) as JsonObject
          if (answer.status === 200) {
            expect(isTaken(own, upstream.received[0]!.body), id).toBe(true)
            expect(body, id).toMatchObject({ object })
            count(`${wanted} of ${file} → ${type}: taken`)
          } else {
            const { param } = body['error'] as JsonObject
            expect([answer.status, upstream.received.length], `${id} ${JSON.stringify(body)}`).toEqual([400, 0])
            expect(param, id).not.toMatch(/^(null|messages|response_format|$)/)
            count(`${wanted} of ${file} → ${type}: refused by its field`)
          }
        }
      }
    },
  )
}
