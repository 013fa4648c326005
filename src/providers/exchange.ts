/**
 * One HTTP exchange over undici, as a value: the answer's head or why there is none, and a body that is pulled.
 *
 * This is a handler of undici's own dispatch, not `request` or `fetch`: only here can a connect clock stop at the
 * moment the request goes onto a socket, and can an abort be felt before there is one.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { TransportFailure } from './provider.ts'

export type Exchanged =
  | {
      readonly ok: true
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly body: AsyncIterable<Uint8Array>
    }
  | { readonly ok: false; readonly failure: TransportFailure }

export interface ExchangeOptions {
  readonly request: Dispatcher.DispatchOptions
  readonly signal: AbortSignal
  readonly connectTimeoutMs?: number
  readonly setTimer: (ms: number, run: () => void) => () => void
}

/** Bytes that may wait for the reader before the socket is paused. */
const highWaterMark = 256 * 1024

/** Sends the request. Never rejects; settles at the head of the answer, or at once when `signal` is aborted. */
export function exchange(dispatcher: Dispatcher, options: ExchangeOptions): Promise<Exchanged> {
  return new Promise((resolve) => {
    const { signal, connectTimeoutMs } = options
    if (signal.aborted) return resolve({ ok: false, failure: { kind: 'aborted' } })

    const body = createBody(() => controller?.resume())
    let controller: Dispatcher.DispatchController | undefined
    let given: TransportFailure | undefined
    let hasHead = false

    /** Ends the exchange from our side. */
    const giveUp = (failure: TransportFailure) => {
      if (given !== undefined) return
      given = failure
      settle()
      body.fail(new Error('message' in failure ? failure.message : 'aborted'))
      controller?.abort(new Error('given up'))
      resolve({ ok: false, failure })
    }
    const onAbort = () => giveUp({ kind: 'aborted' })
    signal.addEventListener('abort', onAbort, { once: true })
    const stopConnectClock =
      connectTimeoutMs === undefined
        ? undefined
        : options.setTimer(connectTimeoutMs, () =>
            giveUp({ kind: 'connect_timeout', message: `no connection within ${connectTimeoutMs} ms` }),
          )
    const settle = () => {
      stopConnectClock?.()
      signal.removeEventListener('abort', onAbort)
    }
    body.onCancel = () => {
      settle()
      controller?.abort(new Error('given up'))
    }

    dispatcher.dispatch(options.request, {
      onRequestStart(started) {
        controller = started
        stopConnectClock?.()
        // Given up while it waited for a connection: it must not be sent any more.
        if (given !== undefined) started.abort(new Error('given up'))
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return
        hasHead = true
        resolve({ ok: true, status, headers, body: body.iterable })
      },
      onResponseData(paused, chunk) {
        if (highWaterMark < body.push(chunk)) paused.pause()
      },
      onResponseEnd() {
        settle()
        body.end()
      },
      onResponseError(_, error) {
        settle()
        if (hasHead) return body.fail(error)
        resolve({ ok: false, failure: given ?? failureOf(error, controller !== undefined) })
      },
    })
  })
}

interface Body {
  readonly iterable: AsyncIterable<Uint8Array>
  /** Called when the reader leaves before the end. */
  onCancel: () => void
  /** Adds bytes; says how many wait. */
  readonly push: (chunk: Uint8Array) => number
  readonly end: () => void
  readonly fail: (error: Error) => void
}

/** A queue between a socket that pushes and one reader that pulls. */
function createBody(onDrained: () => void): Body {
  const chunks: Uint8Array[] = []
  let waitingBytes = 0
  let ended: { readonly error?: Error } | undefined
  let wake: (() => void) | undefined

  const stir = () => {
    wake?.()
    wake = undefined
  }
  // Written out, not a generator: `return` must be felt while a `next` is still waiting.
  const reader: AsyncIterator<Uint8Array> = {
    async next() {
      for (;;) {
        // A failure overtakes what is waiting: an abort must be felt at once.
        if (ended?.error) throw ended.error
        const chunk = chunks.shift()
        if (chunk) {
          waitingBytes -= chunk.byteLength
          if (waitingBytes === 0) onDrained()
          return { done: false, value: chunk }
        }
        if (ended) return { done: true, value: undefined }
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    async return() {
      if (!ended) {
        ended = { error: new Error('the reader has left') }
        stir()
        body.onCancel()
      }
      return { done: true, value: undefined }
    },
  }
  const body: Body = {
    iterable: { [Symbol.asyncIterator]: () => reader },
    onCancel: () => {},
    push(chunk) {
      chunks.push(chunk)
      waitingBytes += chunk.byteLength
      stir()
      return waitingBytes
    },
    end() {
      ended ??= {}
      stir()
    },
    fail(error) {
      ended ??= { error }
      stir()
    },
  }
  return body
}

/** What an error before the head means: whether the request had been sent decides between `connect` and `cut`. */
function failureOf(error: Error & { code?: string }, sent: boolean): TransportFailure {
  const message = messageOf(error)
  if (error.code === 'UND_ERR_CONNECT_TIMEOUT') return { kind: 'connect', message: 'no connection in time' }
  if (error.code?.startsWith('HPE_')) return { kind: 'malformed', message: `the answer is no HTTP: ${message}` }
  return sent ? { kind: 'cut', message } : { kind: 'connect', message }
}

function messageOf(error: Error & { code?: string }): string {
  // Connecting to several addresses fails with several errors; the first is enough.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error
  return first.message || error.code || 'the connection failed'
}
