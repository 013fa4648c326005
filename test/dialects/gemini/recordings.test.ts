/** Gemini's dialect against what Google's APIs and their clients said. */
import { afterAll, describe, expect, it } from 'vitest'
import { anthropic } from '../../../src/dialects/anthropic/anthropic.ts'
import type { AnswerContext, Dialect } from '../../../src/dialects/dialect.ts'
import { gemini } from '../../../src/dialects/gemini/gemini.ts'
import { isObject } from '../../../src/dialects/json.ts'
import type { Answer, Block, ChatCall, Json, JsonObject } from '../../../src/dialects/neutral.ts'
import { openaiChat } from '../../../src/dialects/openai-chat/openai-chat.ts'
import { accumulate } from '../accumulate.ts'
import { byteByByte, bytesOf, cutAt, feed, numbersFrom } from '../cut.ts'
import { eventsOf, hasRecordings, type Recording, readRecordings } from '../recordings.ts'
import { answerForm, requestForm } from './normal-form.ts'

const LONGEST_BYTE_BY_BYTE = 20_000
const others: readonly Dialect[] = [openaiChat, anthropic]
const counts = new Map<string, number>()
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)

if (!hasRecordings) process.stdout.write('no recordings beside the project: their tests are skipped\n')

afterAll(() => {
  for (const [what, n] of [...counts].sort()) process.stdout.write(`gemini: ${what} ${n}\n`)
})

/** The model and the way to answer stand in the address. */
function addressOf({ model, streaming }: Recording & { readonly model?: string; readonly streaming?: boolean }) {
  return { model: model ?? 'gemini-2.5-flash', stream: streaming === true }
}

function decoded(recording: Recording): ChatCall | undefined {
  const call = gemini.decodeRequest(recording.request.body, addressOf(recording))
  if (call.ok) return call.value
  expect(recording.response.status, `${recording.id}: ${call.message}`).toBeGreaterThanOrEqual(400)
  return undefined
}

const contextOf = (model: string): AnswerContext => ({ model, id: 'fallback-id', created: 1, includeUsage: true })

function answerOf(dialect: Dialect, body: Json, id: string): Answer {
  const answer = dialect.decodeAnswer(body)
  if ('kind' in answer) expect.fail(`${id}: ${answer.message}`)
  return answer
}

const joined = (blocks: readonly Block[], kind: 'text' | 'reasoning'): string =>
  blocks.map((block) => (block.kind === kind ? block.text : '')).join('')

/** What every dialect can say of an answer. */
function summary(answer: Answer): Json {
  const { input = 0, output = 0, cachedInput = 0 } = answer.usage ?? {}
  return {
    choices: answer.choices.map(({ content, stop }) => ({
      text: joined(content, 'text'),
      thought: joined(content, 'reasoning'),
      calls: content.flatMap((block) =>
        block.kind === 'tool_call'
          ? [{ id: block.id, name: block.name, arguments: JSON.parse(block.arguments || '{}') as Json }]
          : [],
      ),
      reason: stop.reason === 'refusal' ? 'content_filter' : stop.reason === 'unknown' ? 'end' : stop.reason,
    })),
    usage: { input, output, cachedInput },
  }
}

/** Blocked prompts are errors under a 200, not answers. */
const isBlocked = (recording: Recording): boolean =>
  isObject(recording.response.body) && recording.response.body['candidates'] === undefined

for (const provider of ['gemini', 'vertex']) {
  describe.skipIf(!hasRecordings)(`recordings of ${provider}`, () => {
    const recordings = readRecordings(provider).filter(({ operation }) => operation === 'generate')

    it('requests go through the neutral form and say the same', () => {
      for (const recording of recordings) {
        const call = decoded(recording)
        if (call === undefined) continue
        const { body, losses } = gemini.encodeRequest(call, { model: call.model, defaultMaxTokens: 4096 })
        expect(losses, recording.id).toEqual([])
        expect(requestForm(body), recording.id).toEqual(requestForm(recording.request.body as JsonObject))
        count(`${provider} requests`)
      }
    })

    it('requests that another dialect can say come back the same', () => {
      for (const recording of recordings) {
        const call = decoded(recording)
        if (call === undefined) continue
        for (const other of others) {
          const across = other.encodeRequest(call, { model: 'other', defaultMaxTokens: 4096 })
          for (const loss of across.losses) expect(loss.message, recording.id).toMatch(/^[^.]{10,}/)
          if (across.losses.length > 0) {
            count(`${provider} requests to ${other.name} with losses named`)
            continue
          }
          const read = other.decodeRequest(across.body)
          if (!read.ok) expect.fail(`${recording.id} by ${other.name}: ${read.message} at ${read.param}`)
          const back = gemini.encodeRequest(read.value, { model: 'gemini-3-flash', defaultMaxTokens: 4096 })
          const again = gemini.decodeRequest(back.body, addressOf(recording))
          if (!again.ok) expect.fail(`${recording.id} back from ${other.name}: ${again.message}`)
          // Anthropic wants a limit, and gets one where the client sets none.
          const maxTokens = call.maxTokens === undefined ? {} : { maxTokens: call.maxTokens }
          const { maxTokens: _, ...rest } = again.value
          expect(turnsOf({ ...rest, ...maxTokens }), `${recording.id} by ${other.name}`).toEqual(turnsOf(call))
          count(`${provider} requests across ${other.name}`)
        }
      }
    })

    it('answers go through the neutral form, and through other dialects', () => {
      for (const recording of recordings) {
        const { status, format, body, headers } = recording.response
        if (format !== 'json' || body === undefined) continue
        if (status !== 200 || isBlocked(recording)) {
          const error =
            status === 200
              ? gemini.decodeAnswer(body)
              : gemini.decodeError(status, (name) => headers[name], body, JSON.stringify(body))
          if (!('kind' in error)) expect.fail(`${recording.id}: a blocked prompt passes for an answer`)
          expect(error.message, recording.id).not.toMatch(/^the provider answered/)
          count(`${provider} errors`)
          continue
        }
        const answer = answerOf(gemini, body, recording.id)
        expect(answerForm(gemini.encodeAnswer(answer, contextOf(answer.model))), recording.id).toEqual(
          answerForm(body as JsonObject),
        )
        for (const other of others) {
          const across = other.encodeAnswer(answer, contextOf(answer.model))
          expect(summary(answerOf(other, across, recording.id)), `${recording.id} by ${other.name}`).toEqual(
            summary(answer),
          )
        }
        count(`${provider} answers`)
      }
    })

    it('streams say the same wherever they are cut, and through every dialect', () => {
      for (const recording of recordings) {
        if (recording.response.format !== 'sse') continue
        const text = recording.response.body_text ?? ''
        const bytes = bytesOf(text)
        const events = feed(gemini.decodeStream(), [bytes])
        if (bytes.length <= LONGEST_BYTE_BY_BYTE)
          expect(feed(gemini.decodeStream(), byteByByte(bytes)), recording.id).toEqual(events)
        const draw = numbersFrom(bytes.length)
        for (let round = 0; round < 3; round++)
          expect(feed(gemini.decodeStream(), cutAt(bytes, Array.from({ length: 40 }, draw))), recording.id).toEqual(
            events,
          )
        const whole = accumulate(events)
        if (whole.kind !== 'answer') expect.fail(`${recording.id}: ${whole.error.message}`)
        expect(joined(whole.answer.choices[0]!.content, 'text'), recording.id).toBe(textIn(text))
        for (const dialect of [gemini, ...others]) {
          const encoder = dialect.encodeStream(contextOf(whole.answer.model))
          const again = accumulate(feed(dialect.decodeStream(), [bytesOf(events.map(encoder.event).join(''))]))
          if (again.kind !== 'answer') expect.fail(`${recording.id}: ${again.error.message}`)
          expect(summary(again.answer), `${recording.id} by ${dialect.name}`).toEqual(summary(whole.answer))
          if (dialect === gemini) expect(again.answer.choices, recording.id).toEqual(whole.answer.choices)
        }
        count(`${provider} streams`)
      }
    })
  })
}

/** The text of a stream, read in the simplest way that can be. */
function textIn(wire: string): string {
  return eventsOf(wire)
    .flatMap((chunk) => (chunk['candidates'] ?? []) as readonly { content?: { parts?: readonly JsonObject[] } }[])
    .flatMap(({ content }) => content?.parts ?? [])
    .filter((part) => part['thought'] !== true)
    .map((part) => part['text'] ?? '')
    .join('')
}

/** What all dialects can say of the turns of a call. */
function turnsOf(call: ChatCall): Json {
  const turns: { role: string; said: Json[] }[] = []
  const texts = call.system.map(({ text }) => text).filter((text) => text.trim() !== '')
  for (const { role, content } of call.messages) {
    const said = content.flatMap(saidBy)
    const last = turns.at(-1)
    if (said.length === 0) continue
    if (last?.role === role) last.said.push(...said)
    else turns.push({ role, said })
  }
  const { temperature, topP, maxTokens, stop, tools, toolChoice } = call
  // What only the system says goes out as the user's words where an API wants a turn.
  const isSystemOnly = turns.length === 0
  return {
    system: isSystemOnly ? [] : texts,
    turns: isSystemOnly ? [{ role: 'user', said: texts }] : turns,
    stop,
    temperature: temperature ?? null,
    topP: topP ?? null,
    maxTokens: maxTokens ?? null,
    tools: tools.map(({ name, description, parameters }) => ({
      name,
      description: description ?? '',
      parameters: schemaOf(parameters),
    })),
    choice: tools.length === 0 ? null : ((toolChoice ?? null) as unknown as Json),
    schema: call.responseFormat?.kind === 'json_schema' ? call.responseFormat.schema : null,
  }
}

/** A schema without properties is as good as none, and a title of the whole is a name. */
function schemaOf(parameters: JsonObject | undefined): Json {
  const { additionalProperties: _, ...rest } = parameters ?? {}
  const properties = rest['properties']
  return isObject(properties) && Object.keys(properties).length > 0 ? (parameters as Json) : null
}

/** What encoders say of their own: where a result's image went, and that the user begins. */
const ADDED = /^(Attached to the result of |The result is attached |\(The assistant begins\.\)$)/

function saidBy(block: Block): readonly Json[] {
  switch (block.kind) {
    case 'text':
      return block.text.trim() === '' || ADDED.test(block.text)
        ? []
        : // OpenAI has no other word for a result that is an error.
          [block.text.replace(/^Error: /, '')]
    case 'tool_call':
      return [{ call: block.name, arguments: JSON.parse(block.arguments || '{}') as Json }]
    case 'tool_result':
      // OpenAI's results hold text only: what else they hold stands behind them.
      return [
        { result: block.content.flatMap((each) => (each.kind === 'text' ? saidBy(each) : [])) },
        ...block.content.flatMap((each) => (each.kind === 'text' ? [] : saidBy(each))),
      ]
    case 'document':
      // Anthropic takes plain text as text.
      if (block.source.kind === 'base64' && block.source.mediaType === 'text/plain') return [atob(block.source.data)]
      return [{ document: block.source as unknown as Json }]
    case 'image':
      return [{ [block.kind]: block.source as unknown as Json }]
    default:
      return []
  }
}
