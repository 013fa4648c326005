/**
 * The node:http face, also for Express and Connect: reads the body within its bounds, writes with back-pressure,
 * notices a client that goes away, and sends trailers where the connection can carry them.
 */
import type { IncomingMessage, ServerOptions, ServerResponse } from 'node:http'
import type { GatewayConfig } from '../config/config.ts'
import { findEndpoint } from './endpoint.ts'
import type { Environment } from './environment.ts'
import { handle } from './handle.ts'
import type { BodyLimits, BodyRead, GatewayRequest, GatewayResponse } from './request.ts'
import type { Runtime } from './runtime.ts'

/** What `http.createServer` must be given so that the configured bounds hold before the gateway sees a request. */
export function nodeServerOptions({ bounds }: Pick<GatewayConfig, 'bounds'>): ServerOptions {
  return {
    maxHeaderSize: bounds.headerBytes,
    // The gateway answers a slow body with a 408 of its own first.
    requestTimeout: bounds.bodyTimeoutMs + 10_000,
    headersTimeout: Math.min(60_000, bounds.bodyTimeoutMs + 10_000),
  }
}

/** `next` is called for paths that are none of the gateway's, where the host program gives one. */
export async function handleNode(
  request: IncomingMessage,
  response: ServerResponse,
  next: ((error?: unknown) => void) | undefined,
  runtime: Runtime,
): Promise<void> {
  const path = pathOf(request.url ?? '/')
  if (
    next !== undefined &&
    findEndpoint(request.method ?? 'GET', path, (name) => headerOf(request, name)).kind === 'unknown'
  ) {
    return next()
  }
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const answer = await handle(toGatewayRequest(request, { path, signal: gone.signal }, runtime.environment), runtime)
  if (gone.signal.aborted || response.destroyed) {
    if (isStream(answer.body)) void answer.body.return?.()
    return
  }
  if (!isStream(answer.body))
    return writeWhole(request, response, { ...answer, body: answer.body }, runtime.environment)
  await writeStream(response, answer, answer.body, gone.signal)
}

function toGatewayRequest(
  request: IncomingMessage,
  { path, signal }: Pick<GatewayRequest, 'path' | 'signal'>,
  { setTimer }: Environment,
): GatewayRequest {
  const ip = addressOf(request.socket?.remoteAddress)
  return {
    method: request.method ?? 'GET',
    path,
    query: queryOf(request.url ?? ''),
    header: (name) => headerOf(request, name),
    headers: () => headersOf(request),
    ...(ip === undefined ? {} : { ip }),
    readBody: (limits) => readBody(request, limits, setTimer),
    signal,
    native: request,
  }
}

function readBody(
  request: IncomingMessage & { readonly body?: unknown },
  limits: BodyLimits,
  setTimer: Environment['setTimer'],
): Promise<BodyRead> {
  // A body parser of the host program was here before: its reading is all that is left of the body.
  if (request.readableEnded && request.body !== undefined)
    return Promise.resolve(parsedBody(request.body, limits.maxBytes))
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (read: BodyRead) => {
      stop()
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
      // What follows is thrown away, so that the answer can be read before the connection goes.
      if (read.kind !== 'bytes') request.on('error', () => undefined).resume()
      resolve(read)
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > limits.maxBytes) settle({ kind: 'too_large' })
      else chunks.push(chunk)
    }
    const onEnd = () => settle({ kind: 'bytes', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) })
    const onGone = () => settle({ kind: 'gone' })
    const stop = setTimer(limits.timeoutMs, () => settle({ kind: 'timeout' }))
    if (request.destroyed && !request.readableEnded) return onGone()
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
  })
}

function parsedBody(body: unknown, maxBytes: number): BodyRead {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return bytes.byteLength > maxBytes ? { kind: 'too_large' } : { kind: 'bytes', bytes }
}

/** How long a client that still sends is listened to after its answer. */
const lingerMs = 2000

function writeWhole(
  request: IncomingMessage,
  response: ServerResponse,
  answer: GatewayResponse & { readonly body: string | Uint8Array },
  { setTimer }: Environment,
): void {
  const { body } = answer
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(bytes.byteLength) })
  response.end(bytes)
  if (request.complete) return
  // Closing at once would reset the connection and take the answer with it; listening on for ever would tie it up.
  const stop = setTimer(lingerMs, () => request.socket.destroy())
  request.once('close', stop)
}

async function writeStream(
  response: ServerResponse,
  answer: GatewayResponse,
  body: AsyncIterableIterator<string | Uint8Array>,
  gone: AbortSignal,
): Promise<void> {
  const hasTrailers = answer.trailers !== undefined && response.req.httpVersion !== '1.0'
  gone.addEventListener('abort', () => void body.return?.(), { once: true })
  response.writeHead(answer.status, { ...answer.headers, ...(hasTrailers ? { trailer: 'x-policyc-cost' } : {}) })
  response.flushHeaders()
  for (let step = await body.next(); !step.done; step = await body.next()) {
    if (gone.aborted) return
    if (!response.write(step.value)) await drained(response)
  }
  if (gone.aborted) return
  if (hasTrailers) response.addTrailers(answer.trailers!())
  response.end()
}

/** Resolves when more can be written, or never will be. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    response.on('drain', settle).on('close', settle)
    if (response.destroyed) settle()
  })
}

function isStream(body: GatewayResponse['body']): body is AsyncIterableIterator<string | Uint8Array> {
  return typeof body !== 'string' && !(body instanceof Uint8Array)
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/)
  const path = end === -1 ? url : url.slice(0, end)
  // Proxies may send the absolute form.
  const absolute = /^https?:\/\/[^/]+(\/.*)?$/i.exec(path)
  return absolute === null ? path : (absolute[1] ?? '/')
}

function queryOf(url: string): string {
  const [, query = ''] = /\?([^#]*)/.exec(url) ?? []
  return query
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

function* headersOf(request: IncomingMessage): Iterable<readonly [string, string]> {
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) yield [name, Array.isArray(value) ? value.join(', ') : value]
  }
}

/** An IPv4 address that comes as IPv6, and a zone, are told without. */
function addressOf(remote: string | undefined): string | undefined {
  return remote?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
}
