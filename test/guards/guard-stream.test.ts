import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Answer, Block, JsonObject, StreamEvent } from '../../src/dialects/neutral.ts'
import { guardAnswer } from '../../src/guards/guard-answer.ts'
import { createStreamGuard } from '../../src/guards/guard-stream.ts'
import { accumulate } from '../dialects/accumulate.ts'
import { eventsOfAnswer } from '../dialects/arbitrary.ts'
import { type Clauses, guardsOf, names, telling } from './support.ts'

const argumentsText = fc
  .dictionary(fc.constantFrom('to', 'ssn', 'body'), fc.oneof(telling, fc.integer(), fc.constant(5555555555554444)), {
    maxKeys: 3,
  })
  .map((value) => JSON.stringify(value))

const block: fc.Arbitrary<Block> = fc.oneof(
  telling.map((text): Block => ({ kind: 'text', text })),
  telling.map((text): Block => ({ kind: 'reasoning', text, signature: { dialect: 'anthropic', value: 's' } })),
  fc
    .tuple(fc.nat(99), argumentsText)
    .map(([id, text]): Block => ({ kind: 'tool_call', id: `c${id}`, name: 'send', arguments: text })),
)
const answer: fc.Arbitrary<Answer> = fc.array(block, { maxLength: 4 }).map((blocks) => {
  // Calls that come interleaved begin after all else.
  const isCall = (each: Block) => each.kind === 'tool_call'
  const content = [...blocks.filter((each) => !isCall(each)), ...blocks.filter(isCall)]
  return { id: 'a', model: 'm', choices: [{ index: 0, content, stop: { reason: 'end' } }] }
})

function stream(events: readonly StreamEvent[], clauses: Clauses): readonly StreamEvent[] {
  const guard = createStreamGuard(guardsOf(clauses).response()!)
  return events.flatMap((event) => guard.push([event]))
}

test('law: a guarded stream is, put together, the guarded whole, at any chunking', () => {
  fc.assert(
    fc.property(answer, fc.integer({ min: 1, max: 40 }), fc.boolean(), (whole, pieces, isInterleaved) => {
      for (const clauses of [
        [['redact', ...names]],
        [
          ['mask', 'email', 'card'],
          ['flag', 'ip'],
        ],
      ] as const) {
        const events = eventsOfAnswer(whole, pieces, isInterleaved)
        const expected = guardAnswer(whole, guardsOf(clauses).response()!).answer
        expect(accumulate(stream(events, clauses))).toEqual({ kind: 'answer', answer: expected })
      }
    }),
    { numRuns: 80 },
  )
})

test('law: what is blocked whole is blocked in the stream, which ends in an error and not cleanly', () => {
  fc.assert(
    fc.property(answer, fc.integer({ min: 1, max: 40 }), (whole, pieces) => {
      const clauses: Clauses = [['block', 'email', 'card']]
      const { blocked, answer: refused } = guardAnswer(whole, guardsOf(clauses).response()!)
      const out = stream(eventsOfAnswer(whole, pieces, false), clauses)
      if (blocked === undefined) {
        expect(out.at(-1)).toEqual({ kind: 'end' })
        return
      }
      expect(refused.choices[0]!.stop.reason).toBe('content_filter')
      expect(out.filter((event) => event.kind === 'end' || event.kind === 'finish')).toEqual([])
      const last = out.at(-1)
      expect(last?.kind === 'error' && last.error.code).toBe('blocked_by_guard')
    }),
    { numRuns: 80 },
  )
})

test('what is blocked beside the choices leaves nothing of the answer but its usage', () => {
  const whole: Answer = {
    id: 'a',
    model: 'm',
    choices: [{ index: 0, content: [{ kind: 'text', text: 'fine' }], stop: { reason: 'end' } }],
    usage: { input: 1, output: 2 },
    extensions: { dialect: 'openai-chat', fields: { note: 'ann@example.com' } },
  }
  const { answer: refused, blocked } = guardAnswer(whole, guardsOf([['block', 'email']]).response()!)
  expect(blocked).toEqual({ rule: 'block', detector: 'email' })
  expect(refused).toEqual({
    id: 'a',
    model: 'm',
    choices: [
      {
        index: 0,
        content: [{ kind: 'refusal', text: 'the answer is blocked by the guard `block`, which found `email`' }],
        stop: { reason: 'content_filter' },
      },
    ],
    usage: { input: 1, output: 2 },
  })
})

const at = { choice: 0, block: 0 }

test('what nothing is found in goes on but for the word that may be the beginning of something', () => {
  const guard = createStreamGuard(guardsOf([['redact', 'email', 'card']]).response()!)
  guard.push([{ kind: 'block_start', ...at, of: { kind: 'text' } }])
  expect(guard.push([{ kind: 'text', ...at, text: 'write to ann' }])).toEqual([
    { kind: 'text', ...at, text: 'write to ' },
  ])
  expect(guard.push([{ kind: 'text', ...at, text: '.lee@example.com' }])).toEqual([])
  expect(guard.push([{ kind: 'text', ...at, text: ', and' }])).toEqual([
    { kind: 'text', ...at, text: '[redacted email], ' },
  ])
  expect(guard.push([{ kind: 'block_stop', ...at }])).toEqual([
    { kind: 'text', ...at, text: 'and' },
    { kind: 'block_stop', ...at },
  ])
})

test('a signature comes behind the text that it signs, and not behind other words', () => {
  const events = (text: string): readonly StreamEvent[] => [
    { kind: 'block_start', ...at, of: { kind: 'reasoning' } },
    { kind: 'reasoning', ...at, text },
    { kind: 'signature', ...at, dialect: 'anthropic', value: 's' },
    { kind: 'block_stop', ...at },
  ]
  const kinds = (text: string) => stream(events(text), [['redact', 'email']]).map((each) => each.kind)
  expect(kinds('so be it')).toEqual(['block_start', 'reasoning', 'reasoning', 'signature', 'block_stop'])
  expect(kinds('ann@example.com')).toEqual(['block_start', 'reasoning', 'block_stop'])
})

test('a text in the deltas of an opaque block is one text', () => {
  const delta = (value: JsonObject): StreamEvent => ({ kind: 'opaque', ...at, dialect: 'anthropic', value })
  const out = stream(
    [
      {
        kind: 'block_start',
        ...at,
        of: { kind: 'opaque', dialect: 'anthropic', value: { type: 'server_tool_use', name: 'web_search' } },
      },
      delta({ type: 'input_json_delta', partial_json: '{"query":"ann.l' }),
      delta({ type: 'input_json_delta', partial_json: 'ee\\u0040example.com"}' }),
      { kind: 'block_stop', ...at },
    ],
    [['redact', 'email']],
  )
  const said = out.map((each) => (each.kind === 'opaque' ? each.value['partial_json'] : '')).join('')
  expect(said).toBe('{"query":"[redacted email]"}')
})

test('litellm-35257, litellm-31950: values come back in arguments too, whole and streamed', () => {
  const guards = guardsOf([['mask', 'email']], { sides: ['request'] })
  const content: Block[] = [{ kind: 'tool_call', id: 'c', name: 'send', arguments: '{"to":"[EMAIL_1]"}' }]
  const whole: Answer = { id: 'a', model: 'm', choices: [{ index: 0, content, stop: { reason: 'tool_calls' } }] }
  // The placeholder is known from the request.
  guards.request!.vault.mask('email', 'ann@example.com')
  const { answer: guarded } = guardAnswer(whole, guards.response()!)
  expect(guarded.choices[0]!.content).toEqual([{ ...content[0], arguments: '{"to":"ann@example.com"}' }])
  const guard = createStreamGuard(guards.response()!)
  const out = eventsOfAnswer(whole, 9, false).flatMap((event) => guard.push([event]))
  expect(accumulate(out)).toEqual({ kind: 'answer', answer: guarded })
})
