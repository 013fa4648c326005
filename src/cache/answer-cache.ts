/**
 * Answers in memory, bounded by bytes: what was used longest ago makes place. Age is judged when an entry is looked for,
 * by the rule that looks, so that what is too old is never given out, whatever is still held.
 */
import { LRUCache } from 'lru-cache'
import { type CacheEntry, sizeOfEntry } from './entry.ts'

/** Kept answers by key. */
export interface AnswerCache {
  readonly find: (key: string, age: AllowedAge) => Found | undefined
  /** Keeps an answer; one that is larger than `maxEntryBytes` is not kept. */
  readonly keep: (key: string, entry: CacheEntry) => void
  readonly maxEntryBytes: number
  readonly bytes: () => number
}

/** How long an answer is fresh, and for how long after that it is still given out while a new one is fetched. */
export interface AllowedAge {
  readonly ttlMs: number
  readonly staleMs: number
}

export interface Found {
  readonly kind: 'fresh' | 'stale'
  readonly entry: CacheEntry
}

export interface AnswerCacheOptions {
  readonly maxBytes: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The share of the cache that one answer may take. */
const largestShare = 16

interface Kept {
  readonly entry: CacheEntry
  readonly atMs: number
}

export function createAnswerCache({ maxBytes, now }: AnswerCacheOptions): AnswerCache {
  const maxEntryBytes = Math.max(1, Math.floor(maxBytes / largestShare))
  const kept = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    maxEntrySize: maxEntryBytes,
    sizeCalculation: ({ entry }) => sizeOfEntry(entry),
  })

  return {
    find(key, { ttlMs, staleMs }) {
      const found = kept.get(key)
      if (found === undefined) return undefined
      const ageMs = now() - found.atMs
      // A clock that was set back says nothing of an entry's age.
      if (ageMs >= 0 && ageMs < ttlMs) return { kind: 'fresh', entry: found.entry }
      if (ageMs >= 0 && ageMs < ttlMs + staleMs) return { kind: 'stale', entry: found.entry }
      kept.delete(key)
      return undefined
    },
    keep: (key, entry) => void kept.set(key, { entry, atMs: now() }),
    maxEntryBytes,
    bytes: () => kept.calculatedSize,
  }
}
