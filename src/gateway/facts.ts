/**
 * Step 4, the facts: everything that a policy may read of this request, as `Policy.decide` takes it.
 */
import type { Facts } from '../compile/load.ts'
import type { Json } from '../dialects/neutral.ts'
import { type Call, isTask, textOfTask } from '../dialects/task.ts'
import { factsOf, textOf } from '../dialects/text.ts'
import type { Caller } from '../identity/caller.ts'
import { declaredFacts } from './attributes.ts'
import type { Api } from './endpoint.ts'
import type { Exchange, Step } from './exchange.ts'
import { done } from './exchange.ts'
import { credentialHeaders } from './headers.ts'
import type { Runtime } from './runtime.ts'

/** What the request itself says: a call that was read, or only the model of a question about models. */
export interface Asked {
  readonly api: Api
  readonly version: string
  readonly model: string
  readonly call?: Call
  readonly body?: Json
  readonly bytes?: number
  readonly inputTokens?: number
}

export async function buildFacts(
  exchange: Exchange,
  caller: Caller,
  asked: Asked,
  runtime: Runtime,
): Promise<Step<Facts>> {
  const { policy, environment, timeFacts, dispatcher } = runtime
  const { header, headers, native } = exchange.request
  const { call } = asked
  let text: string | undefined
  const textNow = () => (text ??= call === undefined ? '' : isTask(call) ? textOfTask(call) : textOf(call))
  const context = {
    request: native,
    caller,
    model: asked.model,
    get text() {
      return textNow()
    },
  }
  const declared = await declaredFacts({
    declarations: policy.config.attributes,
    header,
    host: runtime.hostAttributes,
    context,
    reads: (path) => policy.reads(path),
  })
  if (!declared.ok) return declared

  const request: Record<string, unknown> = {
    api: asked.api,
    model: asked.model,
    version: asked.version,
    ...(call === undefined ? {} : factsOfCall(call)),
    ...(asked.bytes === undefined ? {} : { bytes: asked.bytes }),
    ...(asked.inputTokens === undefined ? {} : { input_tokens: asked.inputTokens }),
    header: headerFacts(headers()),
    metadata: metadataFacts(asked.body),
  }
  if (policy.reads('request.text')) Object.defineProperty(request, 'text', { get: textNow, enumerable: true })
  const providers = [...policy.config.providers.keys()]
  const { region, env } = policy.config.gateway
  const facts: Record<string, unknown> = {
    request,
    caller: callerFacts(caller),
    time: timeFacts(environment.now()),
    gateway: { ...(region === undefined ? {} : { region }), ...(env === undefined ? {} : { env }) },
    provider: Object.fromEntries(providers.map((name) => [name, { healthy: dispatcher.healthy(name) }])),
  }
  for (const [path, value] of declared.value) place(facts, path.split('.'), value)
  return done({ ...facts, ...(await runtime.meters.read(facts, runtime.state)) })
}

/** What dispatch alone asks of a call is no attribute. */
function factsOfCall(call: Call): Readonly<Record<string, unknown>> {
  if (isTask(call)) return { has_images: call.hasImages }
  const { has_documents: _, ...facts } = factsOf(call)
  return facts
}

function callerFacts({ metadata: _, ...caller }: Caller): Record<string, unknown> {
  return { ...caller }
}

/** Names in lower case; what holds credentials is not a fact. No prototype: a name may be `__proto__`. */
function headerFacts(headers: Iterable<readonly [string, string]>): Readonly<Record<string, string>> {
  const facts: Record<string, string> = Object.create(null)
  for (const [name, value] of headers) if (!credentialHeaders.has(name)) facts[name] = value
  return facts
}

/** The texts that the client's body has under `metadata`. */
function metadataFacts(body: Json | undefined): Readonly<Record<string, string>> {
  const facts: Record<string, string> = Object.create(null)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return facts
  const metadata = (body as Readonly<Record<string, Json>>)['metadata']
  if (typeof metadata !== 'object' || metadata === null) return facts
  for (const [name, value] of Object.entries(metadata)) if (typeof value === 'string') facts[name] = value
  return facts
}

/**
 * Puts a value at a dotted path, making the groups on the way. The facts and their groups are of this request alone;
 * what is deeper may be the caller's own (claims, roles), shared with other requests, and is copied.
 */
function place(facts: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = facts
  for (const [depth, part] of path.slice(0, -1).entries()) {
    const next = Object.hasOwn(at, part) ? at[part] : undefined
    const isGroup = typeof next === 'object' && next !== null
    if (!isGroup || depth > 0) at[part] = isGroup ? Object.assign(Array.isArray(next) ? [] : {}, next) : {}
    at = at[part] as Record<string, unknown>
  }
  at[path.at(-1)!] = value
}
