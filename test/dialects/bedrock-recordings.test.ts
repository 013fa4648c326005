/** Bedrock's dialect against what real clients asked and its servers answered. */
import { afterAll, describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import { bedrock } from '../../src/dialects/bedrock/bedrock.ts'
import { createEventStreamDecoder } from '../../src/dialects/bedrock/event-stream.ts'
import { isArray, isObject } from '../../src/dialects/json.ts'
import type { Answer, Block, Json, JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { accumulate } from './accumulate.ts'
import { normalBedrockRequest, readBedrockRequest } from './bedrock-wire.ts'
import { byteByByte, bytesOf, cutAt, feed, numbersFrom } from './cut.ts'
import { hasRecordings, type Recording, readRecordings } from './recordings.ts'

const CONTEXT = { model: 'target', id: 'fallback', created: 1, includeUsage: true }
const counts = new Map<string, number>()
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)

if (!hasRecordings) process.stdout.write('bedrock: no recordings beside the project, their tests are skipped\n')

afterAll(() => {
  if (hasRecordings) process.stdout.write(`bedrock: ${[...counts].map(([what, n]) => `${what} ${n}`).join(' · ')}\n`)
})

const recordings = readRecordings('bedrock').filter(({ operation }) => operation === 'converse')
const modelOf = (recording: Recording): string => (recording as Recording & { readonly model: string }).model

describe.skipIf(!hasRecordings)('recordings of bedrock', () => {
  it('requests go through the neutral form and say the same', () => {
    for (const recording of recordings) {
      const { id, request } = recording
      const body = request.body as JsonObject
      const call = readBedrockRequest(body, modelOf(recording))
      const { body: encoded, losses } = bedrock.encodeRequest(call, { model: call.model, defaultMaxTokens: 4096 })
      expect(losses, id).toEqual([])
      expect(normalBedrockRequest(encoded), id).toEqual(normalBedrockRequest(mended(body)))
      count('requests')
    }
  })

  it('answers and errors are read right, and told to clients of both dialects', () => {
    for (const { id, response } of recordings) {
      const { status, body, headers, format } = response
      if (format !== 'json' || !isObject(body)) continue
      if (status !== 200) {
        const error = bedrock.decodeError(status, (name) => headers[name], body, '')
        expect(error, id).toMatchObject({ status, kind: kindOf(String(body['message'])), message: body['message'] })
        count('errors')
        continue
      }
      const answer = bedrock.decodeAnswer(body)
      if ('kind' in answer) expect.fail(`${id}: ${answer.message}`)
      const message = (body['output'] as JsonObject)['message'] as JsonObject
      expect(oracleOf(answer), id).toEqual(wholeOracle(message['content'] as readonly JsonObject[]))
      checkUsage(answer, body['usage'] as JsonObject, id)
      for (const dialect of [openaiChat, anthropic]) {
        const told = dialect.decodeAnswer(dialect.encodeAnswer(answer, CONTEXT))
        if ('kind' in told) expect.fail(`${id}: ${told.message}`)
        expect(spoken(told), `${id} by ${dialect.name}`).toEqual(spoken(answer))
      }
      count('answers')
    }
  })

  it('streams are read right wherever they are cut, and told to clients of both dialects', () => {
    for (const { id, response } of recordings) {
      if (response.format !== 'eventstream') continue
      const bytes = Uint8Array.from(atob(response.body_base64!), (character) => character.charCodeAt(0))
      const items = createEventStreamDecoder().push(bytes)
      expect(
        items.map((item) => item.kind === 'message' && Object.fromEntries(item.headers)),
        id,
      ).toEqual(response.events!.map(({ headers }) => headers))
      const events = feed(bedrock.decodeStream(), [bytes])
      expect(feed(bedrock.decodeStream(), byteByByte(bytes)), id).toEqual(events)
      const draw = numbersFrom(bytes.length)
      expect(feed(bedrock.decodeStream(), cutAt(bytes, Array.from({ length: 40 }, draw))), id).toEqual(events)
      const said = accumulate(events)
      if (said.kind !== 'answer') expect.fail(`${id}: ${said.error.message}`)
      expect(oracleOf(said.answer), id).toEqual(streamOracle(response.events!))
      checkUsage(said.answer, response.events!.at(-1)!.payload['usage'] as JsonObject, id)
      for (const dialect of [openaiChat, anthropic]) {
        const encoder = dialect.encodeStream(CONTEXT)
        const across = accumulate(feed(dialect.decodeStream(), [bytesOf(events.map(encoder.event).join(''))]))
        if (across.kind !== 'answer') expect.fail(`${id}: ${across.error.message}`)
        expect(spoken(across.answer), `${id} by ${dialect.name}`).toEqual(spoken(said.answer))
      }
      count('streams')
    }
  })
})

/** What the encoder mends, since some models refuse it: the user begins. */
function mended(body: JsonObject): JsonObject {
  const messages = body['messages'] as readonly JsonObject[]
  const opening = { role: 'user', content: [{ text: '(The assistant begins.)' }] }
  return messages[0]?.['role'] === 'assistant' ? { ...body, messages: [opening, ...messages] } : body
}

function kindOf(message: string): string {
  if (/security token/.test(message)) return 'auth'
  if (/Input Tokens Exceeded/.test(message)) return 'context_length'
  return /model identifier/.test(message) ? 'not_found' : 'bad_request'
}

function checkUsage({ usage }: Answer, said: JsonObject, id: string): void {
  expect((usage?.input ?? 0) + (usage?.output ?? 0), id).toBe(said['totalTokens'])
  expect(usage?.output, id).toBe(said['outputTokens'])
}

const joined = (content: readonly Block[], kind: 'text' | 'reasoning'): string =>
  content.map((block) => (block.kind === kind ? block.text : '')).join('')

const callsOf = (content: readonly Block[]): Json =>
  content.flatMap((block) =>
    block.kind === 'tool_call'
      ? [{ id: block.id, name: block.name, arguments: JSON.parse(block.arguments || '{}') as Json }]
      : [],
  )

/** What clients of both dialects can be told. */
function spoken({ choices, usage }: Answer): Json {
  const { content, stop } = choices[0]!
  return {
    text: joined(content, 'text'),
    reasoning: joined(content, 'reasoning'),
    calls: callsOf(content),
    reason: stop.reason === 'stop_sequence' ? 'end' : stop.reason,
    usage: { input: usage?.input ?? 0, output: usage?.output ?? 0, cached: usage?.cachedInput ?? 0 },
  }
}

function oracleOf(answer: Answer): Json {
  const { content } = answer.choices[0]!
  const opaque = content.filter(({ kind }) => kind === 'opaque').length
  return {
    text: joined(content, 'text'),
    reasoning: joined(content, 'reasoning'),
    signatures: content.flatMap((block) =>
      block.kind === 'reasoning' && block.signature ? [block.signature.value] : [],
    ),
    redacted: content.flatMap((block) =>
      block.kind === 'reasoning' && block.redacted ? [btoa(block.redacted.data)] : [],
    ),
    calls: callsOf(content),
    citations: content.flatMap((block): readonly Json[] =>
      block.kind === 'text' ? (block.citations?.items ?? []).map((each) => citedIn(each as JsonObject)) : [],
    ),
    opaque,
  }
}

/** What a citation is of: the texts of a document, or a page. */
function citedIn(citation: JsonObject): Json {
  const { sourceContent, location, cited_text: text, url } = citation
  const web = isObject(location) && isObject(location['web']) ? location['web']['url'] : undefined
  const texts = ((sourceContent ?? []) as readonly JsonObject[]).map((part) => part['text']).join('')
  return { text: text ?? texts, page: url ?? web ?? null }
}

/** The same read off the content in the simplest way. */
function wholeOracle(content: readonly JsonObject[]): Json {
  const cited = content.map((block) => (block['citationsContent'] ?? {}) as JsonObject)
  const reasoned = content.map((block) => (block['reasoningContent'] ?? {}) as JsonObject)
  const texts = reasoned.map((each) => (each['reasoningText'] ?? {}) as JsonObject)
  const uses = content.flatMap((block) => (isObject(block['toolUse']) ? [block['toolUse']] : []))
  const isServers = (use: JsonObject): boolean => use['type'] === 'server_tool_use'
  return {
    text: content
      .map(
        (block, i) => block['text'] ?? ((cited[i]!['content'] ?? []) as JsonObject[]).map(({ text }) => text).join(''),
      )
      .join(''),
    reasoning: texts.map(({ text }) => text ?? '').join(''),
    signatures: texts.flatMap(({ signature }) => signature ?? []),
    redacted: reasoned.flatMap(({ redactedContent }) => redactedContent ?? []),
    calls: uses
      .filter((use) => !isServers(use))
      .map((use) => ({ id: use['toolUseId']!, name: use['name']!, arguments: use['input']! })),
    citations: cited
      .flatMap(({ citations }) => (isArray(citations) ? citations : []))
      .map((each) => citedIn(each as JsonObject)),
    opaque: uses.filter(isServers).length + content.filter((block) => 'toolResult' in block).length,
  }
}

function streamOracle(events: NonNullable<Recording['response']['events']>): Json {
  const said = { text: '', reasoning: '' }
  const calls = new Map<Json, { id: Json; name: Json; input: string }>()
  const [signatures, redacted, citations]: [Json[], Json[], Json[]] = [[], [], []]
  let opaque = 0
  for (const { payload } of events) {
    const index = payload['contentBlockIndex'] ?? null
    const start = (payload['start'] ?? {}) as JsonObject
    const delta = (payload['delta'] ?? {}) as JsonObject
    const use = start['toolUse'] as JsonObject | undefined
    if (use !== undefined && use['type'] !== 'server_tool_use')
      calls.set(index, { id: use['toolUseId']!, name: use['name']!, input: '' })
    if ((use !== undefined && !calls.has(index)) || 'toolResult' in start) opaque++
    if (calls.has(index) && isObject(delta['toolUse'])) calls.get(index)!.input += delta['toolUse']['input']
    const reasoning = (delta['reasoningContent'] ?? {}) as JsonObject
    said.text += delta['text'] ?? ''
    said.reasoning += reasoning['text'] ?? ''
    if (reasoning['signature']) signatures.push(reasoning['signature'])
    if (reasoning['redactedContent']) redacted.push(reasoning['redactedContent'])
    if (delta['citation']) citations.push(delta['citation'])
  }
  return {
    ...said,
    signatures,
    redacted,
    calls: [...calls.values()].map(({ id, name, input }) => ({
      id,
      name,
      arguments: JSON.parse(input || '{}') as Json,
    })),
    citations: citations.map((each) => citedIn(each as JsonObject)),
    opaque,
  }
}
