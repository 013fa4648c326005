/** The contents of a request → neutral messages: turns of the user and of the model, with calls and their results. */
import { didYouMean } from '../../diagnostics/suggest.ts'
import { fieldsBeside, type Reader } from '../json.ts'
import type { Json, Message, TextBlock } from '../neutral.ts'
import { decodePart, partsOf, type ToolIds } from './decode-part.ts'
import { geminiExtensions } from './extensions.ts'
import { makeToolId } from './tool-id.ts'

const ROLES = ['user', 'model']
const CONTENT_FIELDS = new Set(['role', 'parts'])

export function decodeContents(list: readonly Json[], read: Reader): readonly Message[] {
  const ids = createToolIds()
  return list.flatMap((value, i) => decodeContent(value, `contents[${i}]`, read, ids.inTurn(i)) ?? [])
}

function decodeContent(value: Json, path: string, read: Reader, ids: ToolIds): Message | undefined {
  const content = read.object(value, path)
  if (content === undefined) return read.refuse(path, `\`${path}\` is null where an object is wanted`)
  const said = read.string(content['role'], `${path}.role`) ?? 'user'
  // Older clients give results a role of their own.
  const role = said === 'model' ? 'assistant' : said === 'user' || said === 'function' ? 'user' : undefined
  if (role === undefined) {
    const help = didYouMean(said, ROLES)
    return read.refuse(
      `${path}.role`,
      `\`${path}.role\` is "${said.slice(0, 40)}" where user or model is wanted${help === undefined ? '' : `: ${help}`}`,
    )
  }
  const blocks = partsOf(content, path, read).flatMap(
    (part, i) => decodePart(part, `${path}.parts[${i}]`, read, ids) ?? [],
  )
  const extensions = geminiExtensions(fieldsBeside(content, CONTENT_FIELDS))
  return { role, content: blocks, ...(extensions !== undefined && { extensions }) }
}

/** The system's texts; its role says nothing. */
export function decodeSystem(value: Json | undefined, read: Reader): readonly TextBlock[] {
  if (typeof value === 'string') return value === '' ? [] : [{ kind: 'text', text: value }]
  const content = read.object(value, 'systemInstruction')
  return partsOf(content, 'systemInstruction', read).flatMap((part, i) => {
    const path = `systemInstruction.parts[${i}]`
    const block = decodePart(part, path, read, createToolIds().inTurn(0))
    if (block === undefined) return []
    return block.kind === 'text' ? block : (read.refuse(path, `\`${path}\` is no text`) ?? [])
  })
}

/**
 * Ids of calls and results. A result without an id answers the first call of its name that is not answered yet, which
 * is how Google matches them.
 */
function createToolIds(): { readonly inTurn: (turn: number) => ToolIds } {
  const open: { readonly id: string; readonly name: string }[] = []
  const take = (is: (call: { readonly id: string; readonly name: string }) => boolean): string | undefined => {
    const at = open.findIndex(is)
    return at === -1 ? undefined : open.splice(at, 1)[0]!.id
  }
  return {
    inTurn: (turn) => {
      let ordinal = 0
      return {
        ofCall: (given, name) => {
          const id = given ?? makeToolId(String(turn), ordinal++)
          open.push({ id, name })
          return id
        },
        ofResult: (given, name) =>
          given === undefined
            ? (take((call) => call.name === name) ?? makeToolId(`r${turn}`, ordinal++))
            : (take((call) => call.id === given) ?? given),
      }
    },
  }
}
