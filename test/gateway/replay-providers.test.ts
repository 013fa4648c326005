/**
 * What providers said that no client speaks to directly, through the whole gateway: a loopback upstream answers with
 * the recorded bytes, cut at random places. Clients of OpenAI's and of Anthropic's dialect ask what the recorded client
 * asked, the upstream must be asked the same, and the clients must hear the same.
 */
import type { ServerResponse } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import { bedrock } from '../../src/dialects/bedrock/bedrock.ts'
import { cohere } from '../../src/dialects/cohere/cohere.ts'
import type { Dialect, ProviderDialect } from '../../src/dialects/dialect.ts'
import type { Answer, ChatCall, Json, JsonObject, StopReason, UpstreamError } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { accumulate } from '../dialects/accumulate.ts'
import { readBedrockRequest } from '../dialects/bedrock-wire.ts'
import { readCohereRequest } from '../dialects/cohere-wire.ts'
import { bytesOf, cutAt, feed, numbersFrom } from '../dialects/cut.ts'
import { hasRecordings, type Recording, readRecordings } from '../dialects/recordings.ts'
import { startGateway, startUpstream } from './support.ts'

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

interface Side {
  readonly provider: 'cohere' | 'bedrock'
  readonly dialect: ProviderDialect
  readonly settings: JsonObject
  readonly isOf: (recording: Recording) => boolean
  readonly read: (body: JsonObject, model: string) => ChatCall
  readonly pathOf: (model: string, stream: boolean) => string
}

const sides: readonly Side[] = [
  {
    provider: 'cohere',
    dialect: cohere,
    settings: { type: 'cohere', api_key: 'upstream-key-0001' },
    isOf: ({ endpoint }) => endpoint === 'api.cohere.com/v2/chat',
    read: readCohereRequest,
    pathOf: () => '/v2/chat',
  },
  {
    provider: 'bedrock',
    dialect: bedrock,
    settings: {
      type: 'bedrock',
      aws_region: 'us-east-1',
      access_key_id: 'AKIDEXAMPLE000000001',
      secret_access_key: 'upstream-secret-0001',
    },
    isOf: ({ operation }) => operation === 'converse',
    read: readBedrockRequest,
    pathOf: (model, stream) => `/model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`,
  },
]

const clients: readonly { readonly dialect: Dialect; readonly path: string }[] = [
  { dialect: openaiChat, path: '/v1/chat/completions' },
  { dialect: anthropic, path: '/v1/messages' },
]

const TYPES: Readonly<Record<string, string>> = {
  sse: 'text/event-stream',
  eventstream: 'application/vnd.amazon.eventstream',
  json: 'application/json',
}

/** The bytes that the provider sent. */
function wireOf({ response }: Recording): Uint8Array {
  const { body, body_text: text, body_base64: base64 } = response
  if (base64 !== undefined) return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return bytesOf(text ?? JSON.stringify(body))
}

async function sendInPieces(response: ServerResponse, recording: Recording): Promise<void> {
  const { status, headers, format } = recording.response
  const errorType = headers['x-amzn-errortype']
  response.writeHead(status, {
    'content-type': TYPES[format]!,
    ...(errorType === undefined ? {} : { 'x-amzn-errortype': errorType }),
  })
  for (const piece of cutAt(wireOf(recording), [numbers(), numbers(), numbers(), numbers()])) {
    response.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  response.end()
}

function readAnswer(dialect: ProviderDialect, bytes: Uint8Array, isStream: boolean): Answer {
  if (isStream) {
    const read = accumulate(feed(dialect.decodeStream(), [bytes]))
    if (read.kind === 'failed') throw new Error(`the stream says an error: ${read.error.message}`)
    return read.answer
  }
  const answer = dialect.decodeAnswer(JSON.parse(new TextDecoder().decode(bytes)) as Json)
  if (!('choices' in answer)) throw new Error(`the answer is an error: ${answer.message}`)
  return answer
}

/** What an answer says that the client's dialect can say; Anthropic's signatures are for its own clients. */
function sayingOf(answer: Answer, client: Dialect): Json {
  const { content, stop } = answer.choices[0]!
  const { input, output, cachedInput } = answer.usage ?? {}
  const joined = (kind: 'text' | 'reasoning') =>
    content.map((block) => (block.kind === kind ? block.text : '')).join('')
  const proofs = content.flatMap((block) =>
    block.kind === 'reasoning' ? [block.signature ?? block.redacted ?? null] : [],
  )
  return {
    text: joined('text'),
    reasoning: joined('reasoning'),
    proofs: client === anthropic ? proofs.flatMap((each) => (each?.dialect === 'anthropic' ? [{ ...each }] : [])) : [],
    calls: content.flatMap((block) =>
      block.kind === 'tool_call'
        ? [{ id: block.id, name: block.name, arguments: JSON.parse(block.arguments || '{}') as Json }]
        : [],
    ),
    stop: levelled(stop.reason),
    usage: { input: input ?? 0, output: output ?? 0, cachedInput: cachedInput ?? 0 },
  }
}

/** OpenAI has one word for an answer that ended of itself and one that met a stop sequence or a pause. */
function levelled(reason: StopReason): string {
  return reason === 'stop_sequence' || reason === 'pause' || reason === 'unknown' ? 'end' : reason
}

function kindOf({ response, request }: Recording): string {
  if (response.status >= 400) return 'error'
  const hasTools = /"(tools|toolConfig)"/.test(JSON.stringify(request.body))
  return `${response.format === 'json' ? 'whole' : 'stream'}${hasTools ? ' with tools' : ''}`
}

/** The status that a client is told: a wrong key is the gateway's fault, and a model that is not there has a status. */
function statusFor({ kind, status }: UpstreamError): number {
  if (kind === 'auth' || kind === 'permission') return 502
  return kind === 'not_found' ? 404 : status
}

for (const side of sides) {
  const recordings = readRecordings(side.provider).filter(side.isOf)
  for (const client of clients) {
    const name = `${side.provider}, for a client of ${client.dialect.name}: asked and answered the same`
    test.skipIf(!hasRecordings)(name, async () => {
      const now: { recording?: Recording } = {}
      const upstream = await startUpstream((_, response) => sendInPieces(response, now.recording!))
      const running = await startGateway({
        config: {
          providers: { [side.provider]: { ...side.settings, base_url: upstream.url } },
          callers: { anonymous: true },
        },
        policy: `allow anyone\nroute main { to ${side.provider}/* on_loss degrade }`,
      })
      for (const recording of recordings) {
        const { id, request, response } = recording
        const model = (recording as Recording & { readonly model: string }).model
        const isStream = response.format !== 'json'
        const call = { ...side.read(request.body as JsonObject, model), stream: isStream }
        const options = { model, defaultMaxTokens: 4096, alwaysUsage: true }
        const { body: asked } = client.dialect.encodeRequest(call, options)
        const taken = client.dialect.decodeRequest(asked)
        if (!taken.ok) {
          count(`${side.provider} → ${client.dialect.name}, cannot be asked`)
          continue
        }
        now.recording = recording
        const answer = await running.post(client.path, asked)
        const text = await answer.text()
        const received = upstream.received.at(-1)!
        expect(received.path, id).toBe(side.pathOf(model, isStream))
        expect(received.body, id).toEqual(side.dialect.encodeRequest(taken.value, options).body)
        count(`${side.provider} → ${client.dialect.name}, ${kindOf(recording)}`)
        if (response.status >= 400) {
          const headers = (name: string) => response.headers[name]
          const error = side.dialect.decodeError(response.status, headers, response.body, '')
          expect(answer.status, `${id} ${text}`).toBe(statusFor(error))
          continue
        }
        expect(answer.status, `${id} ${text.slice(0, 300)}`).toBe(200)
        const said = readAnswer(side.dialect, wireOf(recording), isStream)
        const heard = readAnswer(client.dialect, bytesOf(text), isStream)
        expect(sayingOf(heard, client.dialect), id).toEqual(sayingOf(said, client.dialect))
        const { usage, status } = running.records.at(-1)!
        expect([status, usage.input, usage.output, usage.provenance], id).toEqual([
          200,
          said.usage!.input,
          said.usage!.output,
          'provider',
        ])
      }
    })
  }
}
