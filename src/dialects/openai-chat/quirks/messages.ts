/** Quirks of the messages of a chat completion request. */
import { isArray, isObject } from '../../json.ts'
import type { Json, JsonObject } from '../../neutral.ts'
import type { Quirk, QuirkContext } from '../../quirk.ts'

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
  fit: (body, context) =>
    eachMessage(body, (message) => (message['role'] === 'tool' ? message : keepFields(message, isNoName, context))),
}

const isNoName = (field: string): boolean => field !== 'name'

/** Which fields a server takes that refuses all others, by the role of the message. */
export function strictMessages(fields: Readonly<Record<string, readonly string[]>>): Quirk {
  return {
    name: 'strict_messages',
    fit: (body, context) =>
      eachMessage(body, (message) => {
        const known = fields[String(message['role'])]
        return known === undefined ? message : keepFields(message, (field) => known.includes(field), context)
      }),
  }
}

/** What a former answer said beside its words, which the next one does not depend on. */
const asides = new Set(['refusal', 'annotations', 'audio', 'reasoning', 'reasoning_content', 'reasoning_details'])

function keepFields(message: JsonObject, mayStay: (field: string) => boolean, { lose }: QuirkContext): JsonObject {
  const entries = Object.entries(message)
  const kept = entries.filter(([field]) => mayStay(field))
  for (const [field, value] of entries) {
    if (mayStay(field) || asides.has(field) || value === null) continue
    lose(`messages.${field}`, `this provider takes no \`${field}\` in a message`)
  }
  return kept.length === entries.length ? message : Object.fromEntries(kept)
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
