/** What servers want that speak the dialect of OpenAI in an older form. */
import type { EncodeOptions } from '../dialect.ts'
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

/** The messages with the role and the form of content that the target knows. */
export function fitMessages(messages: readonly JsonObject[], options: EncodeOptions): readonly JsonObject[] {
  const renamed =
    options.systemRole === undefined
      ? messages
      : messages.map((message) => (message['role'] === 'developer' ? { ...message, role: 'system' } : message))
  return options.plainContent === true
    ? renamed.map((message) => ({ ...message, content: joined(message['content']) }))
    : renamed
}

/** Only text can be joined: a list with anything else in it stays. */
function joined(content: Json | undefined): Json {
  if (!isArray(content)) return content ?? null
  const texts = content.flatMap((part) => (isObject(part) && typeof part['text'] === 'string' ? [part['text']] : []))
  return texts.length === content.length ? texts.join('\n') : content
}
