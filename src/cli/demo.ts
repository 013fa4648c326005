/** `serve --demo`: a key that lives as long as the process, and what to paste to try it. */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Policy } from '../compile/load.ts'
import { realEnvironment } from '../gateway/environment.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { HostCaller } from '../gateway/host-caller.ts'
import { timeFactsIn } from '../gateway/time-facts.ts'
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
export function demoText({ policy }: Gateway, key: string, url: string): string {
  const model = findModel(policy)
  const head = `\ndemo key (team \`demo\`, until the gateway stops): ${key}\n`
  if (model === undefined) return `${head}\nthis policy lets the demo key reach no model: its calls will be refused\n\n`
  const call = (flags: string, body: object) =>
    `  curl ${flags}${url}/v1/chat/completions -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '${JSON.stringify(body)}'\n`
  const messages = [{ role: 'user', content: 'Hello!' }]
  return [
    head,
    `\na chat completion:\n\n${call('', { model, messages })}`,
    `\nthe same as a stream:\n\n${call('-N ', { model, messages, stream: true })}\n`,
  ].join('')
}

/** The first model of the catalogue that the demo key may call; any name will do for a simulator without a list. */
function findModel({ config, decide }: Policy): string | undefined {
  const { catalogue, gateway } = config
  const time = timeFactsIn(gateway.timeZone)(realEnvironment.now())
  const names = [...catalogue.byId.keys(), ...[...catalogue.open].map((provider) => `${provider}/demo`)]
  return names.find((model) => {
    const { access, route } = decide({
      request: { api: 'chat', model, messages: 1 },
      caller: { ...demoCaller, kind: 'host', ip: '127.0.0.1' },
      time,
      gateway,
    })
    return access.effect === 'allow' && route !== null && route.steps.length > 0
  })
}
