/**
 * Google's signatures of calls, as its own OpenAI API carries them: `extra_content.google.thought_signature` beside the
 * call. Clients bring it back with the call; only Google's models take it, and other servers refuse what they do not
 * know.
 */
import { filledString, isObject } from '../json.ts'
import type { Block, ChatCall, JsonObject, ToolCallBlock } from '../neutral.ts'

/** What says a signature beside a call; nothing for those of other providers. */
export function extraContentOf(signature: ToolCallBlock['signature']): JsonObject {
  return signature?.dialect === 'gemini' ? { extra_content: { google: { thought_signature: signature.value } } } : {}
}

/** Whether the history holds calls with Google's signature. */
export function hasSignedCalls({ messages }: ChatCall): boolean {
  return messages.some(({ content }) => content.some((block) => block.kind === 'tool_call' && isSigned(block)))
}

/** The call with Google's signatures where `model` is one of Google's, and without them where not. */
export function fitSignatures(call: ChatCall, model: string): ChatCall {
  if (!hasSignedCalls(call)) return call
  const isGoogles = /gemini/i.test(model)
  const fit = (block: Block): Block => {
    if (block.kind !== 'tool_call' || !isSigned(block)) return block
    const { extra_content: carried, ...rest } =
      block.extensions?.dialect === 'openai-chat' ? block.extensions.fields : {}
    const kept = isGoogles
      ? { ...(carried !== undefined && { extra_content: carried }), ...extraContentOf(block.signature) }
      : {}
    return { ...block, extensions: { dialect: 'openai-chat', fields: { ...rest, ...kept } } }
  }
  return { ...call, messages: call.messages.map((message) => ({ ...message, content: message.content.map(fit) })) }
}

function isSigned(block: ToolCallBlock): boolean {
  const extra = block.extensions?.dialect === 'openai-chat' ? block.extensions.fields['extra_content'] : undefined
  const google = isObject(extra) && isObject(extra['google']) ? extra['google'] : {}
  return block.signature?.dialect === 'gemini' || filledString(google['thought_signature']) !== undefined
}
