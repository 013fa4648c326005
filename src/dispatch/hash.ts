/**
 * The hash behind sticky splits. It is a part of the policy's meaning: a change here moves callers between arms,
 * so the algorithm is fixed and its values are pinned by a test.
 */

/**
 * A number in (0, 1) from strings: cyrb53 (two multiplicative 32-bit lanes, crossed at the end) over the UTF-16
 * units of each part, a separator after each so that `ab, c` and `a, bc` differ.
 */
export function hashToUnit(parts: readonly string[]): number {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  const mix = (unit: number) => {
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  for (const part of parts) {
    for (let at = 0; at < part.length; at++) mix(part.charCodeAt(at))
    mix(0x1_0000)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  const bits = 4294967296 * (2097151 & b) + (a >>> 0)
  return (bits + 0.5) / 2 ** 53
}
