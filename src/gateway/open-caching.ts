/**
 * Opens the cache of a gateway: answers in memory, and the flights of those that are being fetched.
 */
import { type AnswerCache, createAnswerCache } from '../cache/answer-cache.ts'
import type { CacheEntry } from '../cache/entry.ts'
import { createFlights, type Flights } from '../cache/flights.ts'
import type { Policy } from '../compile/load.ts'
import { type CacheKeys, createCacheKeys } from './cached-key.ts'
import type { Environment } from './environment.ts'

/** What answers are kept in. */
export interface Caching {
  readonly answers: AnswerCache
  readonly flights: Flights<CacheEntry>
  readonly keyOf: CacheKeys
}

/** What all kept answers may occupy together. */
export const maxCacheBytes = 64 * 1024 * 1024

/** How many wait for one answer, and for how long, before they ask for themselves. */
const maxWaiting = 1000
const maxWaitMs = 60_000

export function openCaching(policy: Policy, { now, setTimer }: Environment): Caching {
  return {
    answers: createAnswerCache({ maxBytes: maxCacheBytes, now }),
    flights: createFlights({ maxWaiting, maxWaitMs, setTimer }),
    keyOf: createCacheKeys(policy),
  }
}
