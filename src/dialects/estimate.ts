/**
 * How many tokens a text or a call will be, near enough to reserve a budget: settled with what the provider
 * counts. One pass by classes of characters, in time linear in the text whatever it holds (real tokenizers are
 * quadratic on runs without a split point), the same at every provider and every time.
 *
 * The weights are fitted to the o200k vocabulary: words of Latin letters are one token up to about seven letters,
 * digits go by three, other alphabets by fewer characters a token.
 */
import { isArray } from './json.ts'
import type { Block, ChatCall, DialectName, JsonObject, MediaSource } from './neutral.ts'

/** Tokens of a message's frame: role and separators. */
const MESSAGE_TOKENS = 4
/** Anthropic's own instructions: 313 to 346 by its documents, 400 to 550 as recorded of newer models. */
const ANTHROPIC_TOOLS_TOKENS = 450
const ANTHROPIC_SCHEMA_TOKENS = 130
/** An image of middling size; providers count by pixels, which are not known here. */
const IMAGE_TOKENS = 1000
/** A second of audio is about ten tokens, and about sixteen kilobytes of base64. */
const AUDIO_BYTES_A_TOKEN = 1600
/** A PDF page is about two thousand tokens, and rarely under sixteen kilobytes of base64. */
const DOCUMENT_BYTES_A_TOKEN = 8

const KINDS = { none: 0, letter: 1, digit: 2, space: 3, newline: 4, mark: 5, wide: 6, other: 7 } as const
type CharacterClass = (typeof KINDS)[keyof typeof KINDS]

/** The estimated tokens of a text. */
export function countText(text: string): number {
  let tokens = 0
  let run: CharacterClass = KINDS.none
  let length = 0
  let accents = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const kind = classOf(code)
    if (kind !== run) {
      tokens += tokensOf(run, length, accents)
      run = kind
      length = 0
      accents = 0
    }
    length++
    if (kind === KINDS.letter && 0x7f < code) accents++
  }
  return Math.ceil(tokens + tokensOf(run, length, accents))
}

/**
 * The estimated input tokens of a call, with its tools and what is attached. `dialect` is the target's where it is
 * known; Anthropic puts instructions of its own before tools and before a schema.
 */
export function estimateInputTokens(call: ChatCall, dialect: DialectName | undefined = call.dialect): number {
  let tokens = 3
  if (dialect === 'anthropic' && call.tools.length > 0) tokens += ANTHROPIC_TOOLS_TOKENS
  if (dialect === 'anthropic' && call.responseFormat?.kind === 'json_schema') tokens += ANTHROPIC_SCHEMA_TOKENS
  if (call.system.length > 0) tokens += MESSAGE_TOKENS
  for (const block of call.system) tokens += countText(block.text)
  for (const message of call.messages) {
    tokens += MESSAGE_TOKENS + (message.name === undefined ? 0 : countText(message.name))
    for (const block of message.content) tokens += blockTokens(block)
  }
  for (const tool of call.tools) {
    const declared = tool.kind === 'opaque' ? tool.extensions?.fields : tool.parameters
    tokens +=
      8 +
      countText(tool.name) +
      countText(tool.description ?? '') +
      (declared === undefined ? 0 : countText(JSON.stringify(declared)))
  }
  if (call.responseFormat?.kind === 'json_schema') tokens += countText(JSON.stringify(call.responseFormat.schema))
  return tokens
}

function blockTokens(block: Block): number {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return countText(block.text)
    case 'reasoning':
      return countText(block.text) + Math.ceil((block.redacted?.data.length ?? 0) / 8)
    case 'image':
      return IMAGE_TOKENS
    case 'audio':
      return Math.ceil(block.data.length / AUDIO_BYTES_A_TOKEN)
    case 'document':
      return block.source.kind === 'text' ? countText(block.source.text) : sourceTokens(block.source)
    case 'tool_call':
      return 8 + countText(block.name) + countText(block.arguments)
    case 'tool_result':
      return block.content.reduce((sum, inner) => sum + blockTokens(inner), 8)
    case 'opaque':
      return opaqueTokens(block.value)
  }
}

/**
 * Bytes in a part that only its dialect knows are of a sound or a film, and no text; what tools of the provider drew is
 * an image. Prompts in tokens are counted already.
 */
function opaqueTokens(value: JsonObject): number {
  const { type, prompt, result } = value
  if (type === 'tokens' && isArray(prompt)) return prompt.flat().length
  if (type === 'image_generation_call' && result !== undefined) return IMAGE_TOKENS
  let bytes = 0
  const text = JSON.stringify(value, (key, item: unknown) => {
    if (key !== 'data' || typeof item !== 'string') return item
    bytes += item.length
    return undefined
  })
  return countText(text) + Math.ceil(bytes / AUDIO_BYTES_A_TOKEN)
}

function sourceTokens(source: MediaSource): number {
  return source.kind === 'base64' ? Math.ceil(source.data.length / DOCUMENT_BYTES_A_TOKEN) : IMAGE_TOKENS
}

function classOf(code: number): CharacterClass {
  if ((97 <= code && code <= 122) || (65 <= code && code <= 90)) return KINDS.letter
  if (48 <= code && code <= 57) return KINDS.digit
  if (code === 32 || code === 9) return KINDS.space
  if (code === 10 || code === 13) return KINDS.newline
  if (code < 0xc0) return KINDS.mark
  if (code < 0x250) return KINDS.letter
  // Han, kana, Hangul and their full-width forms.
  if ((0x2e80 <= code && code <= 0xd7ff) || (0xf900 <= code && code <= 0xfaff) || (0xff00 <= code && code <= 0xffef))
    return KINDS.wide
  return KINDS.other
}

function tokensOf(kind: CharacterClass, length: number, accents: number): number {
  switch (kind) {
    case KINDS.none:
      return 0
    case KINDS.letter:
      // The space before a word belongs to its token.
      return accents === 0 ? (length <= 7 ? 1.03 : length / 5.5) : Math.max(1.2, length / 3.5)
    case KINDS.digit:
      return Math.ceil(length / 3)
    case KINDS.space:
      return length === 1 ? 0.02 : 1 + length / 64
    case KINDS.newline:
      return 0.7 + length / 64
    case KINDS.mark:
      return length === 1 ? 0.75 : length * 0.6
    case KINDS.wide:
      return length * 0.75
    case KINDS.other:
      // Cyrillic, Greek, Arabic, Indic scripts; each half of an emoji counts.
      return length * 0.42 + 0.4
  }
}
