/** Laws: streams of Gemini's dialect are neutral, and a round trip keeps what both sides can say. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../../src/dialects/anthropic/anthropic.ts'
import type { AnswerContext, Dialect } from '../../../src/dialects/dialect.ts'
import { estimateInputTokens } from '../../../src/dialects/estimate.ts'
import { gemini } from '../../../src/dialects/gemini/gemini.ts'
import { decodeSchema, findSchema } from '../../../src/dialects/gemini/schema.ts'
import { compact } from '../../../src/dialects/json.ts'
import type { Answer, Block, ChatCall, Json, JsonObject, StreamEvent } from '../../../src/dialects/neutral.ts'
import { openaiChat } from '../../../src/dialects/openai-chat/openai-chat.ts'
import { factsOf, textOf } from '../../../src/dialects/text.ts'
import { accumulate } from '../accumulate.ts'
import { answer, commonCall, eventsOfAnswer, mutated, plainAnswer, text } from '../arbitrary.ts'
import { byteByByte, bytesOf, cutAt, feed } from '../cut.ts'

const CONTEXT: AnswerContext = { model: 'model', id: 'id', created: 1, includeUsage: true }
const OPTIONS = { model: 'gemini-3-flash', defaultMaxTokens: 4096 }
const others: readonly Dialect[] = [openaiChat, anthropic]
const pieces = fc.integer({ min: 1, max: 6 })

const wireOf = (dialect: Dialect, events: readonly StreamEvent[]): string => {
  const encoder = dialect.encodeStream(CONTEXT)
  return events.map(encoder.event).join('')
}

function wholeOf(events: readonly StreamEvent[]): Answer {
  const said = accumulate(events)
  if (said.kind === 'failed') throw new Error(said.error.message)
  return said.answer
}

/** Answers with signatures of Google's where the generator gives those of another. */
const signed = fc.tuple(answer, fc.base64String({ minLength: 4, maxLength: 12 })).map(
  ([whole, value]): Answer => ({
    ...whole,
    choices: whole.choices.map((choice) => ({
      ...choice,
      content: choice.content.map(
        (block): Block =>
          block.kind === 'tool_call' || (block.kind === 'reasoning' && block.signature !== undefined)
            ? { ...block, signature: { dialect: 'gemini', value } }
            : block,
      ),
    })),
  }),
)

describe('streams are neutral', () => {
  it('cutting the bytes anywhere gives the same events', () => {
    fc.assert(
      fc.property(
        signed,
        pieces,
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 12 }),
        (whole, count, mixed, places) => {
          const bytes = bytesOf(wireOf(gemini, eventsOfAnswer(whole, count, mixed)))
          const events = feed(gemini.decodeStream(), [bytes])
          expect(feed(gemini.decodeStream(), cutAt(bytes, places))).toEqual(events)
          expect(feed(gemini.decodeStream(), byteByByte(bytes))).toEqual(events)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('comments, other line ends, a byte-order mark and a missing last blank line change nothing', () => {
    const lineEnds = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(answer, pieces, lineEnds, fc.boolean(), fc.boolean(), (whole, count, lineEnd, hasMark, isOpen) => {
        const wire = wireOf(gemini, eventsOfAnswer(whole, count, false))
        const noisy = wire.replaceAll('\n\n', '\n\n: alive\n\n').replaceAll('\n', lineEnd)
        const ended = isOpen ? noisy.slice(0, noisy.lastIndexOf(': alive') - lineEnd.length) : noisy
        const bytes = bytesOf(`${hasMark ? '\uFEFF' : ''}${ended}`)
        const events = feed(gemini.decodeStream(), cutAt(bytes, [1, 2, 3, 50, 51]))
        expect(events.filter(({ kind }) => kind !== 'ping')).toEqual(feed(gemini.decodeStream(), [bytesOf(wire)]))
      }),
      { numRuns: 60 },
    )
  })

  it('the accumulated stream is the whole answer, signatures too', () => {
    fc.assert(
      fc.property(signed, pieces, fc.boolean(), (whole, count, mixed) => {
        const streamed = wholeOf(
          feed(gemini.decodeStream(), [bytesOf(wireOf(gemini, eventsOfAnswer(whole, count, mixed)))]),
        )
        expect(plainAnswer(streamed, 'gemini')).toEqual(plainAnswer(whole, 'gemini'))
        const told = gemini.decodeAnswer(gemini.encodeAnswer(whole, CONTEXT))
        if ('kind' in told) throw new Error(told.message)
        expect(plainAnswer(told, 'gemini')).toEqual(plainAnswer(whole, 'gemini'))
        const signatures = (of: Answer) => of.choices[0]!.content.map(({ signature }) => signature)
        expect(signatures(told)).toEqual(signatures(whole))
      }),
    )
  })

  it('translating there and back keeps what both sides can say', () => {
    fc.assert(
      fc.property(answer, pieces, fc.boolean(), fc.constantFrom(...others), (whole, count, mixed, other) => {
        const own = feed(gemini.decodeStream(), [bytesOf(wireOf(gemini, eventsOfAnswer(whole, count, mixed)))])
        const across = feed(other.decodeStream(), [bytesOf(wireOf(other, own))])
        const back = feed(gemini.decodeStream(), [bytesOf(wireOf(gemini, across))])
        expect(plainAnswer(wholeOf(back), 'gemini')).toEqual(plainAnswer(whole, 'gemini'))
      }),
    )
  })

  it('a stream that breaks off is never a clean end', () => {
    fc.assert(
      fc.property(answer, fc.nat(), (whole, at) => {
        const bytes = bytesOf(wireOf(gemini, eventsOfAnswer(whole, 3, false)))
        const events = feed(gemini.decodeStream(), [bytes.subarray(0, at % bytes.length)])
        const last = events.at(-1)
        if (last?.kind !== 'end') expect(last).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
        else expect(plainAnswer(wholeOf(events), 'gemini')).toEqual(plainAnswer(whole, 'gemini'))
      }),
    )
  })

  it('no clean end follows a failure', () => {
    fc.assert(
      fc.property(answer, fc.nat(), (whole, at) => {
        const events = eventsOfAnswer(whole, 2, false)
        const encoder = gemini.encodeStream(CONTEXT)
        const begun = events
          .slice(0, at % events.length)
          .map(encoder.event)
          .join('')
        const failed = encoder.fail({ status: 502, kind: 'upstream_failed', message: 'gone' })
        const wire = `${begun}${failed}${encoder.event({ kind: 'end' })}${encoder.fail({ status: 500, kind: 'x', message: 'y' })}`
        expect(wire.endsWith(failed)).toBe(true)
        expect(wire).not.toContain('finishReason')
        expect(feed(gemini.decodeStream(), [bytesOf(wire)]).at(-1)).toMatchObject({
          kind: 'error',
          error: { message: 'gone' },
        })
      }),
    )
  })
})

/** What Gemini can say of a call: who the user is and one call at a time it cannot. */
const call = commonCall.map(({ user: _, parallelToolCalls: __, ...rest }): ChatCall => rest)

function through(dialect: Dialect, given: ChatCall): ChatCall {
  const { body, losses } = dialect.encodeRequest(given, OPTIONS)
  expect(losses).toEqual([])
  const decoded = dialect.decodeRequest(JSON.parse(JSON.stringify(body)) as Json, { model: 'm', stream: given.stream })
  if (!decoded.ok) throw new Error(`${decoded.message} in ${JSON.stringify(body)}`)
  return decoded.value
}

function level({ messages, ...given }: ChatCall): Json {
  const turns: { role: string; content: Json[] }[] = []
  for (const { role, content } of messages) {
    const last = turns.at(-1)
    const said = content.map(levelBlock)
    if (last?.role === role) last.content.push(...said)
    else turns.push({ role, content: said })
  }
  const { toolChoice, maxTokens, temperature, topP, stop, responseFormat, stream } = given
  return compact({
    system: given.system.map((block) => block.text),
    turns,
    tools: given.tools.map(({ name, description, parameters }) => ({
      name,
      description: description ?? '',
      parameters: parameters ?? null,
    })),
    toolChoice: toolChoice as unknown as Json,
    maxTokens,
    temperature,
    topP,
    stop,
    format: responseFormat?.kind === 'json_schema' ? responseFormat.schema : null,
    stream,
  }) as Json
}

function levelBlock(block: Block): Json {
  switch (block.kind) {
    case 'tool_call':
      return { id: block.id, name: block.name, arguments: JSON.parse(block.arguments || '{}') as Json }
    case 'tool_result':
      return { callId: block.callId, content: block.content.map(levelBlock) }
    case 'image':
    case 'document':
      return { [block.kind]: block.source as unknown as Json }
    case 'text':
      return block.text
    default:
      return block.kind
  }
}

describe('requests', () => {
  it('come back from their own dialect as they were', () => {
    fc.assert(fc.property(call, (given) => void expect(level(through(gemini, given))).toEqual(level(given))))
  })

  it('encode to the same body again, byte for byte', () => {
    fc.assert(
      fc.property(call, (given) => {
        const { body } = gemini.encodeRequest(given, OPTIONS)
        expect(JSON.stringify(gemini.encodeRequest(structuredClone(given), OPTIONS).body)).toBe(JSON.stringify(body))
        expect(gemini.encodeRequest(through(gemini, given), OPTIONS).body).toEqual(body)
      }),
    )
  })

  it('come back through another dialect as they were', () => {
    fc.assert(
      fc.property(call, fc.constantFrom(...others), (given, other) => {
        expect(level(through(gemini, through(other, through(gemini, given))))).toEqual(level(given))
      }),
    )
  })

  it('results come right after their calls, alone and in order, whatever order they were given in', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 4 }), text, (order, said) => {
        const ids = ['a', 'b', 'c', 'd']
        const given: ChatCall = {
          model: 'm',
          system: [],
          tools: [],
          stop: [],
          stream: false,
          includeUsage: false,
          messages: [
            { role: 'user', content: [{ kind: 'text', text: 'go' }] },
            {
              role: 'assistant',
              content: ids.map((id) => ({ kind: 'tool_call', id, name: `f_${id}`, arguments: '' })),
            },
            ...order.map((callId) => ({
              role: 'user' as const,
              content: [{ kind: 'tool_result' as const, callId, content: [{ kind: 'text' as const, text: callId }] }],
            })),
            { role: 'user', content: [{ kind: 'text', text: said }] },
          ],
        }
        const { contents } = gemini.encodeRequest(given, OPTIONS).body as {
          contents: readonly { parts: JsonObject[] }[]
        }
        expect(contents.map(({ parts }) => parts.map((part) => Object.keys(part)[0]))).toEqual([
          ['text'],
          ids.map(() => 'functionCall'),
          ids.map(() => 'functionResponse'),
          ['text'],
        ])
        expect(contents[2]!.parts.map((part) => (part['functionResponse'] as JsonObject)['name'])).toEqual(
          ids.map((id) => `f_${id}`),
        )
      }),
    )
  })
})

const schema: fc.Arbitrary<JsonObject> = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonObject>(
      { type: 'string' },
      { type: ['integer', 'null'], minimum: 1 },
      { type: 'string', enum: ['a', 'b'], description: 'one' },
      { type: 'number', title: 'n' },
      { type: 'boolean' },
      { $ref: '#/$defs/x' },
      { type: 'string', format: 'uri' },
      { type: 'integer', enum: [1, 2] },
      { const: 'x' },
    ),
    fc
      .dictionary(fc.constantFrom('a', 'b', 'snake_case', 'type'), tie('schema'), { minKeys: 1, maxKeys: 3 })
      .map((properties) => ({ type: 'object', properties, required: Object.keys(properties) })),
    fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(3) }),
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((anyOf) => ({ anyOf })),
  ),
})).schema

describe('schemas', () => {
  it('that Google can say are the same after a way through its Schema', () => {
    fc.assert(
      fc.property(schema, (given) => {
        const own = findSchema(given)
        if (own !== undefined) expect(decodeSchema(own)).toEqual(given)
      }),
    )
  })

  it('of tools and of answers reach the model whole, in one form or the other', () => {
    fc.assert(
      fc.property(schema, (given) => {
        const asked: ChatCall = {
          model: 'm',
          system: [],
          messages: [{ role: 'user', content: [{ kind: 'text', text: 'x' }] }],
          tools: [{ kind: 'function', name: 'f', parameters: { type: 'object', properties: { given } } }],
          responseFormat: { kind: 'json_schema', name: 'a', schema: given },
          stop: [],
          stream: false,
          includeUsage: false,
        }
        const back = through(gemini, asked)
        expect(back.tools[0]!.parameters).toEqual(asked.tools[0]!.parameters)
        expect(back.responseFormat).toMatchObject({ schema: given })
      }),
    )
  })
})

describe('decoders never throw', () => {
  const checkEvents = (events: readonly StreamEvent[]): void => {
    accumulate(events)
    for (const dialect of [gemini, ...others])
      accumulate(feed(dialect.decodeStream(), [bytesOf(wireOf(dialect, events))]))
  }
  const checkRequest = (body: Json): void => {
    const decoded = gemini.decodeRequest(body, { model: 'm', stream: true })
    if (!decoded.ok) return void expect(decoded.message).not.toBe('')
    textOf(decoded.value)
    factsOf(decoded.value)
    expect(Number.isFinite(estimateInputTokens(decoded.value))).toBe(true)
    gemini.isForwardable(decoded.value)
    for (const target of [gemini, ...others]) JSON.stringify(target.encodeRequest(decoded.value, OPTIONS))
  }
  const checkAnswer = (body: Json): void => {
    const decoded = gemini.decodeAnswer(body)
    if ('kind' in decoded) expect(decoded.message).not.toBe('')
    else for (const target of [gemini, ...others]) JSON.stringify(target.encodeAnswer(decoded, CONTEXT))
  }

  it('on any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        checkRequest(value as Json)
        checkAnswer(value as Json)
        checkEvents(feed(gemini.decodeStream(), [bytesOf(`data: ${JSON.stringify(value)}\n\n`)]))
      }),
      { numRuns: 300 },
    )
  })

  it('on requests, answers and chunks with one place replaced', () => {
    fc.assert(
      fc.property(
        call.chain((given) => mutated(gemini.encodeRequest(given, OPTIONS).body)),
        signed.chain((whole) => mutated(gemini.encodeAnswer(whole, CONTEXT))),
        (body, told) => {
          checkRequest(body)
          checkAnswer(told)
          checkEvents(feed(gemini.decodeStream(), [bytesOf(`data: ${JSON.stringify(told)}\n\n`)]))
        },
      ),
      { numRuns: 400 },
    )
  })
})
