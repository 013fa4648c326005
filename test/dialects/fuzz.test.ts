/** No decoder throws, whatever it is given; what it gives can be encoded, and events come in their order. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { AnswerContext } from '../../src/dialects/dialect.ts'
import { estimateInputTokens } from '../../src/dialects/estimate.ts'
import type { Json, StreamEvent } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiCompletions } from '../../src/dialects/openai-completions/openai-completions.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { factsOf, textOf } from '../../src/dialects/text.ts'
import { accumulate } from './accumulate.ts'
import { answer, commonCall, eventsOfAnswer, mutated } from './arbitrary.ts'
import { bytesOf, cutAt, feed } from './cut.ts'

const OPTIONS = { model: 'model', defaultMaxTokens: 4096 }
const CONTEXT: AnswerContext = { model: 'model', id: 'id', created: 1, includeUsage: true }
const dialects = [openaiChat, openaiResponses, openaiCompletions, anthropic]
const anyJson = fc.jsonValue().map((value) => value as Json)

/** Events are in order, and the last one says how it went. */
function checkEvents(events: readonly StreamEvent[]): void {
  accumulate(events)
  for (const dialect of dialects) {
    const encoder = dialect.encodeStream(CONTEXT)
    const wire = events.map(encoder.event).join('')
    accumulate(feed(dialect.decodeStream(), [bytesOf(wire)]))
  }
}

function checkRequest(body: Json): void {
  for (const dialect of dialects) {
    const decoded = dialect.decodeRequest(body)
    if (!decoded.ok) {
      expect(decoded.message).not.toBe('')
      continue
    }
    textOf(decoded.value)
    factsOf(decoded.value)
    expect(Number.isFinite(estimateInputTokens(decoded.value))).toBe(true)
    dialect.isForwardable(decoded.value)
    for (const target of dialects) JSON.stringify(target.encodeRequest(decoded.value, OPTIONS))
  }
}

function checkAnswer(body: Json): void {
  for (const dialect of dialects) {
    const decoded = dialect.decodeAnswer(body)
    if ('kind' in decoded) expect(decoded.message).not.toBe('')
    else for (const target of dialects) JSON.stringify(target.encodeAnswer(decoded, CONTEXT))
  }
}

describe('decoders never throw', () => {
  it('on any JSON', () => {
    fc.assert(
      fc.property(anyJson, fc.integer({ min: 100, max: 600 }), fc.string(), (body, status, text) => {
        checkRequest(body)
        checkAnswer(body)
        for (const dialect of dialects) {
          expect(dialect.decodeError(status, () => text, body, text).status).toBe(status)
          expect(dialect.decodeError(status, () => undefined, undefined, text).status).toBe(status)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('on requests with one place replaced', () => {
    fc.assert(
      fc.property(
        commonCall.chain((call) =>
          fc.oneof(...dialects.map((dialect) => mutated(dialect.encodeRequest(call, OPTIONS).body))),
        ),
        checkRequest,
      ),
      { numRuns: 500 },
    )
  })

  it('on answers with one place replaced', () => {
    fc.assert(
      fc.property(
        answer.chain((whole) => fc.oneof(...dialects.map((dialect) => mutated(dialect.encodeAnswer(whole, CONTEXT))))),
        checkAnswer,
      ),
      { numRuns: 500 },
    )
  })

  it('on streams with one place of one event replaced', () => {
    const broken = fc
      .tuple(answer, fc.constantFrom(...dialects), fc.nat(), fc.boolean())
      .chain(([whole, dialect, at, isInterleaved]) => {
        const encoder = dialect.encodeStream(CONTEXT)
        const events = eventsOfAnswer(whole, 3, isInterleaved)
          .map(encoder.event)
          .join('')
          .split('\n\n')
          .filter((event) => event !== '')
        const place = at % events.length
        const json = /data: (\{.*\})/s.exec(events[place]!)?.[1]
        const parsed = json === undefined ? null : (JSON.parse(json) as Json)
        return mutated(parsed).map((value) => events.with(place, `data: ${JSON.stringify(value)}`).join('\n\n'))
      })
    fc.assert(
      fc.property(broken, (wire) => {
        for (const dialect of dialects) checkEvents(feed(dialect.decodeStream(), [bytesOf(`${wire}\n\n`)]))
      }),
      { numRuns: 500 },
    )
  })

  it('on streams with events doubled, dropped or out of order', () => {
    const shuffled = fc.tuple(answer, fc.constantFrom(...dialects)).chain(([whole, dialect]) => {
      const encoder = dialect.encodeStream(CONTEXT)
      const events = eventsOfAnswer(whole, 3, true)
        .map(encoder.event)
        .join('')
        .split('\n\n')
        .filter((event) => event !== '')
      return fc.array(fc.constantFrom(...events), { maxLength: 20 })
    })
    fc.assert(
      fc.property(shuffled, (events) => {
        for (const dialect of dialects)
          checkEvents(feed(dialect.decodeStream(), [bytesOf(events.map((event) => `${event}\n\n`).join(''))]))
      }),
      { numRuns: 500 },
    )
  })

  it('on any bytes', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(
          fc.constantFrom(
            'data: ',
            '{',
            '}',
            '"choices":[',
            'event: error\n',
            '\n',
            '\r',
            ':',
            '[DONE]',
            '{"type":"message_start"}',
            '\u{1F600}',
            '{"choices":[{}]}',
            'null',
          ),
          { maxLength: 30 },
        )
        .map((list) => bytesOf(list.join(''))),
    )
    fc.assert(
      fc.property(noise, fc.array(fc.nat(), { maxLength: 5 }), (bytes, places) => {
        for (const dialect of dialects) {
          const events = feed(dialect.decodeStream(), cutAt(bytes, places))
          checkEvents(events)
          expect(events).toEqual(feed(dialect.decodeStream(), [bytes]))
        }
      }),
      { numRuns: 500 },
    )
  })
})
