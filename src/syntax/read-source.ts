/** From the bytes of a policy file to its text: UTF-8, or an error that says where it stops being that. */
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import { Source } from '../diagnostics/source.ts'

/**
 * Decodes a policy file. A byte order mark is dropped; line ends stay as they are. Bytes that are no UTF-8 and NUL
 * bytes are a P106 at the first of them; the source then holds the text before it.
 */
export function readSource(path: string, bytes: Uint8Array): { source?: Source; diagnostics: Diagnostic[] } {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const content = hasMark ? bytes.subarray(3) : bytes
  const nul = content.indexOf(0)
  const text = decode(nul < 0 ? content : content.subarray(0, nul))
  if (nul < 0 && text.whole) return { source: new Source(path, text.decoded), diagnostics: [] }
  const source = new Source(path, text.decoded)
  const end = text.decoded.length
  const isWide = nul >= 0 && (bytes[0] === 0xff || bytes[0] === 0xfe || nul < 4)
  const found = text.whole
    ? 'a NUL byte'
    : `the byte 0x${(content[text.length] ?? 0).toString(16).padStart(2, '0')}, which is not UTF-8 here`
  const help = isWide ? 'the file looks like UTF-16: save it as UTF-8' : 'save the file as UTF-8'
  const span = { source, start: Math.max(0, end - 1), end }
  return { source, diagnostics: [diagnostic('P106', { message: `found ${found}`, span, help })] }
}

/** The longest prefix that is UTF-8, and its length in bytes. */
function decode(bytes: Uint8Array): { decoded: string; whole: boolean; length: number } {
  const whole = tryDecode(bytes)
  if (whole !== undefined) return { decoded: whole, whole: true, length: bytes.length }
  let low = 0
  let high = bytes.length
  while (low < high - 1) {
    const middle = (low + high) >> 1
    if (tryDecode(bytes.subarray(0, wholeCharacters(bytes, middle))) === undefined) high = middle
    else low = middle
  }
  const length = wholeCharacters(bytes, low)
  return { decoded: tryDecode(bytes.subarray(0, length)) ?? '', whole: false, length }
}

/** `end`, moved back to before a character that it would cut. */
function wholeCharacters(bytes: Uint8Array, end: number): number {
  let start = end
  while (start > 0 && end - start < 3 && (bytes[start - 1]! & 0xc0) === 0x80) start--
  const lead = bytes[start - 1] ?? 0
  const width = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return start > 0 && width > end - start + 1 ? start - 1 : end
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
