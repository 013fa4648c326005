/** Quirks of reasoning: the field in which a server takes that of former answers, and what its thinking models refuse. */
import { filledString, isArray, isObject } from '../../json.ts'
import type { JsonObject } from '../../neutral.ts'
import type { Quirk } from '../../quirk.ts'
import { REASONING_FIELDS } from '../reasoning.ts'
import { without } from './fields.ts'
import { eachMessage } from './messages.ts'

/** Takes the reasoning of former answers in this field, and minds no other. */
export function reasoningIn(field: 'reasoning' | 'reasoning_content'): Quirk {
  return {
    name: field,
    fit: (body) =>
      eachMessage(body, (message) => {
        const text = message[field] === undefined ? textIn(message) : undefined
        return text === undefined ? message : { ...without(message, ...REASONING_FIELDS), [field]: text }
      }),
  }
}

const textIn = (message: JsonObject): string | undefined =>
  filledString(message['reasoning_content']) ?? filledString(message['reasoning'])

/**
 * Thinks with tools only where each former answer comes back with its reasoning, empty where none is left of it
 * (DeepSeek). The model that never thinks, and a call that turns thinking off, need none.
 */
export const replaysReasoning: Quirk = {
  name: 'replays_reasoning',
  fit(body, { model }) {
    const { thinking } = body
    if (model === 'deepseek-chat' || (isObject(thinking) && thinking['type'] === 'disabled') || !usesTools(body))
      return body
    return eachMessage(body, (message) =>
      message['role'] === 'assistant' && message['reasoning_content'] == null
        ? { ...message, reasoning_content: '' }
        : message,
    )
  },
}

function usesTools(body: JsonObject): boolean {
  const messages = isArray(body['messages']) ? body['messages'].filter(isObject) : []
  return messages.some((message) => isArray(message['tool_calls']) && 0 < message['tool_calls'].length)
}

const nearestEffort: ReadonlyMap<string, string> = new Map([
  ['minimal', 'low'],
  ['xhigh', 'high'],
  ['max', 'high'],
])

/** Knows low, medium and high effort: another word is said by the nearest of them. */
export const threeEfforts: Quirk = {
  name: 'three_efforts',
  fit(body) {
    const effort = body['reasoning_effort']
    const nearest = typeof effort === 'string' ? nearestEffort.get(effort) : undefined
    return nearest === undefined ? body : { ...body, reasoning_effort: nearest }
  },
}

/** Fields that some models refuse. */
export function refusedBy(name: string, isRefuser: (model: string) => boolean, fields: readonly string[]): Quirk {
  return {
    name,
    fit(body, { model, lose }) {
      const refused = fields.filter((field) => body[field] != null)
      if (refused.length === 0 || !isRefuser(model)) return body
      for (const field of refused) lose(field, `\`${model}\` refuses \`${field}\``)
      return without(body, ...refused)
    },
  }
}
