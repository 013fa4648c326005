/**
 * Images and documents as this API takes them: bytes in a format that it names itself. Addresses and other providers'
 * file ids are not fetched.
 */
import type { Losses } from '../losses.ts'
import type { DocumentBlock, ImageBlock, JsonObject, MediaSource } from '../neutral.ts'

const IMAGE_FORMATS: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
])

const DOCUMENT_FORMATS: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/markdown', 'md'],
  ['text/plain', 'txt'],
])

const API = "Amazon Bedrock's Converse API"

export function encodeImage({ source, detail }: ImageBlock, losses: Losses): readonly JsonObject[] {
  if (detail === 'low')
    losses.add('messages.content.image_url.detail', `an image asks for low detail, which ${API} cannot say`)
  if (source.kind !== 'base64') return unfetched('an image', 'messages.content.image_url', source, losses)
  const format = IMAGE_FORMATS.get(source.mediaType)
  if (format !== undefined) return [{ image: { format, source: { bytes: source.data } } }]
  return losses.drop(
    'messages.content.image_url',
    `an image is of type ${source.mediaType.slice(0, 40)}, and ${API} takes jpeg, png, gif and webp`,
  )
}

/** `nameOf` gives each document of the request a name of its own. */
export function encodeDocument(
  { source, title }: DocumentBlock,
  nameOf: (title: string | undefined) => string,
  losses: Losses,
): readonly JsonObject[] {
  switch (source.kind) {
    case 'text':
      return [{ document: { format: 'txt', name: nameOf(title), source: { text: source.text } } }]
    case 'base64': {
      // Bare base64 has no type; what starts like a PDF is one.
      const isPdf = source.mediaType === '' && source.data.startsWith('JVBER')
      const format = isPdf ? 'pdf' : DOCUMENT_FORMATS.get(source.mediaType)
      if (format !== undefined) return [{ document: { format, name: nameOf(title), source: { bytes: source.data } } }]
      return losses.drop(
        'messages.content.file',
        `a file is of type ${source.mediaType.slice(0, 60) || 'unknown'}, which ${API} does not take`,
      )
    }
    case 'url':
    case 'file':
      return unfetched('a document', 'messages.content.file', source, losses)
  }
}

function unfetched(what: string, field: string, { kind }: MediaSource, losses: Losses): readonly never[] {
  const by = kind === 'url' ? 'its address' : 'a file id of another provider'
  return losses.drop(field, `${what} is named by ${by}, and ${API} takes bytes only`)
}

/**
 * Names for the documents of one request. The API takes letters, digits, single spaces, `-`, `_`, parentheses and
 * brackets, and no name twice.
 */
export function createNames(): (title: string | undefined) => string {
  const taken = new Set<string>()
  return (title) => {
    const fit = (title ?? '')
      .replace(/[^\p{L}\p{N}\s()[\]_-]+/gu, '-')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 180)
    const base = fit === '' ? 'document' : fit
    let name = base
    for (let n = 2; taken.has(name); n++) name = `${base} (${n})`
    taken.add(name)
    return name
  }
}
