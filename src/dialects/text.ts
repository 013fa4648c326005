/** What a call says, for those who decide on it: its text, and plain facts about it. */
import { kindsIn } from './block-kinds.ts'
import { isArray, isObject } from './json.ts'
import type { Block, ChatCall, Json } from './neutral.ts'

/** All text that the caller sent, in order: system, messages, reasoning, arguments of calls, and their results. */
export function textOf(call: ChatCall): string {
  const texts: string[] = call.system.map(({ text }) => text)
  for (const message of call.messages) for (const block of message.content) addText(block, texts)
  return texts.filter((text) => text !== '').join('\n')
}

/** What of a call decides which targets can serve it. */
export interface CallFacts {
  readonly has_tools: boolean
  readonly has_images: boolean
  readonly has_audio: boolean
  readonly has_documents: boolean
  readonly has_schema: boolean
  readonly has_reasoning: boolean
  readonly messages: number
  readonly max_tokens: number | undefined
  readonly temperature: number | undefined
  readonly stream: boolean
}

export function factsOf(call: ChatCall): CallFacts {
  const kinds = new Set<Block['kind']>()
  for (const { content } of call.messages) for (const kind of content.flatMap(kindsIn)) kinds.add(kind)
  const { reasoning } = call
  return {
    has_tools: call.tools.length > 0,
    has_images: kinds.has('image'),
    has_audio: kinds.has('audio') || asksForAudio(call),
    has_documents: kinds.has('document'),
    has_schema: call.responseFormat?.kind === 'json_schema',
    has_reasoning: reasoning !== undefined && reasoning.enabled !== false && reasoning.effort !== 'none',
    messages: call.messages.length + (call.system.length > 0 ? 1 : 0),
    max_tokens: call.maxTokens,
    temperature: call.temperature,
    stream: call.stream,
  }
}

function asksForAudio(call: ChatCall): boolean {
  const modalities = call.extensions?.fields['modalities']
  return isArray(modalities) && modalities.includes('audio')
}

function addText(block: Block, texts: string[]): void {
  switch (block.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      texts.push(block.text)
      return
    case 'tool_call':
      texts.push(block.arguments)
      return
    case 'tool_result':
      for (const inner of block.content) addText(inner, texts)
      return
    case 'document':
      if (block.title !== undefined) texts.push(block.title)
      if (block.source.kind === 'text') texts.push(block.source.text)
      return
    case 'opaque':
      addStrings(block.value, texts)
      return
    case 'image':
    case 'audio':
      return
  }
}

/** Keys whose strings are bytes, ciphers or names rather than text. */
const NOT_TEXT = new Set([
  'type',
  'id',
  'data',
  'media_type',
  'encrypted_content',
  'encrypted_index',
  'signature',
  'tool_use_id',
  'file_id',
  'cache_control',
  'mimeType',
  'fileUri',
  'thoughtSignature',
])

function addStrings(value: Json, texts: string[]): void {
  if (typeof value === 'string') texts.push(value)
  else if (isArray(value)) for (const item of value) addStrings(item, texts)
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) if (!NOT_TEXT.has(key)) addStrings(item, texts)
}
