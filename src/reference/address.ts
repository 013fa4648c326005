/** Addresses and address blocks, as 128 separate bits: an IPv4 address is the IPv6 one that maps it. */

/** The 128 bits of an address as a text of zeros and ones, or undefined for what is none. */
export function parseAddress(text: string): string | undefined {
  const four = parseFour(text)
  if (four !== undefined) return '0'.repeat(80) + '1'.repeat(16) + four
  return parseSix(text)
}

/** Whether an address lies in a block; an address alone is a block of its whole length. */
export function inBlock(address: string, block: string): boolean {
  const bits = parseAddress(address)
  const [base = '', length] = block.split('/')
  const blockBits = parseAddress(base)
  if (bits === undefined || blockBits === undefined) return false
  if (length === undefined) return bits === blockBits
  const kept = parseFour(base) === undefined ? Number(length) : 96 + Number(length)
  return bits.slice(0, kept) === blockBits.slice(0, kept)
}

function parseFour(text: string): string | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let bits = ''
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    bits += Number(part).toString(2).padStart(8, '0')
  }
  return bits
}

function parseSix(text: string): string | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0]!, halves.length === 1)
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : ''
  if (head === undefined || tail === undefined) return undefined
  const missing = 128 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 16) return undefined
  return head + '0'.repeat(missing) + tail
}

/** Groups of four hexadecimal digits; the last may be an IPv4 address where the text ends with them. */
function parseGroups(text: string, last: boolean): string | undefined {
  if (text === '') return ''
  const groups = text.split(':')
  let bits = ''
  for (const [index, group] of groups.entries()) {
    const four = last && index === groups.length - 1 ? parseFour(group) : undefined
    if (four !== undefined) bits += four
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) bits += Number.parseInt(group, 16).toString(2).padStart(16, '0')
    else return undefined
  }
  return bits
}
