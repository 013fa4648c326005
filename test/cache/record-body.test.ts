import fc from 'fast-check'
import { expect, test } from 'vitest'
import { replayChunks } from '../../src/cache/entry.ts'
import { type Recording, recordStream, recordWhole } from '../../src/cache/record-body.ts'

async function* streamOf(chunks: readonly (string | Uint8Array)[]) {
  yield* chunks
}

function recorded(chunks: readonly (string | Uint8Array)[], maxBytes = 1000) {
  const ends: (Recording | undefined)[] = []
  const stream = recordStream(streamOf(chunks), { maxBytes, onEnd: (recording) => ends.push(recording) })
  return { ends, stream }
}

async function textsIn(stream: AsyncIterable<string | Uint8Array>): Promise<string[]> {
  const texts: string[] = []
  for await (const each of stream) texts.push(Buffer.from(each as string).toString())
  return texts
}

test('law: a stream passes through as it is, and is replayed as it passed', async () => {
  const chunk = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }).map(Buffer.from))
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 8 }), async (chunks) => {
      const { ends, stream } = recorded(chunks, 1e6)
      const passed = await textsIn(stream)
      expect(passed).toEqual(chunks.map((each) => Buffer.from(each as string).toString()))
      expect(ends).toHaveLength(1)
      expect(await textsIn(replayChunks({ target: 't', headers: {}, ...ends[0]! }))).toEqual(passed)
    }),
  )
})

test('what is left early, or too large, is not taken down', async () => {
  const left = recorded(['a', 'b'])
  await left.stream.next()
  await left.stream.return?.()
  expect(left.ends).toEqual([undefined])
  const large = recorded(['a'.repeat(600), 'b'.repeat(600)])
  expect((await textsIn(large.stream)).join('')).toHaveLength(1200)
  expect(large.ends).toEqual([undefined])
})

test('a stream that throws is not taken down', async () => {
  const ends: unknown[] = []
  async function* failing() {
    yield 'a'
    throw new Error('broke')
  }
  const stream = recordStream(failing(), { maxBytes: 10, onEnd: (recording) => ends.push(recording) })
  await expect(textsIn(stream)).rejects.toThrow('broke')
  expect(ends).toEqual([undefined])
})

test('a whole body is copied', () => {
  const bytes = Buffer.from('abc')
  const { body } = recordWhole(bytes)
  bytes.fill(0)
  expect(Buffer.from(body).toString()).toBe('abc')
})
