/**
 * Addresses and CIDR blocks as exact ranges of 128 bits (RFC 4291, RFC 4632). IPv4 is mapped into
 * `::ffff:0:0/96`, so that one order holds for both and `::ffff:10.0.0.1` is 10.0.0.1.
 */
import { parseAddress as readAddress } from '../graph/address.ts'
import type { Cidr } from './policy.ts'

export type ParsedBlock =
  | { readonly kind: 'block'; readonly block: Cidr }
  /** An address with bits beyond the prefix; `corrected` is the block that it lies in. */
  | { readonly kind: 'host_bits'; readonly corrected: string }
  | { readonly kind: 'invalid' }

/** A block such as `10.0.0.0/8` or `2001:db8::/32`, or an address alone, which is a block of its whole length. */
export function parseBlock(text: string): ParsedBlock {
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (!address) return { kind: 'invalid' }
  if (slash < 0) return { kind: 'block', block: { text, first: address.value, last: address.value } }
  const lengthText = text.slice(slash + 1)
  if (!/^(0|[1-9]\d{0,2})$/.test(lengthText)) return { kind: 'invalid' }
  const length = Number(lengthText)
  if (length > address.bits) return { kind: 'invalid' }
  const hostMask = (1n << BigInt(address.bits - length)) - 1n
  const first = address.value & ~hostMask
  if (first !== address.value)
    return { kind: 'host_bits', corrected: `${formatAddress(first, address.bits)}/${length}` }
  return { kind: 'block', block: { text, first, last: first | hostMask } }
}

/** The 128 bits of an address, and how many of them a prefix length counts. */
export function parseAddress(text: string): { readonly value: bigint; readonly bits: 32 | 128 } | undefined {
  const words = new Uint32Array(4)
  if (!readAddress(text, words)) return undefined
  const value = words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n)
  return { value, bits: text.includes(':') ? 128 : 32 }
}

/** The text of an address; IPv6 as RFC 5952 has it, without a dotted tail. */
export function formatAddress(value: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16))
  const run = longestZeroRun(groups)
  if (run.length < 2) return groups.join(':')
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (let index = 0; index <= groups.length; index++) {
    if (groups[index] === '0') continue
    if (index - start > best.length) best = { start, length: index - start }
    start = index + 1
  }
  return best
}
