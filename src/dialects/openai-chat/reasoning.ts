/**
 * Reasoning in messages of this dialect. OpenAI's own chat API shows none; the servers that speak its dialect put
 * it into one of three fields, and the block remembers which, so that it goes back under the same name.
 */
import { filledString, isArray, isObject } from '../json.ts'
import type { JsonObject, ReasoningBlock } from '../neutral.ts'

export const REASONING_FIELDS = ['reasoning_content', 'reasoning', 'reasoning_details']

/** The text of `reasoning_details` (OpenRouter): pieces of text and summaries; encrypted ones have none. */
export function detailsText(message: JsonObject): string {
  const details = message['reasoning_details']
  if (!isArray(details)) return ''
  return details
    .map((detail) => (isObject(detail) ? (filledString(detail['text']) ?? filledString(detail['summary']) ?? '') : ''))
    .join('')
}

/** The reasoning that a whole message holds: one block or none. */
export function decodeReasoning(message: JsonObject): readonly ReasoningBlock[] {
  const named = filledString(message['reasoning_content']) !== undefined ? 'reasoning_content' : 'reasoning'
  const text = filledString(message[named]) ?? detailsText(message)
  const details = message['reasoning_details']
  const hasDetails = isArray(details) && details.length > 0
  if (text === '' && !hasDetails) return []
  const fields: JsonObject = {
    ...(filledString(message[named]) !== undefined && { field: named }),
    ...(hasDetails && { reasoning_details: details }),
  }
  return [{ kind: 'reasoning', text, extensions: { dialect: 'openai-chat', fields } }]
}

/**
 * The fields that say the reasoning blocks of a message to a server. Reasoning that came through another dialect is
 * left out but where the server has a field for it: then it goes if nobody signed it, since what is signed is its
 * signer's alone.
 */
export function encodeOwnReasoning(blocks: readonly ReasoningBlock[], field: string | undefined): JsonObject {
  const own = blocks.filter(({ extensions }) => extensions?.dialect === 'openai-chat')
  if (0 < own.length || field === undefined) return encodeReasoning(own)
  const unsigned = blocks.filter(({ signature, redacted }) => signature === undefined && redacted === undefined)
  const text = unsigned.map((block) => block.text).join('')
  return text === '' ? {} : { [field]: text }
}

/** The fields that show reasoning to a client, whoever made it; signatures and encrypted parts are not shown. */
export function encodeReasoning(blocks: readonly ReasoningBlock[]): JsonObject {
  const text = blocks.map((block) => block.text).join('')
  const fields = blocks.map(({ extensions }) => (extensions?.dialect === 'openai-chat' ? extensions.fields : {}))
  const name =
    filledString(fields.find(({ field }) => filledString(field) !== undefined)?.['field']) ?? 'reasoning_content'
  const details = fields.flatMap(({ reasoning_details: list }) => (isArray(list) ? list : []))
  const isOnlyDetails = details.length > 0 && fields.every(({ field }) => field === undefined)
  return {
    ...(text !== '' && !isOnlyDetails && { [name]: text }),
    ...(details.length > 0 && { reasoning_details: details }),
  }
}
