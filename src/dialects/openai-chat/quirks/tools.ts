/** Quirks of tools and their calls in a chat completion request. */
import { isArray, isObject } from '../../json.ts'
import type { Json, JsonObject } from '../../neutral.ts'
import type { Quirk } from '../../quirk.ts'
import { without } from './fields.ts'
import { eachMessage } from './messages.ts'

/** Calls it `any` where a tool must be called. */
export const anyTool: Quirk = {
  name: 'any_tool',
  fit: (body) => (body['tool_choice'] === 'required' ? { ...body, tool_choice: 'any' } : body),
}

/** A server without tools. */
export const noTools: Quirk = {
  name: 'no_tools',
  fit(body, { lose }) {
    const { tools } = body
    if (isArray(tools) && 0 < tools.length) lose('tools', 'this provider takes no tools')
    return without(body, 'tools', 'tool_choice', 'parallel_tool_calls')
  },
}

/** A server that may call several tools at once whatever it is told. */
export const noParallelSwitch: Quirk = {
  name: 'no_parallel_switch',
  fit(body, { lose }) {
    const says = body['parallel_tool_calls']
    if (says === undefined) return body
    if (says === false) lose('parallel_tool_calls', 'this provider cannot be told to call one tool at a time')
    return without(body, 'parallel_tool_calls')
  },
}

const nineCharacters = /^[A-Za-z0-9]{9}$/

/**
 * Takes only ids of nine letters and digits. Others are numbered in the order they come, so that a history which
 * grows keeps the ids that it had, as the caches of providers want it.
 */
export const nineCharacterToolIds: Quirk = {
  name: 'nine_character_tool_ids',
  fit(body) {
    const idOf = createRenaming(idsIn(body))
    return eachMessage(body, (message) => {
      const id = message['tool_call_id']
      if (typeof id === 'string') return idOf(id) === id ? message : { ...message, tool_call_id: idOf(id) }
      const calls = message['tool_calls']
      if (!isArray(calls)) return message
      const changed = calls.map((call) => renamedCall(call, idOf))
      return changed.every((call, i) => call === calls[i]) ? message : { ...message, tool_calls: changed }
    })
  },
}

function renamedCall(call: Json, idOf: (id: string) => string): Json {
  if (!isObject(call) || typeof call['id'] !== 'string') return call
  const id = idOf(call['id'])
  return id === call['id'] ? call : { ...call, id }
}

function idsIn(body: JsonObject): readonly string[] {
  const messages = isArray(body['messages']) ? body['messages'].filter(isObject) : []
  const ids = messages.flatMap((message) => [
    ...(isArray(message['tool_calls']) ? message['tool_calls'].filter(isObject).map((call) => call['id']) : []),
    message['tool_call_id'],
  ])
  return ids.filter((id) => typeof id === 'string')
}

/** From an id to the one that it goes out as: its own where that will do, else a number that no other has. */
function createRenaming(ids: readonly string[]): (id: string) => string {
  const taken = new Set(ids)
  const known = new Map<string, string>()
  let number = 0
  return (id) => {
    if (nineCharacters.test(id)) return id
    const before = known.get(id)
    if (before !== undefined) return before
    let fresh: string
    do fresh = `call${String(number++).padStart(5, '0')}`
    while (taken.has(fresh))
    known.set(id, fresh)
    return fresh
  }
}
