/**
 * Files in parts: bytes that are sent along (`inlineData`) and files that are named (`fileData`). What is an image, a
 * sound or a document is told by the media type; what other dialects have no word for, such as video, is kept whole.
 */
import { compact, type Reader } from '../json.ts'
import type { Block, DialectName, JsonObject, MediaSource } from '../neutral.ts'
import { geminiExtensions } from './extensions.ts'

/** Formats of sound by OpenAI's names. */
const AUDIO_FORMATS: ReadonlyMap<string, string> = new Map([
  ['audio/wav', 'wav'],
  ['audio/mp3', 'mp3'],
  ['audio/aac', 'aac'],
  ['audio/ogg', 'ogg'],
  ['audio/flac', 'flac'],
  ['audio/aiff', 'aiff'],
])

const BY_ENDING: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['html', 'text/html'],
  ['csv', 'text/csv'],
  ['json', 'application/json'],
])

/** What stands beside a blob in its part, and the blob's own further fields. */
type Beside = JsonObject | undefined

export function decodeInline(blob: JsonObject, path: string, read: Reader, beside: Beside): Block | undefined {
  const mediaType = read.string(blob['mimeType'], `${path}.mimeType`)
  const data = read.string(blob['data'], `${path}.data`)
  if (mediaType === undefined || data === undefined)
    return read.refuse(path, `\`${path}\` lacks \`${mediaType === undefined ? 'mimeType' : 'data'}\``)
  const title = read.string(blob['displayName'], `${path}.displayName`)
  const named = title === undefined ? {} : { displayName: title }
  const type = mediaType.toLowerCase()
  if (type.startsWith('image/'))
    return withFields({ kind: 'image', source: { kind: 'base64', mediaType, data } }, { ...named, ...beside })
  if (type.startsWith('audio/')) {
    const format = AUDIO_FORMATS.get(type)
    const spelt = format === undefined || type !== mediaType ? { mimeType: mediaType } : {}
    return withFields({ kind: 'audio', data, format: format ?? type.slice(6) }, { ...named, ...spelt, ...beside })
  }
  if (type.startsWith('video/')) return undefined
  const source: MediaSource = { kind: 'base64', mediaType, data }
  return withFields(compact({ kind: 'document' as const, source, title }), { ...named, ...beside })
}

export function decodeFile(file: JsonObject, path: string, read: Reader, beside: Beside): Block | undefined {
  const uri = read.string(file['fileUri'], `${path}.fileUri`)
  if (uri === undefined) return read.refuse(`${path}.fileUri`, `\`${path}.fileUri\` is missing`)
  const mimeType = read.string(file['mimeType'], `${path}.mimeType`)
  const title = read.string(file['displayName'], `${path}.displayName`)
  const type = (mimeType ?? '').toLowerCase()
  // Without a type, or as sound and film, a named file is something that only Google takes.
  if (type === '' || /^(video|audio)\//.test(type)) return undefined
  const fields = compact({ mimeType, displayName: title, ...beside })
  const source = sourceOf(uri)
  if (type.startsWith('image/')) return withFields({ kind: 'image', source }, fields)
  return withFields(compact({ kind: 'document' as const, source, title }), fields)
}

/** An address that anybody can fetch, or a file of Google's own stores. */
function sourceOf(uri: string): MediaSource {
  const isOpen = /^https?:\/\//i.test(uri) && !/^https?:\/\/[a-z0-9.-]*googleapis\.com\//i.test(uri)
  return isOpen ? { kind: 'url', url: uri } : { kind: 'file', dialect: 'gemini', id: uri }
}

function withFields(block: Block, fields: JsonObject): Block {
  const extensions = geminiExtensions(fields)
  return extensions === undefined ? block : { ...block, extensions }
}

/** The media type of a sound in OpenAI's format. */
export function audioType(format: string): string {
  return `audio/${format === 'mpeg' ? 'mp3' : format}`
}

/** The media type that the ending of an address tells, or `otherwise`: Google wants one with every file. */
export function typeOfAddress(url: string, otherwise: string): string {
  const path = url.replace(/[?#].*$/s, '').slice(-200)
  return BY_ENDING.get(/\.([a-z0-9]{1,5})$/i.exec(path)?.[1]?.toLowerCase() ?? '') ?? otherwise
}

/** The part that names a file, or undefined where it is another provider's own. */
export function fileData(source: Exclude<MediaSource, { kind: 'base64' }>, type: string): JsonObject | undefined {
  const own: DialectName = 'gemini'
  if (source.kind === 'file' && source.dialect !== own) return undefined
  return { mimeType: type, fileUri: source.kind === 'url' ? source.url : source.id }
}
