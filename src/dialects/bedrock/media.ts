/**
 * Images and documents as this API takes them: bytes in a format that it names itself. Addresses and other providers'
 * file ids are not fetched.
 */
import { isObject } from '../json.ts'
import type { Losses } from '../losses.ts'
import type { DocumentBlock, ImageBlock, JsonObject, MediaSource } from '../neutral.ts'
import { findFamily } from './family.ts'

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

/** What the blocks of one request share. */
export interface BlockContext {
  readonly model: string
  /** A name of its own for each document of the request. */
  readonly nameOf: (title: string | undefined) => string
  readonly losses: Losses
}

export function encodeDocument(block: DocumentBlock, { model, nameOf, losses }: BlockContext): readonly JsonObject[] {
  const { source, title } = block
  const document = (format: string, from: JsonObject): readonly JsonObject[] => [
    { document: { format, name: nameOf(title), source: from, ...citingOf(block, model) } },
  ]
  switch (source.kind) {
    case 'text':
      return document('txt', { text: source.text })
    case 'base64': {
      // Bare base64 has no type; what starts like a PDF is one.
      const isPdf = source.mediaType === '' && source.data.startsWith('JVBER')
      const format = isPdf ? 'pdf' : DOCUMENT_FORMATS.get(source.mediaType)
      if (format !== undefined) return document(format, { bytes: source.data })
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

/** Whether Anthropic's models are to cite a document, and what they are told of it. */
function citingOf({ extensions }: DocumentBlock, model: string): JsonObject {
  if (extensions?.dialect !== 'anthropic' || findFamily(model) !== 'claude') return {}
  const { citations, context } = extensions.fields
  return { ...(isObject(citations) && { citations }), ...(typeof context === 'string' && { context }) }
}

function unfetched(what: string, field: string, { kind }: MediaSource, losses: Losses): readonly never[] {
  const by = kind === 'url' ? 'its address' : 'a file id of another provider'
  return losses.drop(field, `${what} is named by ${by}, and ${API} takes bytes only`)
}

/**
 * Names for the documents of one request. The API takes Latin letters, digits, single spaces, `-`, `_`, parentheses and
 * brackets, and no name twice.
 */
export function createNames(): (title: string | undefined) => string {
  const taken = new Set<string>()
  return (title) => {
    const fit = (title ?? '')
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^A-Za-z0-9\s()[\]_-]+/g, '-')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 180)
    const base = /[A-Za-z0-9]/.test(fit) ? fit : 'document'
    let name = base
    for (let n = 2; taken.has(name); n++) name = `${base} (${n})`
    taken.add(name)
    return name
  }
}
