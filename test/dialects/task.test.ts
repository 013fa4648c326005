/** Texts within the bodies of tasks, and vectors in base64: laws over any body and any vector. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeVector } from '../../src/dialects/embeddings/vectors.ts'
import { estimateTaskTokens } from '../../src/dialects/estimate-task.ts'
import { rerank } from '../../src/dialects/rerank/rerank.ts'
import { textAt, textOfTask, withTextAt } from '../../src/dialects/task.ts'

const document = fc.oneof(fc.string(), fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1 }))
const ranking = fc.record({
  model: fc.constant('m'),
  query: fc.string(),
  documents: fc.array(document, { minLength: 1 }),
})

test('every text of a ranking is found at its path, and replacing one leaves the others', () => {
  fc.assert(
    fc.property(ranking, fc.nat(), fc.string(), (body, draw, text) => {
      const decoded = rerank.decodeRequest(body)
      if (!decoded.ok) throw new Error(decoded.message)
      const { texts } = decoded.value
      const strings = [
        body.query,
        ...body.documents.flatMap((each) => (typeof each === 'string' ? each : Object.values(each))),
      ]
      expect(texts.map((path) => textAt(body, path))).toEqual(strings)
      const at = draw % texts.length
      const changed = withTextAt(body, texts[at]!, text)
      expect(texts.map((path) => textAt(changed, path))).toEqual(strings.with(at, text))
      expect(textOfTask(decoded.value)).toBe(strings.filter((each) => each !== '').join('\n'))
    }),
  )
})

test('base64 holds each number as 32 bits, least byte first', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true }), { minLength: 1 }), (vector) => {
      const bytes = Buffer.from(encodeVector(vector), 'base64')
      expect(vector.map((_, i) => bytes.readFloatLE(i * 4))).toEqual(vector)
      expect(bytes.length).toBe(vector.length * 4)
    }),
  )
})

test('a list of tokens is as many tokens as it holds', () => {
  const call = {
    task: 'embeddings',
    model: 'm',
    stream: false,
    texts: [],
    hasImages: false,
    unreadable: 'input',
  } as const
  expect(estimateTaskTokens({ ...call, body: { input: [[1, 2], [3]] } })).toBe(3)
})
