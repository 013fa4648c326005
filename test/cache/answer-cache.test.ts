import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAnswerCache } from '../../src/cache/answer-cache.ts'
import type { CacheEntry } from '../../src/cache/entry.ts'
import { replayChunks, sizeOfEntry } from '../../src/cache/entry.ts'

const entry = (text: string, target = 'up/gpt'): CacheEntry => ({ target, headers: {}, body: Buffer.from(text) })

function clocked(maxBytes = 1 << 20) {
  let nowMs = 1_000_000
  const cache = createAnswerCache({ maxBytes, now: () => nowMs })
  return { cache, advance: (ms: number) => void (nowMs += ms) }
}

test('an answer is fresh up to its time, stale for so long after, and then gone', () => {
  const { cache, advance } = clocked()
  const age = { ttlMs: 1000, staleMs: 500 }
  cache.keep('a', entry('x'))
  advance(999)
  expect(cache.find('a', age)?.kind).toBe('fresh')
  advance(1)
  expect(cache.find('a', age)?.kind).toBe('stale')
  advance(499)
  expect(cache.find('a', age)?.kind).toBe('stale')
  advance(1)
  expect(cache.find('a', age)).toBeUndefined()
  expect(cache.bytes()).toBe(0)
})

test('a clock that was set back makes no old answer young', () => {
  const { cache, advance } = clocked()
  cache.keep('a', entry('x'))
  advance(-1)
  expect(cache.find('a', { ttlMs: 1e9, staleMs: 1e9 })).toBeUndefined()
})

test('an answer that would take too much of the cache is not kept, nor what it replaces', () => {
  const { cache } = clocked(64 * 1024)
  const age = { ttlMs: 1000, staleMs: 0 }
  cache.keep('a', entry('x'))
  cache.keep('a', entry('x'.repeat(5000)))
  expect(cache.find('a', age)).toBeUndefined()
  cache.keep('a', entry('x'.repeat(2000)))
  expect(cache.find('a', age)?.entry.body.byteLength).toBe(2000)
})

test('chunks of a stream come back as they were cut', async () => {
  const kept: CacheEntry = { ...entry('abcdef'), ends: [1, 1, 4, 6] }
  const chunks: string[] = []
  for await (const each of replayChunks(kept)) chunks.push(Buffer.from(each).toString())
  expect(chunks).toEqual(['a', '', 'bcd', 'ef'])
})

test('law: the bytes stay within their bound, what is too old is never found, and what is found is what was kept last', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('keep' as const), key: fc.nat(20), size: fc.nat(6000) }),
    fc.record({ kind: fc.constant('find' as const), key: fc.nat(20), ttlMs: fc.nat(50), staleMs: fc.nat(50) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40) }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 80_000 }), fc.array(step, { maxLength: 80 }), (maxBytes, steps) => {
      let nowMs = 0
      const cache = createAnswerCache({ maxBytes, now: () => nowMs })
      const kept = new Map<string, { entry: CacheEntry; atMs: number }>()
      for (const each of steps) {
        if (each.kind === 'wait') nowMs += each.ms
        else if (each.kind === 'keep') {
          const value = entry('x'.repeat(each.size))
          kept.set(`k${each.key}`, { entry: value, atMs: nowMs })
          cache.keep(`k${each.key}`, value)
        } else {
          const found = cache.find(`k${each.key}`, each)
          const last = kept.get(`k${each.key}`)
          if (found === undefined) continue
          const ageMs = nowMs - last!.atMs
          expect(found.entry).toBe(last!.entry)
          expect(sizeOfEntry(found.entry)).toBeLessThanOrEqual(cache.maxEntryBytes)
          expect(found.kind).toBe(ageMs < each.ttlMs ? 'fresh' : 'stale')
          expect(ageMs).toBeLessThan(each.ttlMs + each.staleMs)
        }
        expect(cache.bytes()).toBeLessThanOrEqual(maxBytes)
      }
    }),
  )
})
