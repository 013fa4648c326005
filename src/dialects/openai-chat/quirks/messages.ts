/** Quirks of the messages of a chat completion request. */
import { isArray, isObject } from '../../json.ts'
import type { Json, JsonObject } from '../../neutral.ts'
import type { Quirk } from '../../quirk.ts'
import { without } from './fields.ts'

/** The body with every message changed; the same object where none is. */
export function eachMessage(body: JsonObject, change: (message: JsonObject) => JsonObject): JsonObject {
  const messages = body['messages']
  if (!isArray(messages)) return body
  const changed = messages.map((message) => (isObject(message) ? change(message) : message))
  return changed.every((message, i) => message === messages[i]) ? body : { ...body, messages: changed }
}

/** Knows no `developer`: what that role says is said by `system`. */
export const systemRole: Quirk = {
  name: 'system_role',
  fit: (body) =>
    eachMessage(body, (message) => (message['role'] === 'developer' ? { ...message, role: 'system' } : message)),
}

/** Takes content as a string only. A list with anything but text in it stays: it cannot be joined. */
export const stringContent: Quirk = {
  name: 'string_content',
  fit: (body) =>
    eachMessage(body, (message) => {
      const text = textIn(message['content'])
      return text === undefined ? message : { ...message, content: text }
    }),
}

/** A list of nothing but texts as one text. */
function textIn(content: Json | undefined): string | undefined {
  if (!isArray(content)) return undefined
  const texts = content.flatMap((part) => (isObject(part) && typeof part['text'] === 'string' ? [part['text']] : []))
  return texts.length === content.length ? texts.join('\n') : undefined
}

/** Refuses the names of participants. */
export const noNames: Quirk = {
  name: 'no_names',
  fit: (body, { lose }) =>
    eachMessage(body, (message) => {
      if (message['role'] === 'tool' || !('name' in message)) return message
      if (message['name'] !== null) lose('messages.name', 'this provider takes no names of participants')
      return without(message, 'name')
    }),
}

/** Refuses these fields of a former answer, which say something beside its words: the next one does without them. */
export function noAsides(...fields: readonly string[]): Quirk {
  return { name: 'no_asides', fit: (body) => eachMessage(body, (message) => without(message, ...fields)) }
}

/** Wants the user and the assistant to take turns: neighbours of one role are joined. */
export const takingTurns: Quirk = {
  name: 'taking_turns',
  fit(body) {
    const messages = body['messages']
    if (!isArray(messages)) return body
    const turns: Json[] = []
    for (const message of messages) {
      const last = turns.at(-1)
      const both = isObject(last) && isObject(message) ? joinedTurn(last, message) : undefined
      if (both === undefined) turns.push(message)
      else turns[turns.length - 1] = both
    }
    return turns.length === messages.length ? body : { ...body, messages: turns }
  },
}

/** One message for two of the same role, or undefined where they are no plain neighbours. */
function joinedTurn(one: JsonObject, two: JsonObject): JsonObject | undefined {
  const { role } = one
  if (role !== two['role'] || (role !== 'user' && role !== 'assistant')) return undefined
  if (one['tool_calls'] != null || two['tool_calls'] != null) return undefined
  const [first, second] = [one['content'], two['content']]
  const content =
    typeof first === 'string' && typeof second === 'string'
      ? `${first}\n\n${second}`
      : [...partsOf(first), ...partsOf(second)]
  return { ...one, ...two, content }
}

function partsOf(content: Json | undefined): readonly Json[] {
  if (isArray(content)) return content
  return typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : []
}
