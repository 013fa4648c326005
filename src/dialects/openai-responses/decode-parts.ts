/** The content parts of items, in requests and in answers, → neutral blocks. */
import { didYouMean } from '../../diagnostics/suggest.ts'
import { splitDataUrl } from '../data-url.ts'
import { compact, fieldsBeside, isArray, isObject, type Reader } from '../json.ts'
import type { Block, Json, JsonObject, MediaSource, TextBlock } from '../neutral.ts'
import { responsesExtensions } from './extensions.ts'

const PART_TYPES = ['input_text', 'output_text', 'input_image', 'input_file', 'input_audio', 'refusal']
const TEXT_FIELDS = new Set(['type', 'text', 'annotations'])
const REFUSAL_FIELDS = new Set(['type', 'refusal'])
const IMAGE_FIELDS = new Set(['type', 'image_url', 'file_id', 'detail'])
const FILE_FIELDS = new Set(['type', 'file_data', 'file_id', 'file_url', 'filename'])
const AUDIO_FIELDS = new Set(['type', 'input_audio'])

/** A string, or a list of parts. */
export function decodeContent(value: Json | undefined, path: string, read: Reader): readonly Block[] {
  if (typeof value === 'string') return [{ kind: 'text', text: value }]
  if (value == null) return read.refuse(path, `\`${path}\` is missing`) ?? []
  if (!isArray(value)) {
    const found = isObject(value) ? 'an object' : `a ${typeof value}`
    return read.refuse(path, `\`${path}\` is ${found} where a string or a list of parts is wanted`) ?? []
  }
  return value.flatMap((part, i) => decodePart(part, `${path}[${i}]`, read) ?? [])
}

/** One part, whole. Types that are not known belong to this dialect alone and are kept as they are. */
export function decodePart(value: Json, path: string, read: Reader): Block | undefined {
  const part = read.object(value, path)
  if (part === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`)
  const type = read.string(part['type'], `${path}.type`)
  if (type === undefined) return read.refuse(`${path}.type`, `\`${path}.type\` is missing`)
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return decodeText(part, path, read)
    case 'refusal': {
      const text = read.string(part['refusal'], `${path}.refusal`)
      if (text === undefined) return read.refuse(`${path}.refusal`, `\`${path}.refusal\` is missing`)
      const extensions = responsesExtensions(fieldsBeside(part, REFUSAL_FIELDS))
      return compact({ kind: 'refusal' as const, text, extensions })
    }
    case 'input_image':
      return decodeImage(part, path, read)
    case 'input_file':
      return decodeFile(part, path, read)
    case 'input_audio':
      return decodeAudio(part, path, read)
    default: {
      const help = didYouMean(type, PART_TYPES)
      if (help === undefined)
        return {
          kind: 'opaque',
          dialect: 'openai-responses',
          value: part,
          extensions: responsesExtensions({ part: true })!,
        }
      const wanted = `where one of ${PART_TYPES.join(', ')} is wanted: ${help}`
      return read.refuse(`${path}.type`, `\`${path}.type\` is "${type}" ${wanted}`)
    }
  }
}

function decodeText(part: JsonObject, path: string, read: Reader): TextBlock | undefined {
  const text = read.string(part['text'], `${path}.text`)
  if (text === undefined) return read.refuse(`${path}.text`, `\`${path}.text\` is missing`)
  const annotations = part['annotations']
  const { logprobs, ...beside } = fieldsBeside(part, TEXT_FIELDS) ?? {}
  const isSaid = isArray(logprobs) && logprobs.length > 0
  return compact({
    kind: 'text' as const,
    text,
    citations:
      isArray(annotations) && annotations.length > 0
        ? { dialect: 'openai-responses' as const, items: annotations }
        : undefined,
    extensions: responsesExtensions({ ...beside, ...(isSaid && { logprobs }) }),
  })
}

function decodeImage(part: JsonObject, path: string, read: Reader): Block | undefined {
  const url = read.string(part['image_url'], `${path}.image_url`)
  const id = read.string(part['file_id'], `${path}.file_id`)
  const source = url !== undefined ? sourceOf(url) : id !== undefined ? fileOf(id) : undefined
  if (source === undefined) return read.refuse(path, `\`${path}\` has neither image_url nor file_id`)
  return compact({
    kind: 'image' as const,
    source,
    detail: read.string(part['detail'], `${path}.detail`),
    extensions: responsesExtensions(fieldsBeside(part, IMAGE_FIELDS)),
  })
}

function decodeFile(part: JsonObject, path: string, read: Reader): Block | undefined {
  const data = read.string(part['file_data'], `${path}.file_data`)
  const url = read.string(part['file_url'], `${path}.file_url`)
  const id = read.string(part['file_id'], `${path}.file_id`)
  const source =
    data !== undefined
      ? dataOf(data)
      : url !== undefined
        ? { kind: 'url' as const, url }
        : id !== undefined
          ? fileOf(id)
          : undefined
  if (source === undefined) return read.refuse(path, `\`${path}\` has none of file_data, file_url and file_id`)
  return compact({
    kind: 'document' as const,
    source,
    title: read.string(part['filename'], `${path}.filename`),
    extensions: responsesExtensions(fieldsBeside(part, FILE_FIELDS)),
  })
}

function decodeAudio(part: JsonObject, path: string, read: Reader): Block | undefined {
  const audio = read.object(part['input_audio'], `${path}.input_audio`)
  const data = read.string(audio?.['data'], `${path}.input_audio.data`)
  const format = read.string(audio?.['format'], `${path}.input_audio.format`)
  if (data === undefined || format === undefined)
    return read.refuse(`${path}.input_audio`, `\`${path}.input_audio\` lacks data or format`)
  const extensions = responsesExtensions(fieldsBeside(part, AUDIO_FIELDS))
  return compact({ kind: 'audio' as const, data, format, extensions })
}

const fileOf = (id: string): MediaSource => ({ kind: 'file', dialect: 'openai-responses', id })

function sourceOf(url: string): MediaSource {
  const split = splitDataUrl(url)
  return split === undefined ? { kind: 'url', url } : { kind: 'base64', ...split }
}

/** File data is a data URL by the documents, but bare base64 is taken too. */
function dataOf(data: string): MediaSource {
  const split = splitDataUrl(data)
  return split === undefined ? { kind: 'base64', mediaType: '', data } : { kind: 'base64', ...split }
}
