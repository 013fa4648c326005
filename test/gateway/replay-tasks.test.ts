/**
 * Recorded embeddings, rankings and moderation through the whole gateway. Where the provider takes what clients say, its
 * bytes must go through both ways; where it does not, the vectors that it gave must come in the form of the clients.
 */
import { expect, test } from 'vitest'
import { isArray, isObject } from '../../src/dialects/json.ts'
import type { Json, JsonObject } from '../../src/dialects/neutral.ts'
import { hasRecordings, type Recording, readRecordings } from '../dialects/recordings.ts'
import { wireOf } from './replaying.ts'
import { startGateway, startUpstream } from './support.ts'

const tasks = new Set(['embeddings', 'rerank', 'moderations'])
const isTask = ({ operation }: Recording) => tasks.has(operation)

/** The model, which some addresses name and no body. */
const modelOf = (recording: Recording) => (recording as Recording & { readonly model: string }).model

async function start(type: string) {
  const now: { recording: Recording | undefined } = { recording: undefined }
  const upstream = await startUpstream((_, response) => {
    const { status, headers } = now.recording!.response
    response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(wireOf(now.recording!))
  })
  const setting = type === 'bedrock' ? { aws_region: 'us-east-1' } : {}
  const running = await startGateway({
    config: {
      providers: { it: { type, base_url: upstream.url, api_key: 'planted-key-0001', ...setting } },
      callers: { anonymous: true },
    },
    policy: 'allow anyone\nroute main { to it/* }',
  })
  return { now, upstream, ...running }
}

const alike: readonly (readonly [file: string, type: string])[] = [
  ['openai', 'openai'],
  ['azure', 'azure-openai'],
  ['mistral', 'mistral'],
  ['openrouter', 'openrouter'],
  ['voyage', 'openai-compatible'],
  ['perplexity', 'openai-compatible'],
]

test.skipIf(!hasRecordings).each(alike)('%s: bytes pass both ways', async (file, type) => {
  const { now, upstream, post, records } = await start(type)
  for (const recording of readRecordings(file).filter(isTask)) {
    const { id, request, response } = recording
    now.recording = recording
    const answer = await post(`/v1/${recording.operation}`, request.body)
    // A format that there is none of is told without asking the provider.
    if ((request.body as JsonObject)['encoding_format'] !== 'invalid_format') {
      expect(upstream.received.at(-1)!.body, id).toEqual(request.body)
    }
    if (response.status !== 200) {
      expect(answer.status, id).toBe(response.status)
      continue
    }
    expect([answer.status, await answer.text()], id).toEqual([200, wireOf(recording)])
    const said = (response.body as JsonObject)['usage']
    const input = isObject(said) ? (said['prompt_tokens'] ?? said['total_tokens']) : undefined
    if (input !== undefined)
      expect(records.at(-1)!.usage, id).toMatchObject({ input, output: 0, provenance: 'provider' })
  }
  expect(records.length).toBeGreaterThan(1)
})

test.skipIf(!hasRecordings)('cohere: rankings pass both ways, searches are counted', async () => {
  const { now, upstream, post, records } = await start('cohere')
  for (const recording of readRecordings('cohere').filter((each) => each.endpoint.endsWith('/v2/rerank'))) {
    now.recording = recording
    const answer = await post('/v2/rerank', recording.request.body)
    expect(upstream.received.at(-1), recording.id).toMatchObject({ path: '/v2/rerank', body: recording.request.body })
    expect(await answer.text(), recording.id).toBe(wireOf(recording))
    expect(records.at(-1)!.usage.searches, recording.id).toBe(1)
  }
  expect(records.length).toBeGreaterThan(3)
})

/** The texts that a recorded request asks about, and the vectors that its answer gives, whatever the provider calls them. */
function read(recording: Recording): { readonly input: Json; readonly vectors: Json } | undefined {
  const { request, response } = recording
  const asked = request.body as JsonObject
  const said = response.body as JsonObject
  const requests = isArray(asked['requests']) ? (asked['requests'] as readonly JsonObject[]) : []
  const parts = requests.map((each) => (each['content'] as { parts: readonly JsonObject[] }).parts)
  if (parts.some((each) => each.length !== 1)) return undefined
  const input = asked['texts'] ?? asked['inputText'] ?? parts.map((each) => each[0]!['text']!)
  const found = said['embeddings'] ?? (said['embedding'] === undefined ? [] : [said['embedding']])
  const list = isObject(found) ? found['float']! : found
  const vectors = (list as readonly Json[]).map((each) => (isObject(each) ? each['values']! : each))
  return { input, vectors }
}

test.skipIf(!hasRecordings).each(['cohere', 'gemini', 'bedrock'])(
  '%s: its vectors in the form of clients',
  async (file) => {
    const { now, upstream, post, records } = await start(file)
    const recordings = readRecordings(file).filter(
      (each) => each.operation === 'embeddings' || (each.operation === 'invoke' && modelOf(each).includes('embed')),
    )
    let compared = 0
    for (const recording of recordings) {
      const expected = read(recording)
      if (expected === undefined) continue
      now.recording = recording
      const asked: JsonObject = { model: modelOf(recording), ...(recording.request.body as JsonObject) }
      const { model, input_type, truncate, output_dimension } = asked
      const sent = { model, input: expected.input, input_type, truncate, dimensions: output_dimension ?? undefined }
      const answer = await post('/v1/embeddings', JSON.parse(JSON.stringify(sent)))
      const { id, response } = recording
      if (response.status !== 200) {
        expect(answer.status, id).toBe(response.status)
        continue
      }
      const { data } = (await answer.json()) as { data: readonly { embedding: Json; index: number }[] }
      expect(
        data.map((each) => each.embedding),
        id,
      ).toEqual(expected.vectors)
      if (file !== 'gemini') {
        const { max_tokens: _, ...asked } = recording.request.body as JsonObject
        const known = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null))
        expect(upstream.received.at(-1)!.body, id).toEqual(known)
      }
      const { usage } = records.at(-1)!
      expect(usage.input, id).toBeGreaterThan(0)
      compared++
    }
    expect(compared).toBeGreaterThan(2)
  },
)
