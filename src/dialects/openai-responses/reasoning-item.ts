/**
 * Reasoning items to and from reasoning blocks.
 *
 * What another provider thought goes to a client as a summary, with its signature inside `encrypted_content`: clients
 * send that field back untouched, so that a tool loop can go on at the provider that signed. Such an item is marked,
 * and never sent to a provider of this dialect, which knows neither its id nor its cipher.
 */
import { compact, fieldsBeside, filledString, isArray, isObject, parseJson } from '../json.ts'
import type { DialectName, Json, JsonObject, ReasoningBlock } from '../neutral.ts'
import { ownFields, responsesExtensions } from './extensions.ts'

/** Begins the `encrypted_content` of items that this gateway made. */
const CARRIED = 'policyc:'
const ITEM_FIELDS = new Set(['type', 'encrypted_content'])

/** What stands between the parts of a summary where they are told as one text. */
export const PART_BREAK = '\n\n'

export function decodeReasoningItem(item: JsonObject): ReasoningBlock {
  const encrypted = filledString(item['encrypted_content'])
  const text = textsOf(item['content']) || textsOf(item['summary'])
  if (encrypted?.startsWith(CARRIED))
    return {
      kind: 'reasoning',
      text,
      ...signed(parseJson(encrypted.slice(CARRIED.length))),
      extensions: { dialect: 'openai-responses', fields: { carried: true } },
    }
  return compact({
    kind: 'reasoning' as const,
    text,
    signature: encrypted === undefined ? undefined : { dialect: 'openai-responses' as const, value: encrypted },
    extensions: responsesExtensions(fieldsBeside(item, ITEM_FIELDS)),
  })
}

function textsOf(parts: Json | undefined): string {
  if (!isArray(parts)) return ''
  return parts.map((part) => (isObject(part) ? (filledString(part['text']) ?? '') : '')).join(PART_BREAK)
}

/** Only compared with the names of dialects, so that a name which is none is nobody's. */
function signed(value: Json | undefined): Pick<ReasoningBlock, 'signature' | 'redacted'> {
  if (!isObject(value)) return {}
  const dialect = filledString(value['dialect']) as DialectName | undefined
  const signature = filledString(value['signature'])
  const data = filledString(value['redacted'])
  if (dialect === undefined) return {}
  if (signature !== undefined) return { signature: { dialect, value: signature } }
  return data === undefined ? {} : { redacted: { dialect, data } }
}

/** Whether the block came from a client that had it from this gateway, and of another provider. */
export function isCarried(block: ReasoningBlock): boolean {
  return ownFields(block.extensions)['carried'] === true
}

/** The item for a provider of this dialect, or nothing where it did not make it. */
export function encodeOwnReasoning(block: ReasoningBlock): readonly JsonObject[] {
  if (block.extensions?.dialect !== 'openai-responses' || isCarried(block)) return []
  return [
    {
      type: 'reasoning',
      summary: [],
      ...block.extensions.fields,
      ...(block.signature?.dialect === 'openai-responses' && { encrypted_content: block.signature.value }),
    },
  ]
}

/** The item for a client, whoever thought it. */
export function encodeReasoningItem(block: ReasoningBlock, id: string): JsonObject {
  const [own] = encodeOwnReasoning(block)
  if (own !== undefined) return { id, ...own }
  return { id, type: 'reasoning', summary: summaryOf(block.text), encrypted_content: carry(block) }
}

export function summaryOf(text: string): readonly JsonObject[] {
  return text === '' ? [] : [{ type: 'summary_text', text }]
}

/** The `encrypted_content` of reasoning that a provider of another dialect made, or of one that signs nothing. */
export function carry({ signature, redacted }: Pick<ReasoningBlock, 'signature' | 'redacted'>): string {
  const proof =
    signature !== undefined
      ? { dialect: signature.dialect, signature: signature.value }
      : redacted !== undefined
        ? { dialect: redacted.dialect, redacted: redacted.data }
        : {}
  return `${CARRIED}${JSON.stringify(proof)}`
}
