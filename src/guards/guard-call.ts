/**
 * Guards a request: every text that its caller sent, wherever it stands. Texts are taken in their order, so that
 * placeholders are numbered as they are read.
 */
import type { ChatCall, Message, Tool } from '../dialects/neutral.ts'
import type { Blocked } from './findings.ts'
import { guardBlock } from './guard-blocks.ts'
import type { Guarding } from './guarded-text.ts'
import { createWholeTexts, guardExtensions, type WholeTexts } from './whole-texts.ts'

export type GuardedCall =
  | { readonly kind: 'passed'; readonly call: ChatCall; readonly isChanged: boolean }
  /** `where` is the part of the call, in neutral words: `messages[2]`. */
  | { readonly kind: 'blocked'; readonly blocked: Blocked; readonly where: string }

export function guardCall(call: ChatCall, guarding: Guarding): GuardedCall {
  const texts = createWholeTexts(guarding)
  let where: string | undefined
  const at = <T>(place: string, value: T): T => {
    if (texts.blocked() !== undefined) where ??= place
    return value
  }
  const guarded: ChatCall = {
    ...call,
    system: call.system.map((block) => at('system', guardBlock(block, texts))),
    tools: call.tools.map((tool, i) => at(`tools[${i}]`, guardTool(tool, texts))),
    messages: call.messages.map((message, i) => at(`messages[${i}]`, guardMessage(message, texts))),
    stop: call.stop.map((each) => at('stop', texts.text(each).text)),
    ...(call.responseFormat?.kind === 'json_schema'
      ? {
          responseFormat: at('response_format', {
            ...call.responseFormat,
            schema: texts.value(call.responseFormat.schema),
            ...(call.responseFormat.description === undefined
              ? {}
              : { description: texts.text(call.responseFormat.description).text }),
          }),
        }
      : {}),
    ...(call.user === undefined ? {} : { user: at('user', texts.text(call.user, 'user: ').text) }),
  }
  const all = at('the body', guardExtensions(guarded, texts))
  const blocked = texts.blocked()
  if (blocked !== undefined) return { kind: 'blocked', blocked, where: where ?? 'the body' }
  const isChanged = texts.isChanged()
  return { kind: 'passed', call: isChanged ? all : call, isChanged }
}

function guardMessage(message: Message, texts: WholeTexts): Message {
  return guardExtensions(
    {
      ...message,
      ...(message.name === undefined ? {} : { name: texts.text(message.name, 'name: ').text }),
      content: message.content.map((block) => guardBlock(block, texts)),
    },
    texts,
  )
}

/** What a tool is called stays: calls name it. */
function guardTool(tool: Tool, texts: WholeTexts): Tool {
  return guardExtensions(
    {
      ...tool,
      ...(tool.description === undefined ? {} : { description: texts.text(tool.description).text }),
      ...(tool.parameters === undefined ? {} : { parameters: texts.value(tool.parameters) }),
    },
    texts,
  )
}
