/** Both dialects against what real providers and clients said. */
import { afterAll, describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { AnswerContext, Dialect } from '../../src/dialects/dialect.ts'
import { isArray, isObject } from '../../src/dialects/json.ts'
import type { Answer, Block, ChatCall, Json, JsonObject, StreamEvent } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { accumulate } from './accumulate.ts'
import { byteByByte, bytesOf, cutAt, feed, numbersFrom } from './cut.ts'
import * as normal from './normal-form.ts'
import { responsesAnswer, responsesRequest } from './normal-responses.ts'
import { eventsOf, hasRecordings, type Recording, readRecordings } from './recordings.ts'

const OPTIONS = { model: 'target', defaultMaxTokens: 4096 }
/** Longer streams are cut at random places only. */
const LONGEST_BYTE_BY_BYTE = 20_000

const counts = new Map<string, Map<string, number>>()
const leftOut: string[] = []

function count(recording: Recording, what: string): void {
  const row = counts.get(recording.provider) ?? new Map<string, number>()
  counts.set(recording.provider, row)
  row.set(what, (row.get(what) ?? 0) + 1)
}

function contextOf(model: string, created = 1): AnswerContext {
  return { model, id: 'fallback-id', created, includeUsage: true }
}

if (!hasRecordings) process.stdout.write('no recordings beside the project: their tests are skipped\n')

afterAll(() => {
  const columns = [...new Set([...counts.values()].flatMap((row) => [...row.keys()]))].sort()
  for (const [provider, row] of [...counts].sort(([a], [b]) => a.localeCompare(b)))
    process.stdout.write(
      `${provider.padEnd(15)}${columns
        .filter((column) => row.has(column))
        .map((column) => `${column} ${row.get(column)}`)
        .join(' · ')}\n`,
    )
  for (const line of leftOut) process.stdout.write(`left out: ${line}\n`)
})

const sides: readonly {
  provider: string
  operation: string
  own: Dialect
  other: Dialect
  request: (body: JsonObject) => JsonObject
  answer: (body: JsonObject) => JsonObject
}[] = [
  {
    provider: 'openai',
    operation: 'chat',
    own: openaiChat,
    other: anthropic,
    request: normal.openaiRequest,
    answer: normal.openaiAnswer,
  },
  {
    provider: 'anthropic',
    operation: 'messages',
    own: anthropic,
    other: openaiChat,
    request: normal.anthropicRequest,
    answer: normal.anthropicAnswer,
  },
  {
    provider: 'vertex',
    operation: 'messages',
    own: anthropic,
    other: openaiChat,
    request: normal.anthropicRequest,
    answer: normal.anthropicAnswer,
  },
  ...['openai', 'azure', 'xai', 'deepseek', 'openrouter', 'bedrock-mantle'].flatMap((provider) =>
    [openaiChat, anthropic].map((other) => ({
      provider,
      operation: 'responses',
      own: openaiResponses,
      other,
      request: responsesRequest,
      answer: responsesAnswer,
    })),
  ),
]

for (const side of sides) {
  describe.skipIf(!hasRecordings)(`${side.operation} of ${side.provider}, and as ${side.other.name}`, () => {
    const recordings = readRecordings(side.provider).filter(
      (recording) => recording.operation === side.operation && !isDeferred(recording),
    )

    it('requests go through the neutral form and say the same', () => {
      for (const recording of recordings) {
        // Vertex names the model in the address.
        const body = recording.request.body
        if (!isObject(body)) continue
        const decoded = side.own.decodeRequest(side.provider === 'vertex' ? { ...body, model: 'claude' } : body)
        if (!decoded.ok) {
          expect(recording.response.status, `${recording.id}: ${decoded.message}`).toBeGreaterThanOrEqual(400)
          count(recording, 'requests rejected as by the provider')
          continue
        }
        const { body: encoded, losses } = side.own.encodeRequest(decoded.value, {
          ...OPTIONS,
          model: decoded.value.model,
        })
        expect(losses, recording.id).toEqual([])
        expect(side.request(encoded), recording.id).toEqual(side.request(body))
        count(recording, 'requests')
      }
    })

    it('requests that the other dialect can say come back the same', () => {
      for (const recording of recordings) {
        const body = recording.request.body
        if (!isObject(body)) continue
        const decoded = side.own.decodeRequest(side.provider === 'vertex' ? { ...body, model: 'claude' } : body)
        if (!decoded.ok) continue
        const across = side.other.encodeRequest(decoded.value, OPTIONS)
        for (const loss of across.losses) expect(loss.message, recording.id).toMatch(/^[^.]{10,}/)
        if (across.losses.length > 0) {
          count(recording, 'requests with losses named')
          continue
        }
        const back = side.other.decodeRequest(across.body)
        if (!back.ok) expect.fail(`${recording.id}: ${back.message} at ${back.param}`)
        // A history with calls needs tools at Anthropic: they are declared by name where the client declared none.
        const tools = decoded.value.tools.length === 0 ? [] : back.value.tools
        expect(saidBy({ ...back.value, tools }), recording.id).toEqual(saidBy(decoded.value))
        count(recording, 'requests across')
      }
    })

    it('answers go through the neutral form, and through the other dialect', () => {
      for (const recording of recordings) {
        const { status, format, body, headers } = recording.response
        if (format !== 'json' || body === undefined) continue
        if (status !== 200) {
          const error = side.own.decodeError(status, (name) => headers[name], body, JSON.stringify(body))
          expect(error.status, recording.id).toBe(status)
          expect(error.message, recording.id).not.toMatch(/^the provider answered/)
          count(recording, 'errors')
          continue
        }
        const answer = answerOf(side.own, body, recording.id)
        const encoded = side.own.encodeAnswer(answer, contextOf(answer.model, answer.created))
        expect(side.answer(encoded), recording.id).toEqual(side.answer(body as JsonObject))
        const across = side.other.encodeAnswer(answer, contextOf(answer.model))
        expect(summary(answerOf(side.other, across, recording.id)), recording.id).toEqual(summary(answer))
        count(recording, 'answers')
      }
    })

    it('streams say the same wherever they are cut, and through either dialect', () => {
      for (const recording of recordings) {
        if (recording.response.format !== 'sse') continue
        const bytes = bytesOf(recording.response.body_text ?? '')
        const events = feed(side.own.decodeStream(), [bytes])
        checkCuts(side.own, recording, bytes, events)
        const whole = accumulate(events)
        if (whole.kind !== 'answer') expect.fail(`${recording.id}: ${whole.error.message}`)
        for (const dialect of [side.own, side.other]) {
          const encoder = dialect.encodeStream(contextOf(whole.answer.model))
          const again = accumulate(feed(dialect.decodeStream(), [bytesOf(events.map(encoder.event).join(''))]))
          if (again.kind !== 'answer') expect.fail(`${recording.id}: ${again.error.message}`)
          expect(summary(again.answer), `${recording.id} by ${dialect.name}`).toEqual(summary(whole.answer))
          if (dialect === side.own) expect(again.answer.choices, recording.id).toEqual(whole.answer.choices)
        }
        count(recording, 'streams')
      }
    })
  })
}

/** Answers that are made in the background are not there yet; to ask for one is refused. */
function isDeferred(recording: Recording): boolean {
  const { body } = recording.request
  const isLater = isObject(body) && body['background'] === true && body['stream'] !== true
  if (isLater) leftOut.push(`${recording.id} is answered in the background`)
  return isLater
}

const speakers = [
  'azure',
  'bedrock-mantle',
  'cerebras',
  'crusoe',
  'deepseek',
  'gemini',
  'groq',
  'heroku',
  'huggingface',
  'mistral',
  'ollama',
  'openrouter',
  'perplexity',
  'snowflake',
  'together',
  'vllm',
  'xai',
  'zai',
  'openai',
  'cohere',
]

describe.skipIf(!hasRecordings)('recordings of servers that speak the dialect of OpenAI', () => {
  for (const provider of speakers) {
    it(`${provider} is read right`, () => {
      for (const recording of readRecordings(provider)) {
        if (recording.operation !== 'chat') continue
        const { status, format, body, headers } = recording.response
        if (!recording.endpoint.endsWith('/chat/completions')) {
          if (status === 200) leaveOut(recording)
          continue
        }
        if (status !== 200) {
          const error = openaiChat.decodeError(status, (name) => headers[name], body, JSON.stringify(body))
          expect(error.message, recording.id).not.toMatch(/^the provider answered/)
          count(recording, 'errors')
        } else if (format === 'json' && isObject(body)) {
          checkAnswer(recording, body)
          count(recording, 'answers')
        } else if (format === 'sse') {
          checkStream(recording)
        }
      }
    })
  }
})

function leaveOut(recording: Recording): void {
  const line = `${recording.provider} ${recording.endpoint} is another dialect`
  if (!leftOut.includes(line)) leftOut.push(line)
}

function answerOf(dialect: Dialect, body: Json, id: string): Answer {
  const answer = dialect.decodeAnswer(body)
  if ('kind' in answer) expect.fail(`${id}: ${answer.message}`)
  return answer
}

const joined = (blocks: readonly Block[], kind: 'text' | 'refusal' | 'reasoning'): string =>
  blocks.map((block) => (block.kind === kind ? block.text : '')).join('')

const argumentsIn = (text: string): Json => (text === '' ? {} : (JSON.parse(text) as Json))

/** What both dialects can say of an answer. */
function summary(answer: Answer): Json {
  const usage = answer.usage ?? {}
  return {
    text: answer.choices.map(({ content }) => joined(content, 'text') + joined(content, 'refusal')),
    calls: answer.choices.map(({ content }) =>
      content.flatMap((block) =>
        block.kind === 'tool_call' ? [{ id: block.id, name: block.name, arguments: argumentsIn(block.arguments) }] : [],
      ),
    ),
    reasons: answer.choices.map(({ stop }) => plainReason(stop.reason)),
    usage: { input: usage.input ?? 0, output: usage.output ?? 0, cached: usage.cachedInput ?? 0 },
  }
}

/** Reasons that one of the dialects has no word of its own for. */
function plainReason(reason: string): string {
  if (reason === 'refusal' || reason === 'content_filter') return 'refused'
  return reason === 'length' || reason === 'tool_calls' ? reason : 'end'
}

/** What both dialects can say of a call, with what is levelled on the way left out. */
function saidBy(call: ChatCall): Json {
  const system = call.system.map(({ text }) => text).filter((text) => text.trim() !== '')
  const turns: { role: string; said: Json[]; media: Json[] }[] = []
  for (const { role, content } of call.messages) {
    const said = content.flatMap(saidBlock)
    const media = content.flatMap(mediaIn)
    if (said.length === 0 && media.length === 0) continue
    const last = turns.at(-1)
    if (last?.role === role) {
      last.said.push(...said)
      last.media.push(...media)
    } else turns.push({ role, said, media })
  }
  // What only the system says goes to Anthropic as the user's words.
  const isSystemOnly = turns.length === 0
  // OpenAI's chat knows one text of a turn, and the calls after it.
  for (const turn of turns) turn.said.sort((a, b) => Number(isObject(a)) - Number(isObject(b)))
  return {
    system: isSystemOnly ? [] : system,
    turns: isSystemOnly ? [{ role: 'user', said: system, media: [] }] : turns,
    tools: call.tools.map(({ name, description, parameters }) => ({
      name,
      description: description ?? '',
      parameters: schemaOf(parameters),
    })),
    choice: call.tools.length === 0 ? null : choiceOf(call),
    temperature: call.temperature ?? null,
    topP: call.topP ?? null,
    stop: call.stop,
    stream: call.stream,
    schema: call.responseFormat?.kind === 'json_schema' ? call.responseFormat.schema : null,
  }
}

/** At Anthropic one call at a time is said inside the choice, which brings the default along. */
function choiceOf({ toolChoice, parallelToolCalls }: ChatCall): Json {
  return (toolChoice ?? (parallelToolCalls === false ? { kind: 'auto' } : null)) as Json
}

function schemaOf(parameters: JsonObject | undefined): Json {
  return parameters === undefined || Object.keys(parameters).length === 0
    ? { type: 'object', properties: {} }
    : parameters
}

/** Images and files: those of a tool's result stand in the user's own words in OpenAI's dialect. OpenAI's share a store. */
function mediaIn(block: Block): readonly Json[] {
  if (block.kind === 'image') return [{ image: { ...(block.source as unknown as JsonObject), dialect: null } }]
  if (block.kind === 'document' && block.source.kind !== 'text')
    return [{ document: { ...(block.source as unknown as JsonObject), mediaType: null, dialect: null } }]
  return block.kind === 'tool_result' ? block.content.flatMap(mediaIn) : []
}

/** What the encoders say of their own: where a result's image went, and that the user begins. */
const ADDED = /^(Attached to the result of |The result is attached |\(The assistant begins\.\)$)/

function saidBlock(block: Block): readonly Json[] {
  switch (block.kind) {
    case 'text':
      return block.text.trim() === '' || ADDED.test(block.text) ? [] : [block.text]
    case 'refusal':
      return [block.text]
    case 'document':
      if (block.source.kind !== 'text') return []
      return [block.title === undefined ? block.source.text : `${block.title}\n\n${block.source.text}`]
    case 'tool_call':
      return [{ call: block.name, arguments: argumentsIn(block.arguments) }]
    case 'tool_result':
      return [
        { result: block.content.flatMap(saidBlock).map((text) => (block.isError === true ? `Error: ${text}` : text)) },
      ]
    case 'image':
    case 'reasoning':
    case 'audio':
    case 'opaque':
      return []
  }
}

function checkCuts(dialect: Dialect, recording: Recording, bytes: Uint8Array, events: readonly StreamEvent[]): void {
  if (bytes.length <= LONGEST_BYTE_BY_BYTE)
    expect(feed(dialect.decodeStream(), byteByByte(bytes)), recording.id).toEqual(events)
  const draw = numbersFrom(bytes.length)
  for (let round = 0; round < 3; round++) {
    const places = Array.from({ length: 40 }, draw)
    expect(feed(dialect.decodeStream(), cutAt(bytes, places)), recording.id).toEqual(events)
  }
}

interface Oracle {
  readonly text: string
  readonly calls: readonly { readonly name: string; readonly arguments: string }[]
}

function checkAnswer(recording: Recording, body: JsonObject): void {
  const answer = answerOf(openaiChat, body, recording.id)
  const choices = (isArray(body['choices']) ? body['choices'] : []) as readonly JsonObject[]
  for (const [i, choice] of choices.entries()) {
    const message = (choice['message'] ?? {}) as JsonObject
    const calls = (
      (message['tool_calls'] ?? []) as readonly { function?: { name: string; arguments?: string } }[]
    ).flatMap((call) =>
      call.function?.name ? [{ name: call.function.name, arguments: call.function.arguments ?? '' }] : [],
    )
    expect(oracleOf(answer.choices[i]!.content), recording.id).toEqual({ text: contentText(message['content']), calls })
  }
  const usage = body['usage']
  if (isObject(usage) && typeof usage['total_tokens'] === 'number')
    expect((answer.usage?.input ?? 0) + (answer.usage?.output ?? 0), `${recording.id} usage`).toBe(
      usage['total_tokens'] + uncounted(usage),
    )
  const back = openaiChat.encodeAnswer(answer, contextOf(answer.model, answer.created))
  expect(summary(answerOf(openaiChat, back, recording.id)), recording.id).toEqual(summary(answer))
  const across = anthropic.encodeAnswer(answer, contextOf(answer.model))
  expect(summary(answerOf(anthropic, across, recording.id)), recording.id).toEqual(summary(answer))
}

/** Grok on Azure counts the cached part of the prompt neither in the prompt nor in the total. */
function uncounted(usage: JsonObject): number {
  const details = usage['prompt_tokens_details']
  const cached = isObject(details) ? Number(details['cached_tokens'] ?? 0) : 0
  return Number(usage['prompt_tokens']) < cached ? cached : 0
}

function oracleOf(content: readonly Block[]): Oracle {
  return {
    text: joined(content, 'text'),
    calls: content.flatMap((block) =>
      block.kind === 'tool_call' ? [{ name: block.name, arguments: block.arguments }] : [],
    ),
  }
}

function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content
  return (isArray(content) ? content : [])
    .map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('')
}

function checkStream(recording: Recording): void {
  const text = recording.response.body_text ?? ''
  const bytes = bytesOf(text)
  const events = feed(openaiChat.decodeStream(), [bytes])
  checkCuts(openaiChat, recording, bytes, events)
  const chunks = eventsOf(text)
  const said = accumulate(events)
  if (chunks.some((chunk) => isObject(chunk['error']))) {
    expect(said.kind, recording.id).toBe('failed')
    count(recording, 'failed streams')
    return
  }
  if (said.kind !== 'answer') expect.fail(`${recording.id}: ${said.error.message}`)
  expect(oracleOf(said.answer.choices[0]!.content), recording.id).toEqual(streamOracle(chunks))
  const encoder = anthropic.encodeStream(contextOf('model'))
  const across = accumulate(feed(anthropic.decodeStream(), [bytesOf(events.map(encoder.event).join(''))]))
  if (across.kind !== 'answer') expect.fail(`${recording.id}: ${across.error.message}`)
  expect(summary(across.answer), recording.id).toEqual(summary(said.answer))
  count(recording, 'streams')
}

/** The first choice's text and calls, read without any care for blocks. */
function streamOracle(chunks: readonly JsonObject[]): Oracle {
  let text = ''
  const calls = new Map<string, { name: string; arguments: string }>()
  for (const chunk of chunks) {
    const choice = ((chunk['choices'] ?? []) as readonly JsonObject[])[0]
    const delta = (choice?.['delta'] ?? {}) as JsonObject
    text += contentText(delta['content'])
    for (const call of (delta['tool_calls'] ?? []) as readonly {
      index?: number
      id?: string
      function?: { name?: string; arguments?: string }
    }[]) {
      const key = String(call.index ?? call.id)
      const known = calls.get(key) ?? { name: '', arguments: '' }
      calls.set(key, {
        name: known.name || (call.function?.name ?? ''),
        arguments: known.arguments + (call.function?.arguments ?? ''),
      })
    }
  }
  return { text, calls: [...calls.values()].filter(({ name }) => name !== '') }
}
