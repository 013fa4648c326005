/**
 * What is kept of a virtual key: a hash that cannot be turned back.
 *
 * With a pepper it is HMAC-SHA256, so that a stolen key file alone lets nobody test guesses; without one it
 * is SHA-256, which suffices against guessing because keys are random. A slow hash would add nothing here.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../config/secret.ts'

/** `hmac-sha256:HEX` with a pepper, `sha256:HEX` without. */
export function hashKey(key: string, pepper: Secret | undefined): string {
  return pepper === undefined
    ? `sha256:${createHash('sha256').update(key).digest('hex')}`
    : `hmac-sha256:${createHmac('sha256', pepper.reveal()).update(key).digest('hex')}`
}

/** Whether two hashes are the same, in a time that does not tell where they part. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
