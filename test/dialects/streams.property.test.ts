/** Law: streams are neutral. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { AnswerContext, Dialect } from '../../src/dialects/dialect.ts'
import type { Answer, JsonObject, StreamEvent } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { accumulate } from './accumulate.ts'
import { answer, eventsOfAnswer, plainAnswer } from './arbitrary.ts'
import { byteByByte, bytesOf, cutAt, feed } from './cut.ts'
import { eventsOf } from './recordings.ts'

const CONTEXT: AnswerContext = { model: 'model', id: 'id', created: 1, includeUsage: true }
const pieces = fc.integer({ min: 1, max: 6 })

function wireOf(dialect: Dialect, events: readonly StreamEvent[]): string {
  const encoder = dialect.encodeStream(CONTEXT)
  return events.map(encoder.event).join('')
}

function wholeOf(events: readonly StreamEvent[]): Answer {
  const said = accumulate(events)
  if (said.kind === 'failed') throw new Error(said.error.message)
  return said.answer
}

const withoutPings = (events: readonly StreamEvent[]): readonly StreamEvent[] =>
  events.filter(({ kind }) => kind !== 'ping')

describe.each([openaiChat, openaiResponses, anthropic])('streams of $name are neutral', (dialect) => {
  it('cutting the bytes anywhere gives the same events', () => {
    fc.assert(
      fc.property(
        answer,
        pieces,
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 12 }),
        (whole, count, isInterleaved, places) => {
          const bytes = bytesOf(wireOf(dialect, eventsOfAnswer(whole, count, isInterleaved)))
          const events = feed(dialect.decodeStream(), [bytes])
          expect(feed(dialect.decodeStream(), cutAt(bytes, places))).toEqual(events)
          expect(feed(dialect.decodeStream(), byteByByte(bytes))).toEqual(events)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('comments, pings, other line ends, a byte-order mark and a missing last blank line change nothing', () => {
    fc.assert(
      fc.property(
        answer,
        pieces,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.boolean(),
        (whole, count, lineEnd, hasMark, isOpen) => {
          const wire = wireOf(dialect, eventsOfAnswer(whole, count, false))
          const noisy = wire.replaceAll('\n\n', '\n\n: alive\n\n').replaceAll('\n', lineEnd)
          const ended = isOpen ? noisy.slice(0, noisy.lastIndexOf(': alive') - lineEnd.length) : noisy
          const events = feed(
            dialect.decodeStream(),
            cutAt(bytesOf(`${hasMark ? '\uFEFF' : ''}${ended}`), [1, 2, 3, 50, 51]),
          )
          expect(withoutPings(events)).toEqual(feed(dialect.decodeStream(), [bytesOf(wire)]))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('the accumulated stream is the whole answer', () => {
    fc.assert(
      fc.property(answer, pieces, fc.boolean(), (whole, count, isInterleaved) => {
        const streamed = wholeOf(
          feed(dialect.decodeStream(), [bytesOf(wireOf(dialect, eventsOfAnswer(whole, count, isInterleaved)))]),
        )
        expect(plainAnswer(streamed, dialect.name)).toEqual(plainAnswer(whole, dialect.name))
        const told = dialect.decodeAnswer(dialect.encodeAnswer(whole, CONTEXT))
        if ('kind' in told) throw new Error(told.message)
        expect(plainAnswer(told, dialect.name)).toEqual(plainAnswer(whole, dialect.name))
      }),
    )
  })

  it('translating there and back keeps what both sides can say', () => {
    const other = dialect === openaiChat ? anthropic : openaiChat
    fc.assert(
      fc.property(answer, pieces, fc.boolean(), (whole, count, isInterleaved) => {
        const own = feed(dialect.decodeStream(), [
          bytesOf(wireOf(dialect, eventsOfAnswer(whole, count, isInterleaved))),
        ])
        const across = feed(other.decodeStream(), [bytesOf(wireOf(other, own))])
        const back = feed(dialect.decodeStream(), [bytesOf(wireOf(dialect, across))])
        expect(plainAnswer(wholeOf(back), 'openai-chat')).toEqual(plainAnswer(whole, 'openai-chat'))
      }),
    )
  })

  it('a stream that breaks off is never a clean end', () => {
    fc.assert(
      fc.property(answer, fc.nat(), (whole, at) => {
        const bytes = bytesOf(wireOf(dialect, eventsOfAnswer(whole, 3, false)))
        const events = feed(dialect.decodeStream(), [bytes.subarray(0, at % bytes.length)])
        const last = events.at(-1)
        if (last?.kind !== 'end') expect(last).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
        // The end marks are the last lines: only a cut inside them leaves a complete answer.
        else expect(plainAnswer(wholeOf(events), 'openai-chat')).toMatchObject({ stop: whole.choices[0]!.stop.reason })
      }),
    )
  })

  it('no clean end follows a failure', () => {
    fc.assert(
      fc.property(answer, fc.nat(), (whole, at) => {
        const events = eventsOfAnswer(whole, 2, false)
        const encoder = dialect.encodeStream(CONTEXT)
        const begun = events
          .slice(0, at % events.length)
          .map(encoder.event)
          .join('')
        const failed = encoder.fail({ status: 502, kind: 'upstream_failed', message: 'gone' })
        const wire = `${begun}${failed}${encoder.event({ kind: 'end' })}${encoder.fail({ status: 500, kind: 'x', message: 'y' })}`
        expect(wire).not.toMatch(/message_stop|response\.completed/)
        expect(wire.endsWith(failed)).toBe(true)
        expect(feed(dialect.decodeStream(), [bytesOf(wire)]).at(-1)).toMatchObject({
          kind: 'error',
          error: { message: 'gone' },
        })
      }),
    )
  })
})

describe('the streams that clients get', () => {
  it('responses are numbered in order, and every item and part is added, said and told whole', () => {
    fc.assert(
      fc.property(answer, pieces, fc.boolean(), (whole, count, isInterleaved) => {
        const told = eventsOf(wireOf(openaiResponses, eventsOfAnswer(whole, count, isInterleaved)))
        expect(told.map((event) => event['sequence_number'])).toEqual(told.map((_, i) => i))
        const kinds = told.map((event) => String(event['type']).replace('response.', ''))
        expect(kinds.slice(0, 2)).toEqual(['created', 'in_progress'])
        expect(kinds.at(-1)).toBe(whole.choices[0]!.stop.reason === 'length' ? 'incomplete' : 'completed')
        const done = told.filter((event) => event['type'] === 'response.output_item.done')
        const added = told.filter((event) => event['type'] === 'response.output_item.added')
        expect(added.map((event) => event['output_index'])).toEqual(added.map((_, i) => i))
        const items = done.toSorted((a, b) => Number(a['output_index']) - Number(b['output_index']))
        expect((told.at(-1)!['response'] as JsonObject)['output']).toEqual(items.map((event) => event['item']))
        for (const of of ['content_part', 'reasoning_summary_part', 'output_item'])
          expect(kinds.filter((kind) => kind === `${of}.added`)).toHaveLength(
            kinds.filter((kind) => kind === `${of}.done`).length,
          )
      }),
    )
  })

  it('Anthropic blocks are strictly nested, with one message_delta and one message_stop at the end', () => {
    fc.assert(
      fc.property(answer, pieces, fc.boolean(), (whole, count, isInterleaved) => {
        const wire = wireOf(anthropic, eventsOfAnswer(whole, count, isInterleaved))
        const types = [...wire.matchAll(/^event: (.*)$/gm)].map(([, type]) => type)
        expect(types.join(' ')).toMatch(
          /^message_start( content_block_start( content_block_delta)* content_block_stop)* message_delta message_stop$/,
        )
        const indices = [...wire.matchAll(/"content_block_start","index":(\d+)/g)].map(([, index]) => Number(index))
        expect(indices).toEqual(indices.map((_, i) => i))
      }),
    )
  })

  it('OpenAI chunks name the role once, number tool calls from 0, and end with usage and [DONE]', () => {
    fc.assert(
      fc.property(answer, pieces, fc.boolean(), (whole, count, isInterleaved) => {
        const wire = wireOf(openaiChat, eventsOfAnswer(whole, count, isInterleaved))
        expect(wire.split('"role":').length).toBe(2)
        expect(wire.endsWith('data: [DONE]\n\n')).toBe(true)
        const calls = whole.choices[0]!.content.filter(({ kind }) => kind === 'tool_call').length
        const indices = new Set([...wire.matchAll(/"tool_calls":\[\{"index":(\d+)/g)].map(([, index]) => Number(index)))
        expect([...indices].sort()).toEqual(Array.from({ length: calls }, (_, i) => i))
      }),
    )
  })
})
