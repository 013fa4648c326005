/** Reads a text file whole, or says in words why it cannot be read. */
import { readFile, stat } from 'node:fs/promises'

export type TextRead = { readonly text: string } | { readonly refusal: string }

/** The text of a UTF-8 file of at most `bytesMax` bytes; a byte order mark is left out. */
export async function readText(path: string, bytesMax: number): Promise<TextRead> {
  try {
    const found = await stat(path)
    if (found.isCharacterDevice() || found.isBlockDevice()) return { refusal: 'it is a device' }
    const { size } = found
    if (size > bytesMax) return { refusal: `it has ${size} bytes, and ${bytesMax} are the most` }
    const bytes = await readFile(path)
    if (bytes.length > bytesMax) return { refusal: `it has more than ${bytesMax} bytes` }
    if (bytes.includes(0)) return { refusal: 'it is not text' }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    return { refusal: refusalOf(error) }
  }
}

function refusalOf(error: unknown): string {
  const code = (error as { code?: unknown }).code
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file'
    case 'EISDIR':
      return 'it is a folder'
    case 'EACCES':
    case 'EPERM':
      return 'its permissions do not allow it'
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'it is not UTF-8 text'
    default:
      return typeof code === 'string' ? `the system says ${code}` : 'its name is not one that a file can have'
  }
}
