/** Real streams of providers: guarded at their own chunking, they are the guarded whole. */
import { describe, expect, test } from 'vitest'
import { Source } from '../../src/diagnostics/source.ts'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { ProviderDialect } from '../../src/dialects/dialect.ts'
import { gemini } from '../../src/dialects/gemini/gemini.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { customDetectors } from '../../src/guards/custom-detectors.ts'
import { guardAnswer } from '../../src/guards/guard-answer.ts'
import { createStreamGuard } from '../../src/guards/guard-stream.ts'
import { accumulate } from '../dialects/accumulate.ts'
import { bytesOf, cutAt, feed, numbersFrom } from '../dialects/cut.ts'
import { hasRecordings, readRecordings } from '../dialects/recordings.ts'
import { guardsOf, names } from './support.ts'

if (!hasRecordings) process.stdout.write('no recordings beside the project: their tests are skipped\n')

const span = { source: new Source('gateway.yaml', ''), start: 0, end: 0 }
/** Words that stand in every text, so that something is found at every turn. */
const { detectors: more } = customDetectors([
  {
    name: 'usual',
    span,
    kind: 'words',
    words: ['the', 'of the', 'is', 'a', 'to', 'and', 'in', 'you'],
    ignoreCase: true,
    wholeWords: true,
  },
])
const guards = () => guardsOf([['redact', 'usual', ...names]], { more }).response()!

const sides: readonly (readonly [provider: string, operation: string, dialect: ProviderDialect])[] = [
  ['openai', 'chat', openaiChat],
  ['openai', 'responses', openaiResponses],
  ['openrouter', 'chat', openaiChat],
  ['mistral', 'chat', openaiChat],
  ['groq', 'chat', openaiChat],
  ['deepseek', 'chat', openaiChat],
  ['xai', 'chat', openaiChat],
  ['xai', 'responses', openaiResponses],
  ['azure', 'chat', openaiChat],
  ['anthropic', 'messages', anthropic],
  ['gemini', 'generate', gemini],
  ['vertex', 'generate', gemini],
]

describe.skipIf(!hasRecordings)('a recorded stream is guarded as its whole is', () => {
  test.each(sides)('%s %s', (provider, operation, dialect) => {
    let found = 0
    let streams = 0
    for (const { response, ...recording } of readRecordings(provider)) {
      if (recording.operation !== operation || response.status !== 200 || response.body_text === undefined) continue
      const bytes = bytesOf(response.body_text)
      const next = numbersFrom(bytes.length)
      const cut = cutAt(bytes, Array.from({ length: 40 }, next))
      // Details of reasoning stay in pieces where a stream is put together, and pieces are one text to a stream's guard.
      const events = feed(dialect.decodeStream(), cut).filter(
        (event) => event.kind !== 'opaque' || !('reasoning_details' in event.value),
      )
      const whole = accumulate(events)
      if (whole.kind !== 'answer') continue
      streams++
      const expected = guardAnswer(whole.answer, guards())
      const guard = createStreamGuard(guards())
      const guarded = accumulate(events.flatMap((event) => guard.push([event])))
      expect([recording.id, guarded]).toEqual([recording.id, { kind: 'answer', answer: expected.answer }])
      if (JSON.stringify(expected.answer).includes('[redacted ')) found++
    }
    expect([streams > 0, found > 0]).toEqual([true, true])
  })
})
