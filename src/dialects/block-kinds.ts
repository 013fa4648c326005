/** What a block holds, for those who decide by it: also inside results, and in parts that only Google knows. */
import { filledString, isObject } from './json.ts'
import type { Block, JsonObject, OpaqueBlock } from './neutral.ts'

type Kind = Block['kind']

export function kindsIn(block: Block): readonly Kind[] {
  switch (block.kind) {
    case 'tool_result':
      return ['tool_result', ...block.content.flatMap(kindsIn)]
    case 'opaque':
      return ['opaque', ...mediaKinds(block)]
    default:
      return [block.kind]
  }
}

/** Google's films, and files that it alone can open: a film is seen, and a file without a type may be anything. */
function mediaKinds({ dialect, value }: OpaqueBlock): readonly Kind[] {
  const media = value['inlineData'] ?? value['fileData']
  if (dialect !== 'gemini' || !isObject(media)) return []
  const type = mediaType(media)
  if (type.startsWith('audio/')) return ['audio']
  return type.startsWith('video/') || type.startsWith('image/') ? ['image'] : ['document']
}

function mediaType(media: JsonObject): string {
  return (filledString(media['mimeType']) ?? '').toLowerCase()
}
