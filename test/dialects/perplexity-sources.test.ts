/** The pages that Perplexity answers from, whole and streamed, in the words of other dialects. */
import { describe, expect, it } from 'vitest'
import type { Answer, Json, JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { accumulate } from './accumulate.ts'
import { byteByByte, bytesOf, feed } from './cut.ts'
import { hasRecordings, readRecordings } from './recordings.ts'

const context = { model: 'm', id: 'i', created: 1, includeUsage: true }
const results = [
  { title: 'One', url: 'https://one.test', date: '2026-01-01' },
  { title: '', url: 'https://two.test' },
]
const text = 'So it is[1][2], they say[7].'
const places = (titles: boolean) => [
  { start_index: 8, end_index: 11, url: 'https://one.test', title: titles ? 'One' : 'https://one.test' },
  { start_index: 11, end_index: 14, url: 'https://two.test', title: 'https://two.test' },
]
const annotations = (titles: boolean) => places(titles).map((url_citation) => ({ type: 'url_citation', url_citation }))

function decoded(body: JsonObject): Answer {
  const answer = openaiChat.decodeAnswer(body)
  if (!('choices' in answer)) throw new Error(answer.message)
  return answer
}

function whole(beside: JsonObject, message: JsonObject = {}): Answer {
  const choices = [{ index: 0, message: { role: 'assistant', content: text, ...message }, finish_reason: 'stop' }]
  return decoded({ id: 'x', model: 'sonar', choices, ...beside })
}

function streamed(beside: JsonObject): Answer {
  const deltas = ['So it is[', '1][2]', ', they say[7].']
  const chunks: Json[] = deltas.map((content, i) => ({
    id: 'x',
    model: 'sonar',
    ...beside,
    choices: [{ index: 0, delta: { content }, ...(i === deltas.length - 1 && { finish_reason: 'stop' }) }],
  }))
  const wire = bytesOf(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(''))
  const events = feed(openaiChat.decodeStream(), [wire])
  expect(feed(openaiChat.decodeStream(), byteByByte(wire))).toEqual(events)
  const said = accumulate(events)
  if (said.kind !== 'answer') throw new Error(said.error.message)
  return said.answer
}

const citationsOf = (answer: Answer) =>
  answer.choices[0]?.content.flatMap((block) => (block.kind === 'text' ? (block.citations?.items ?? []) : []))

describe('sources', () => {
  it.each<[string, JsonObject, Json]>([
    ['with titles', { search_results: results, citations: ['https://old.test'] }, annotations(true)],
    ['as addresses alone', { citations: results.map(({ url }) => url) }, annotations(false)],
    ['in an empty list', { search_results: [], citations: [] }, []],
    ['of no form that is known', { search_results: [1, null] }, []],
    ['of no kind', {}, []],
  ])('%s are annotations where the text points to them, whole and streamed', (_, beside, wanted) => {
    expect(citationsOf(whole(beside))).toEqual(wanted)
    expect(citationsOf(streamed(beside))).toEqual(wanted)
  })

  it('reach clients of the Responses API, and those of the chat API with the lists as they came', () => {
    const beside = { search_results: results, citations: ['https://old.test'] }
    const response = openaiResponses.encodeAnswer(whole(beside), context)
    expect(JSON.stringify(response)).toContain('"url":"https://two.test"')
    expect(openaiChat.encodeAnswer(whole(beside), context)).toMatchObject({
      ...beside,
      choices: [{ message: { content: text, annotations: annotations(true) } }],
    })
  })

  it('stand back behind annotations that the server makes itself', () => {
    const own = [{ type: 'url_citation', url_citation: { url: 'https://own.test' } }]
    expect(citationsOf(whole({ search_results: results }, { annotations: own }))).toEqual(own)
  })
})

it.skipIf(!hasRecordings)('recorded: what the texts point to is annotated', () => {
  let pointed = 0
  for (const { id, operation, response } of readRecordings('perplexity')) {
    if (operation !== 'chat' || response.status !== 200 || response.format !== 'json') continue
    const body = response.body as JsonObject
    const answer = decoded(body)
    const said = answer.choices[0]?.content.map((block) => (block.kind === 'text' ? block.text : '')).join('') ?? ''
    const listed = (body['search_results'] ?? body['citations'] ?? []) as readonly Json[]
    const marks = [...said.matchAll(/\[(\d+)\]/g)].filter(([, n]) => Number(n) <= listed.length)
    expect(citationsOf(answer), id).toHaveLength(marks.length)
    pointed += marks.length
  }
  expect(pointed).toBeGreaterThan(0)
})
