/**
 * Step 3, what is asked: the body within its bounds, as JSON, as a call of the endpoint's dialect.
 */
import type { Bounds } from '../config/config.ts'
import type { Decoded } from '../dialects/dialect.ts'
import type { ChatCall, Json } from '../dialects/neutral.ts'
import type { TaskCall } from '../dialects/task.ts'
import type { CallExchange, Step, TaskExchange } from './exchange.ts'
import { done, failed } from './exchange.ts'
import { type JsonBody, parseJsonBody } from './json-body.ts'
import type { GatewayRequest } from './request.ts'

export interface ReadCall {
  readonly call: ChatCall
  readonly body: Json
  readonly bytes: Uint8Array
  /** Whether the bytes may go on as they are, to a provider of the same dialect. */
  readonly isForwardable: boolean
}

export async function readCall(exchange: CallExchange, bounds: Bounds): Promise<Step<ReadCall>> {
  const { request, dialect, endpoint } = exchange
  const json = await readJsonBody(request, bounds)
  if (!json.ok) return json
  const { value, bytes, ambiguous } = json.value
  const decoded = dialect.decodeRequest(value, endpoint.address)
  if (!decoded.ok) return notDecoded(decoded)
  const call = decoded.value
  return done({ call, body: value, bytes, isForwardable: !ambiguous && dialect.isForwardable(call) })
}

/** The task that a body asks for, with its bytes where they may go on as they are. */
export async function readTask({ request, endpoint }: TaskExchange, bounds: Bounds): Promise<Step<ReadTask>> {
  const json = await readJsonBody(request, bounds)
  if (!json.ok) return json
  const { value, bytes, ambiguous } = json.value
  const decoded = endpoint.form.decodeRequest(value)
  if (!decoded.ok) return notDecoded(decoded)
  return done({ call: ambiguous ? decoded.value : { ...decoded.value, bytes }, body: value, bytes })
}

export interface ReadTask {
  readonly call: TaskCall
  readonly body: Json
  readonly bytes: Uint8Array
}

function notDecoded({ message, param }: Extract<Decoded<unknown>, { readonly ok: false }>) {
  return failed({ kind: 'malformed', message, ...(param === undefined ? {} : { param }) })
}

type SoundBody = Extract<JsonBody, { readonly ok: true }>

async function readJsonBody(request: GatewayRequest, bounds: Bounds): Promise<Step<SoundBody>> {
  const type = mediaOf(request.header)
  const refused = refuseMedia(type, request.header)
  if (refused !== undefined) return failed({ kind: 'unsupported_media', message: refused })
  const declared = Number(request.header('content-length') ?? 0)
  if (declared > bounds.bodyBytes) return failed({ kind: 'body_too_large', maxBytes: bounds.bodyBytes })
  const read = await request.readBody({ maxBytes: bounds.bodyBytes, timeoutMs: bounds.bodyTimeoutMs })
  switch (read.kind) {
    case 'too_large':
      return failed({ kind: 'body_too_large', maxBytes: bounds.bodyBytes })
    case 'timeout':
      return failed({ kind: 'body_timeout', timeoutMs: bounds.bodyTimeoutMs })
    case 'gone':
      return failed({ kind: 'client_gone' })
    case 'bytes':
      break
  }
  const json = parseJsonBody(read.bytes, bounds.jsonDepth)
  if (json.ok) return done(json)
  if (type === formMedia) return failed({ kind: 'unsupported_media', message: notJson(type) })
  return failed({ kind: 'malformed', message: json.message })
}

/** `text/plain` is what `fetch` says of a string when its caller says nothing. */
const jsonMedia = /^(text\/plain|application\/([a-z0-9.-]+\+)?json)$/

/** What `curl -d` says of whatever it sends; taken at its body where that is JSON. */
const formMedia = 'application/x-www-form-urlencoded'

function mediaOf(header: GatewayRequest['header']): string | undefined {
  return header('content-type')?.replace(/;.*$/s, '').trim().toLowerCase() || undefined
}

/** A body that says nothing of its type is read as JSON. */
function refuseMedia(type: string | undefined, header: GatewayRequest['header']): string | undefined {
  if (type !== undefined && type !== formMedia && !jsonMedia.test(type)) return notJson(type)
  const encoding = header('content-encoding')?.trim().toLowerCase()
  if (encoding && encoding !== 'identity') return 'the body is compressed, and wants to be sent as it is'
  return undefined
}

function notJson(type: string): string {
  return `the body is \`${type.slice(0, 100)}\`, and wants to be \`application/json\``
}
