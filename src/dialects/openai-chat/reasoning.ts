/**
 * Reasoning in messages of this dialect. OpenAI's own chat API shows none; the servers that speak its dialect put
 * it into one of three fields, and the block remembers which, so that it goes back under the same name.
 */
import type { EncodeOptions } from '../dialect.ts'
import { compact, filledString, isArray, isObject } from '../json.ts'
import type { Json, JsonObject, ReasoningBlock } from '../neutral.ts'

export const REASONING_FIELDS = ['reasoning_content', 'reasoning', 'reasoning_details']

/** The text of `reasoning_details` (OpenRouter): pieces of text and summaries; encrypted ones have none. */
export function detailsText(message: JsonObject): string {
  const details = message['reasoning_details']
  if (!isArray(details)) return ''
  return details
    .map((detail) => (isObject(detail) ? (filledString(detail['text']) ?? filledString(detail['summary']) ?? '') : ''))
    .join('')
}

/** OpenRouter's name of the form that Anthropic's thinking has in its details. */
const ANTHROPIC_FORMAT = 'anthropic-claude-v1'

/** Anthropic's signature among the details that OpenRouter gives, which stays Anthropic's on every way. */
export function signatureIn(details: Json | undefined): ReasoningBlock['signature'] {
  for (const detail of isArray(details) ? details : []) {
    const value =
      isObject(detail) && detail['format'] === ANTHROPIC_FORMAT ? filledString(detail['signature']) : undefined
    if (value !== undefined) return { dialect: 'anthropic', value }
  }
  return undefined
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
  const extensions = { dialect: 'openai-chat' as const, fields }
  return [compact({ kind: 'reasoning' as const, text, signature: signatureIn(details), extensions })]
}

/** The server that reasoning goes back to. */
export interface ReasoningTarget {
  readonly model: string
  /** Where it takes reasoning that came through another dialect; it gets none where absent. */
  readonly field?: EncodeOptions['reasoningField']
}

/**
 * The fields that say the reasoning blocks of a message to a server. Reasoning that came through another dialect is
 * left out but where the server has a field for it: then it goes if nobody signed it, since what is signed is its
 * signer's alone; OpenRouter takes to Anthropic's models what they signed.
 */
export function encodeOwnReasoning(blocks: readonly ReasoningBlock[], { field, model }: ReasoningTarget): JsonObject {
  const own = blocks.filter(({ extensions }) => extensions?.dialect === 'openai-chat')
  if (0 < own.length || field === undefined) return encodeReasoning(own)
  const unsigned = blocks.filter(({ signature, redacted }) => signature === undefined && redacted === undefined)
  if (field === 'reasoning_details') {
    const details = (model.startsWith('anthropic/') ? blocks : unsigned).flatMap(encodeDetail)
    return details.length === 0 ? {} : { reasoning_details: details }
  }
  const text = unsigned.map((block) => block.text).join('')
  return text === '' ? {} : { [field]: text }
}

function encodeDetail({ text, signature, redacted }: ReasoningBlock, index: number): readonly JsonObject[] {
  if (redacted !== undefined)
    return redacted.dialect === 'anthropic'
      ? [{ type: 'reasoning.encrypted', data: redacted.data, format: ANTHROPIC_FORMAT, index }]
      : []
  if (signature !== undefined)
    return signature.dialect === 'anthropic'
      ? [{ type: 'reasoning.text', text, signature: signature.value, format: ANTHROPIC_FORMAT, index }]
      : []
  return text === '' ? [] : [{ type: 'reasoning.text', text, index }]
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
