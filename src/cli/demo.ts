/** `serve --demo`: a key that lives as long as the process, and what to paste to try it. */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Gateway } from '../gateway/gateway.ts'
import type { HostCaller } from '../gateway/identify.ts'
import { findCredential } from '../identity/credential.ts'
import { generateKey } from '../identity/key.ts'

export interface Demo {
  readonly key: string
  /** Knows the demo key; leaves every other credential to the gateway. */
  readonly caller: HostCaller
}

/** Who the demo key calls as. */
const demoCaller = { id: 'demo', key: 'demo', team: 'demo' } as const

export function createDemo(): Demo {
  const key = generateKey()
  return {
    key,
    caller: (request) => {
      const found = findCredential((name) => headerOf(request, name))
      return found.kind === 'credential' && isSame(found.text, key) ? demoCaller : undefined
    },
  }
}

function headerOf(request: Request | IncomingMessage, name: string): string | undefined {
  if (request instanceof Request) return request.headers.get(name) ?? undefined
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

/** The key and two calls, each one line that a shell takes as it is. */
export async function demoText(gateway: Gateway, key: string, url: string): Promise<string> {
  const model = await findModel(gateway, key, url)
  const call = (flags: string, body: object) =>
    `  curl ${flags}${url}/v1/chat/completions -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '${JSON.stringify(body)}'\n`
  const messages = [{ role: 'user', content: 'Hello!' }]
  return [
    `\ndemo key (team \`demo\`, until the gateway stops): ${key}\n`,
    `\na chat completion:\n\n${call('', { model, messages })}`,
    `\nthe same as a stream:\n\n${call('-N ', { model, messages, stream: true })}\n`,
  ].join('')
}

/** A model that the demo key reaches: the first that the gateway lists for it. */
async function findModel(gateway: Gateway, key: string, url: string): Promise<string> {
  const request = new Request(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
  const response = await gateway.fetch(request)
  const { data } = (await response.json()) as { readonly data?: readonly { readonly id: string }[] }
  return data?.[0]?.id ?? 'demo'
}
