/** Cohere's dialect against what real clients asked and its servers answered. */
import { afterAll, describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import { cohere } from '../../src/dialects/cohere/cohere.ts'
import { isArray, isObject } from '../../src/dialects/json.ts'
import type { Answer, Block, Json, JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { accumulate } from './accumulate.ts'
import { normalCohereRequest, readCohereRequest } from './cohere-wire.ts'
import { byteByByte, bytesOf, cutAt, feed, numbersFrom } from './cut.ts'
import { eventsOf, hasRecordings, readRecordings } from './recordings.ts'

const OPTIONS = { model: 'target', defaultMaxTokens: 4096 }
const CONTEXT = { model: 'target', id: 'fallback', created: 1, includeUsage: true }
const counts = new Map<string, number>()
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)

if (!hasRecordings) process.stdout.write('cohere: no recordings beside the project, their tests are skipped\n')

afterAll(() => {
  if (hasRecordings) process.stdout.write(`cohere: ${[...counts].map(([what, n]) => `${what} ${n}`).join(' · ')}\n`)
})

const recordings = readRecordings('cohere').filter(({ endpoint }) => endpoint === 'api.cohere.com/v2/chat')

describe.skipIf(!hasRecordings)('recordings of cohere', () => {
  it('requests go through the neutral form and say the same', () => {
    for (const { id, request } of recordings) {
      const body = request.body as JsonObject
      const call = readCohereRequest(body)
      const { body: encoded, losses } = cohere.encodeRequest(call, { ...OPTIONS, model: call.model })
      expect(losses, id).toEqual([])
      expect(normalCohereRequest(encoded), id).toEqual(normalCohereRequest(body))
      count('requests')
    }
  })

  it('requests that a client of another dialect sends come out the same', () => {
    for (const { id, request } of recordings) {
      const call = readCohereRequest(request.body as JsonObject)
      // Documents are Cohere's own, and other dialects have other words for thinking.
      if (call.extensions !== undefined || /"(opaque|reasoning)"/.test(JSON.stringify(call))) continue
      for (const dialect of [openaiChat, anthropic]) {
        const across = dialect.encodeRequest(call, { ...OPTIONS, model: call.model })
        const back = dialect.decodeRequest(across.body)
        if (across.losses.length > 0 || !back.ok) continue
        const sent = cohere.encodeRequest(back.value, { ...OPTIONS, model: call.model })
        expect(saidBy(sent.body), `${id} by ${dialect.name}`).toEqual(saidBy(request.body as JsonObject))
        count(`requests by ${dialect.name}`)
      }
    }
  })

  it('answers and errors are read right, and told to clients of both dialects', () => {
    for (const { id, response } of recordings) {
      const { status, body, headers, format } = response
      if (format !== 'json' || !isObject(body)) continue
      if (status !== 200) {
        const error = cohere.decodeError(status, (name) => headers[name], body, '')
        expect(error.status, id).toBe(status)
        expect(error.kind, id).toBe(status === 401 ? 'auth' : 'context_length')
        count('errors')
        continue
      }
      const answer = cohere.decodeAnswer(body)
      if ('kind' in answer) expect.fail(`${id}: ${answer.message}`)
      expect(oracleOf(answer), id).toEqual(wholeOracle(body))
      checkAcross(answer, id)
      count('answers')
    }
  })

  it('streams are read right wherever they are cut, and told to clients of both dialects', () => {
    for (const { id, response } of recordings) {
      if (response.format !== 'sse') continue
      const text = response.body_text ?? ''
      const bytes = bytesOf(text)
      const events = feed(cohere.decodeStream(), [bytes])
      expect(feed(cohere.decodeStream(), byteByByte(bytes)), id).toEqual(events)
      const draw = numbersFrom(bytes.length)
      expect(feed(cohere.decodeStream(), cutAt(bytes, Array.from({ length: 40 }, draw))), id).toEqual(events)
      const said = accumulate(events)
      if (said.kind !== 'answer') expect.fail(`${id}: ${said.error.message}`)
      expect(oracleOf(said.answer), id).toEqual(streamOracle(eventsOf(text)))
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

function checkAcross(answer: Answer, id: string): void {
  for (const dialect of [openaiChat, anthropic]) {
    const told = dialect.decodeAnswer(dialect.encodeAnswer(answer, CONTEXT))
    if ('kind' in told) expect.fail(`${id}: ${told.message}`)
    expect(spoken(told), `${id} by ${dialect.name}`).toEqual(spoken(answer))
  }
}

const joined = (content: readonly Block[], kind: 'text' | 'reasoning'): string =>
  content.map((block) => (block.kind === kind ? block.text : '')).join('')

const callsOf = (content: readonly Block[]): Json =>
  content.flatMap((block) =>
    block.kind === 'tool_call'
      ? [{ id: block.id, name: block.name, arguments: JSON.parse(block.arguments || '{}') }]
      : [],
  )

/** What clients of both dialects can be told. */
function spoken({ choices, usage }: Answer): Json {
  const { content, stop } = choices[0]!
  const reason = stop.reason === 'stop_sequence' ? 'end' : stop.reason
  return {
    text: joined(content, 'text'),
    reasoning: joined(content, 'reasoning'),
    calls: callsOf(content),
    reason,
    usage: { input: usage?.input ?? 0, output: usage?.output ?? 0 },
  }
}

function oracleOf(answer: Answer): Json {
  const { content } = answer.choices[0]!
  const cited = content.flatMap((block): readonly Json[] =>
    block.kind === 'text' ? (block.citations?.items ?? []) : [],
  )
  const { input, output } = answer.usage ?? {}
  return {
    text: joined(content, 'text'),
    thinking: joined(content, 'reasoning'),
    calls: callsOf(content),
    cited: cited.map(asSent),
    finish: answer.choices[0]!.stop.raw ?? null,
    billed: { input_tokens: input ?? null, output_tokens: output ?? null },
  }
}

/** A citation without what is said of its page beside. */
function asSent(citation: Json): Json {
  const { url: _url, title: _title, start_index: _start, end_index: _end, ...sent } = citation as JsonObject
  return sent
}

/** The same read off the body in the simplest way. */
function wholeOracle(body: JsonObject): Json {
  const message = body['message'] as JsonObject
  const content = (message['content'] ?? []) as readonly JsonObject[]
  return {
    text: content.map((part) => part['text'] ?? '').join('') + String(message['tool_plan'] ?? ''),
    thinking: content.map((part) => part['thinking'] ?? '').join(''),
    calls: ((message['tool_calls'] ?? []) as readonly JsonObject[]).map(plainCall),
    cited: message['citations'] ?? [],
    finish: body['finish_reason']!,
    billed: (body['usage'] as JsonObject)['billed_units']!,
  }
}

function plainCall(call: JsonObject): Json {
  const { name, arguments: text } = call['function'] as { name: string; arguments: string }
  return { id: call['id']!, name, arguments: JSON.parse(text || '{}') as Json }
}

function streamOracle(events: readonly JsonObject[]): Json {
  let text = ''
  let thinking = ''
  const calls: { id: Json; name: Json; text: string }[] = []
  const cited: Json[] = []
  let end: JsonObject = {}
  for (const event of events) {
    const delta = (event['delta'] ?? {}) as JsonObject
    const message = (delta['message'] ?? {}) as JsonObject
    const content = (isObject(message['content']) ? message['content'] : {}) as JsonObject
    text += String(content['text'] ?? '') + String(event['type'] === 'tool-plan-delta' ? message['tool_plan'] : '')
    thinking += String(content['thinking'] ?? '')
    const call = (isArray(message['tool_calls']) ? {} : (message['tool_calls'] ?? {})) as JsonObject
    const called = (call['function'] ?? {}) as JsonObject
    if (event['type'] === 'tool-call-start') calls.push({ id: call['id']!, name: called['name']!, text: '' })
    if (called['arguments']) calls.at(-1)!.text += String(called['arguments'])
    if (event['type'] === 'citation-start') cited.push(message['citations']!)
    if (event['type'] === 'message-end') end = delta
  }
  return {
    text,
    thinking,
    calls: calls.map((call) => ({ id: call.id, name: call.name, arguments: JSON.parse(call.text || '{}') as Json })),
    cited,
    finish: end['finish_reason']!,
    billed: (end['usage'] as JsonObject)['billed_units']!,
  }
}

/** A request as every dialect can say it: Anthropic's puts system first, and asks for a limit. */
function saidBy(body: JsonObject): Json {
  const normal = normalCohereRequest(body) as JsonObject
  const messages = normal['messages'] as readonly JsonObject[]
  const { max_tokens: _limit, ...rest } = normal
  const isSystem = (message: JsonObject): boolean => message['role'] === 'system'
  return { ...rest, messages: [...messages.filter(isSystem), ...messages.filter((each) => !isSystem(each))] }
}
