/** IP addresses as four words of 32 bits, IPv4 mapped into `::ffff:0:0/96` (RFC 4291 §2.5.5.2). */

/** Writes the address into `words`, highest first; false where the text is no address. Zone ids are refused. */
export function parseAddress(text: string, words: Uint32Array): boolean {
  if (!text.includes(':')) {
    const low = parseIpv4(text, 0)
    if (low < 0) return false
    words.set([0, 0, 0xffff, low])
    return true
  }
  const halves = text.split('::')
  if (halves.length > 2) return false
  const head = groupsOf(halves[0]!, halves.length === 1)
  const tail = halves.length === 2 ? groupsOf(halves[1]!, true) : []
  if (!head || !tail) return false
  const gap = 8 - head.length - tail.length
  if (halves.length === 2 ? gap < 1 : gap !== 0) return false
  const groups = [...head, ...Array.from({ length: gap }, () => 0), ...tail]
  for (let i = 0; i < 4; i++) words[i] = groups[i * 2]! * 0x10000 + groups[i * 2 + 1]!
  return true
}

/** The 16-bit groups of one side of `::`; a dotted tail, which only the whole may end in, counts as two. */
function groupsOf(side: string, endsWhole: boolean): number[] | undefined {
  if (side === '') return []
  const parts = side.split(':')
  const groups: number[] = []
  for (const [index, part] of parts.entries()) {
    if (endsWhole && index === parts.length - 1 && part.includes('.')) {
      const low = parseIpv4(part, 0)
      if (low < 0) return undefined
      groups.push(low >>> 16, low & 0xffff)
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined
      groups.push(Number.parseInt(part, 16))
    }
  }
  return groups
}

/** Four decimal parts without leading zeros, as an unsigned 32-bit number; -1 where malformed. */
function parseIpv4(text: string, from: number): number {
  let value = 0
  let at = from
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(at++) !== 46) return -1
    const start = at
    let number = 0
    for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(++at))
      number = number * 10 + code - 48
    const digits = at - start
    if (digits === 0 || digits > 3 || number > 255 || (digits > 1 && text.charCodeAt(start) === 48)) return -1
    value = value * 256 + number
  }
  return at === text.length ? value : -1
}
