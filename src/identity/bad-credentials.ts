/**
 * Slows down whoever guesses: an address from which many bad credentials came is not listened to for a while. What is
 * counted leaks away by one a second, and a credential that was good lately is let through all the same, so that those
 * who share the address with a guesser go on. Nothing of a credential is kept but a digest.
 */
import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { LRUCache } from 'lru-cache'

export interface BadCredentials {
  /** Milliseconds until the address may show this credential; 0 for now. */
  readonly waitMs: (ip: string, credential: string) => number
  readonly note: (ip: string, credential: string, wasGood: boolean) => void
}

const burst = 50
const leakMs = 1000
const addresses = 10_000
const goodOnes = 10_000

export function createBadCredentials(now: () => number): BadCredentials {
  /** When nothing of what an address has counted will be left. */
  const emptyAtMs = new LRUCache<string, number>({ max: addresses })
  const good = new LRUCache<string, true>({ max: goodOnes })
  return {
    waitMs(ip, credential) {
      const waitMs = (emptyAtMs.get(networkOf(ip)) ?? 0) - now() - (burst - 1) * leakMs
      return waitMs <= 0 || good.has(digestOf(credential)) ? 0 : waitMs
    },
    note(ip, credential, wasGood) {
      const digest = digestOf(credential)
      if (wasGood) {
        good.set(digest, true)
        return
      }
      good.delete(digest)
      const network = networkOf(ip)
      emptyAtMs.set(network, Math.max(emptyAtMs.get(network) ?? 0, now()) + leakMs)
    },
  }
}

function digestOf(credential: string): string {
  return createHash('sha256').update(credential).digest('base64')
}

/** An IPv6 host has the rest of its /64 for itself. */
function networkOf(ip: string): string {
  if (!isIPv6(ip) || ip.includes('.')) return ip
  const [head = '', tail] = ip.split('::')
  const before = head.split(':').filter((each) => each !== '')
  const after = (tail ?? '').split(':').filter((each) => each !== '')
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after].slice(0, 4).join(':')
}
