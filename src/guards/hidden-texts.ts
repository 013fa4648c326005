/**
 * Texts of a request's body that its neutral form does not hold, because its dialect has read them to something else or
 * left them out. Where something is found in one of them, the body may not be sent on as it came.
 */
import { isArray, isObject } from '../dialects/json.ts'
import type { ChatCall, Json } from '../dialects/neutral.ts'
import { createFindings } from './findings.ts'
import { type Guarding, openText } from './guarded-text.ts'
import { createVault } from './vault.ts'

/** Whether a body holds what guards would take out or refuse, and the call that was read from it does not. */
export function hidesMatches(body: Json, call: ChatCall, guarding: Guarding): boolean {
  const known = new Set<string>()
  addStrings(call as unknown as Json, (text) => known.add(text))
  const hidden = new Set<string>()
  addStrings(body, (text) => {
    if (!known.has(text) && !isBytes(text)) hidden.add(text)
  })
  // Nothing that is found here is put anywhere, or counted.
  const apart = { ...guarding, findings: createFindings(), vault: createVault(() => false) }
  return [...hidden].some((text) => isFoundIn(text, apart))
}

function addStrings(value: Json | undefined, add: (text: string) => void): void {
  if (typeof value === 'string') add(value)
  else if (isArray(value)) for (const each of value) addStrings(each, add)
  else if (isObject(value))
    for (const [key, each] of Object.entries(value)) {
      add(key)
      addStrings(each, add)
    }
}

/** Pictures and the like stand in the call without the front of their address. */
function isBytes(text: string): boolean {
  return /^data:[a-z0-9.+/-]*;base64,/i.test(text)
}

function isFoundIn(text: string, guarding: Guarding): boolean {
  const opened = openText(guarding)
  const parts = opened.push(text)
  return [...parts, ...(parts.at(-1)?.kind === 'block' ? [] : opened.end())].some(
    ({ kind }) => kind === 'put' || kind === 'block',
  )
}
