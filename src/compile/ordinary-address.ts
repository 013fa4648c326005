/** A readable address of a range, for samples and witnesses. */

const mappedPrefix = 0xffffn << 32n
/** Addresses that are kept for documentation (RFC 5737), and a private one. */
const ordinary = [0xcb007105n, 0xc6336405n, 0x0a000005n].map((each) => mappedPrefix | each)

/** How many addresses there are: 128 bits. */
export const allAddresses = 1n << 128n

/** An ordinary IPv4 address where `first … end - 1` holds one, else the first of the range. */
export function ordinaryAddress(first: bigint, end: bigint): string {
  const chosen = ordinary.find((each) => each >= first && each < end) ?? (first === 0n && end > 1n ? 1n : first)
  if (chosen >> 32n === 0xffffn) return [24n, 16n, 8n, 0n].map((shift) => Number((chosen >> shift) & 0xffn)).join('.')
  return Array.from({ length: 8 }, (_, i) => ((chosen >> BigInt(112 - i * 16)) & 0xffffn).toString(16)).join(':')
}
