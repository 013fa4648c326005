/**
 * A scripted upstream on a loopback port: each request is answered as the script says, well or badly, and what was
 * received is kept. For tests of whatever calls providers.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** A value sent as JSON. */
  readonly json?: unknown
  /** Data of server-sent events, sent each as one event; strings as they are, values as JSON. */
  readonly sse?: readonly unknown[]
  readonly compress?: 'gzip' | 'deflate' | 'br'
  /** Where the body is cut into writes: at these bytes, into pieces of one size, or at places drawn from a seed. */
  readonly cut?: readonly number[] | { readonly step: number } | { readonly seed: number }
  /** Wait between two writes. */
  readonly trickleMs?: number
  /** What happens after the body: a proper end, silence, or a broken connection. */
  readonly ending?: 'end' | 'stall' | 'die'
  /** Instead of an answer: silence, or a connection broken before the head. */
  readonly instead?: 'stall' | 'drop'
}

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  readonly json: () => Record<string, unknown>
  /** Which connection it came over: the client's port. */
  readonly port: number
  /** Resolves when the answer is finished, or the client has gone away. */
  readonly over: Promise<'finished' | 'closed'>
}

export type Script = Reply | readonly Reply[] | ((received: Received, index: number) => Reply)

export interface Upstream {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  readonly port: number
  readonly received: readonly Received[]
  /** Resolves with request number `index` (from 0) once it is there. */
  readonly request: (index: number) => Promise<Received>
  readonly script: (script: Script) => void
  /** Connections that are open now. */
  readonly connections: () => Promise<number>
  readonly close: () => Promise<void>
}

/** Of a list each reply is used once, the last one for ever. */
export async function startUpstream(initial: Script): Promise<Upstream> {
  let script = initial
  let used = 0
  const received: Received[] = []
  const waiting: { readonly index: number; readonly resolve: (received: Received) => void }[] = []

  const server = createServer(async (request, response) => {
    const item = await receive(request, response).catch(() => undefined)
    if (!item) return
    received.push(item)
    for (const each of waiting) if (each.index < received.length) each.resolve(received[each.index]!)
    const index = used++
    const reply =
      typeof script === 'function'
        ? script(item, index)
        : isList(script)
          ? script[Math.min(index, script.length - 1)]!
          : script
    await answer(reply, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    received,
    request: (index) =>
      new Promise((resolve) => {
        if (index < received.length) resolve(received[index]!)
        else waiting.push({ index, resolve })
      }),
    script(next) {
      script = next
      used = 0
    },
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function isList(script: Script): script is readonly Reply[] {
  return Array.isArray(script)
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<Received> {
  const over = new Promise<'finished' | 'closed'>((resolve) => {
    response.once('finish', () => resolve('finished'))
    response.once('close', () => resolve('closed'))
  })
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body,
    json: () => JSON.parse(body.toString('utf8')) as Record<string, unknown>,
    port: request.socket.remotePort ?? 0,
    over,
  }
}

async function answer(reply: Reply, response: ServerResponse): Promise<void> {
  if (reply.instead === 'drop') {
    response.socket?.destroy()
    return
  }
  if (reply.instead === 'stall') return
  const body = compressed(bodyOf(reply), reply.compress)
  response.writeHead(reply.status ?? 200, {
    'content-type': reply.sse ? 'text/event-stream' : 'application/json',
    ...(reply.compress ? { 'content-encoding': reply.compress } : {}),
    ...reply.headers,
  })
  response.flushHeaders()
  for (const piece of pieces(body, reply.cut)) {
    if (response.destroyed) return
    response.write(piece)
    // Separate packets, as far as the loopback allows.
    await new Promise<void>((resolve) =>
      reply.trickleMs ? setTimeout(resolve, reply.trickleMs) : setImmediate(resolve),
    )
  }
  if (reply.ending === 'stall') return
  if (reply.ending === 'die') response.socket?.destroy()
  else response.end()
}

function bodyOf(reply: Reply): Buffer {
  if (reply.sse) return Buffer.from(reply.sse.map(sseEvent).join(''))
  if (reply.json !== undefined) return Buffer.from(JSON.stringify(reply.json))
  return Buffer.from(reply.body ?? '')
}

function compressed(body: Buffer, how: Reply['compress']): Buffer {
  switch (how) {
    case 'gzip':
      return gzipSync(body)
    case 'deflate':
      return deflateSync(body)
    case 'br':
      return brotliCompressSync(body)
    case undefined:
      return body
  }
}

/** The body in the pieces that it is written in. */
export function pieces(body: Buffer, cut: Reply['cut']): readonly Buffer[] {
  if (body.length === 0) return []
  const places = cut === undefined ? [] : placesOf(body.length, cut)
  const bounds = [0, ...places.filter((place) => 0 < place && place < body.length), body.length]
  return bounds.slice(1).map((bound, at) => body.subarray(bounds[at], bound))
}

function placesOf(length: number, cut: NonNullable<Reply['cut']>): readonly number[] {
  if ('seed' in cut) return drawnPlaces(length, cut.seed)
  if ('step' in cut) return Array.from({ length: Math.ceil(length / cut.step) }, (_, at) => at * cut.step)
  return cut.toSorted((a, b) => a - b)
}

function drawnPlaces(length: number, seed: number): readonly number[] {
  let state = seed >>> 0
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const places: number[] = []
  for (let at = 0; at < length; at += 1 + Math.floor(draw() ** 2 * 40)) places.push(at)
  return places
}

/** One event of a stream in the OpenAI form. */
export function sseEvent(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }

/** A whole answer in the OpenAI form. */
export function openaiAnswer(text = 'hello there', model = 'small'): Record<string, unknown> {
  const choice = { index: 0, message: { role: 'assistant', content: text }, logprobs: null, finish_reason: 'stop' }
  return { id: 'chatcmpl-1', object: 'chat.completion', created: 1_700_000_000, model, choices: [choice], usage }
}

/** The events of a stream in the OpenAI form: the role, a chunk for each word, the finish, usage if wanted, `[DONE]`. */
export function openaiStream(
  words: readonly string[] = ['hello', ' there'],
  withUsage = true,
  model = 'small',
): unknown[] {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model }
  const chunk = (delta: object, finish: string | null = null) => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...(withUsage ? { usage: null } : {}),
  })
  return [
    chunk({ role: 'assistant', content: '' }),
    ...words.map((content) => chunk({ content })),
    chunk({}, 'stop'),
    ...(withUsage ? [{ ...base, choices: [], usage }] : []),
    '[DONE]',
  ]
}

/** An error body in the OpenAI form. */
export function openaiError(message = 'no', code: string | null = null, type = 'error'): Record<string, unknown> {
  return { error: { message, type, param: null, code } }
}
