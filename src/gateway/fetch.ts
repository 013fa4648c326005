/**
 * The Web face: a `Request` in, a `Response` out, for Hono, Next.js, workers and tests. A Web response has no
 * trailers, so the cost of a stream is in its usage record alone.
 */
import type { Environment } from './environment.ts'
import { handle } from './handle.ts'
import type { BodyLimits, BodyRead, GatewayRequest } from './request.ts'
import type { Runtime } from './runtime.ts'

export async function handleFetch(request: Request, runtime: Runtime): Promise<Response> {
  const { status, headers, body } = await handle(toGatewayRequest(request, runtime.environment), runtime)
  const content =
    typeof body === 'string' || body instanceof Uint8Array
      ? new Uint8Array(Buffer.from(body))
      : toStream(body, request.signal)
  return new Response(status === 204 || request.method === 'HEAD' ? null : content, { status, headers })
}

function toGatewayRequest(request: Request, { setTimer }: Environment): GatewayRequest {
  const { pathname, search } = new URL(request.url)
  return {
    method: request.method,
    path: pathname,
    query: search.slice(1),
    header: (name) => request.headers.get(name) ?? undefined,
    headers: () => request.headers,
    readBody: (limits) => readBody(request, limits, setTimer),
    signal: request.signal,
    native: request,
  }
}

async function readBody(
  request: Request,
  { maxBytes, timeoutMs }: BodyLimits,
  setTimer: Environment['setTimer'],
): Promise<BodyRead> {
  if (request.body === null) return { kind: 'bytes', bytes: new Uint8Array(0) }
  const reader = request.body.getReader()
  let isLate = false
  const stop = setTimer(timeoutMs, () => {
    isLate = true
    void reader.cancel().catch(() => undefined)
  })
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      size += step.value.byteLength
      if (size > maxBytes) {
        void reader.cancel().catch(() => undefined)
        return { kind: 'too_large' }
      }
      chunks.push(step.value)
    }
    return isLate ? { kind: 'timeout' } : { kind: 'bytes', bytes: Buffer.concat(chunks) }
  } catch {
    return { kind: isLate ? 'timeout' : 'gone' }
  } finally {
    stop()
  }
}

function toStream(body: AsyncIterableIterator<string | Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let onAbort: (() => void) | undefined
  const unwatch = () => onAbort && signal.removeEventListener('abort', onAbort)
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onAbort = () => {
          void body.return?.()
          controller.error(signal.reason)
        }
        if (signal.aborted) onAbort()
        else signal.addEventListener('abort', onAbort, { once: true })
      },
      async pull(controller) {
        const step = await body.next()
        if (signal.aborted) return
        if (!step.done)
          return controller.enqueue(typeof step.value === 'string' ? encoder.encode(step.value) : step.value)
        unwatch()
        controller.close()
      },
      async cancel() {
        unwatch()
        await body.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
