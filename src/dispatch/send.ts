/**
 * Sending one request to one target, up to the answer's head: what the socket, our clocks and the status say. What a
 * good answer holds is read by who asked for it.
 */
import type { ProviderDialect } from '../dialects/dialect.ts'
import type { Json, UpstreamError, Usage } from '../dialects/neutral.ts'
import { malformed } from '../dialects/upstream-error.ts'
import type { Timeouts } from '../graph/decision.ts'
import type { Provider, ProviderRequest, ProviderResponse, TransportFailure } from '../providers/provider.ts'
import { maxBodyBytes, maxErrorBytes, readBody, readJson } from './body.ts'
import type { Clocks, Ending } from './clocks.ts'
import type { AttemptError } from './outcome.ts'

export interface SendOptions {
  readonly provider: Provider
  readonly request: Omit<ProviderRequest, 'signal' | 'connectTimeoutMs'>
  readonly decodeError: ProviderDialect['decodeError']
  readonly timeouts: Timeouts
  readonly clocks: Clocks
}

export interface AttemptFailure {
  readonly kind: 'failed'
  readonly error: AttemptError
  readonly otherKeyReady: boolean
  readonly usage?: Usage
}

/** What kept an attempt from serving. */
export type Unserved = AttemptFailure | { readonly kind: 'cancelled' }

/** Sends, and has a good answer read; whatever goes wrong on the way is a failed attempt. */
export async function send<T>(
  options: SendOptions,
  read: (response: ProviderResponse) => Promise<T>,
): Promise<T | Unserved> {
  const { provider, clocks, timeouts } = options
  const result = await provider.call({
    ...options.request,
    signal: clocks.signal,
    ...(timeouts.connectMs === undefined ? {} : { connectTimeoutMs: timeouts.connectMs }),
  })
  const ending = clocks.ending()
  if (ending) return endedBy(ending)
  if (!result.ok) return failedBy(errorOf(result.failure))
  const response = { ...result, body: marked(result.body) }
  try {
    if (result.status < 200 || 300 <= result.status) return await readRefusal(options, response)
    return await read(response)
  } catch (error) {
    return brokenOff(clocks, error)
  }
}

/** What a broken body means: one of our clocks, the caller, or the other side. */
export function brokenOff(clocks: Clocks, error: unknown): Unserved {
  const ending = clocks.ending()
  if (ending) return endedBy(ending)
  const reason = error instanceof Error && error.message !== '' ? `: ${error.message}` : ''
  if (error instanceof BrokenBody) {
    return failedBy({ kind: 'cut', message: `the connection broke before the end of the answer${reason}` })
  }
  // A decoder is meant to be total; one that is not must not take the gateway down with it.
  return refused(malformed(`the answer could not be read${reason}`))
}

class BrokenBody extends Error {}

/** The same bytes; what breaks them off is told from what goes wrong in reading them. */
function marked(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = body[Symbol.asyncIterator]()
  const reader: AsyncIterator<Uint8Array> = {
    next: () =>
      source.next().catch((error: unknown) => {
        throw new BrokenBody(error instanceof Error ? error.message : '')
      }),
    return: async () => (await source.return?.()) ?? { done: true, value: undefined },
  }
  return { [Symbol.asyncIterator]: () => reader }
}

async function readRefusal({ decodeError }: SendOptions, response: ProviderResponse): Promise<AttemptFailure> {
  const { bytes } = await readBody(response.body, maxErrorBytes, () => {})
  const json = readJson(bytes)
  const [body, text] = json.ok ? [json.value, ''] : [undefined, json.text.slice(0, 1000)]
  const error = decodeError(response.status, response.headers, body, text)
  const otherKeyReady = response.otherKeyReady || response.onRefusal?.(error) === true
  return { ...failedBy({ kind: 'upstream', error }), otherKeyReady }
}

/** The whole answer as JSON, or why it cannot be had. */
export async function readWholeJson(
  { clocks, timeouts }: Pick<SendOptions, 'clocks' | 'timeouts'>,
  response: ProviderResponse,
): Promise<{ readonly kind: 'json'; readonly value: Json; readonly bytes: Uint8Array } | AttemptFailure> {
  const { kind, bytes } = await readBody(response.body, maxBodyBytes, () => {
    if (timeouts.idleMs !== undefined) clocks.start('idle', timeouts.idleMs)
  })
  clocks.stop('idle')
  if (kind === 'too_long') return refused(malformed(`the answer is longer than ${maxBodyBytes} bytes`))
  const json = readJson(bytes)
  return json.ok ? { kind: 'json', value: json.value, bytes } : refused(malformed(describeText(json.text)))
}

function describeText(text: string): string {
  const start = text.trimStart()
  if (start === '') return 'the answer is empty'
  return start.startsWith('<') ? 'the answer is a page instead of JSON' : 'the answer is no JSON'
}

function errorOf(failure: TransportFailure): AttemptError {
  switch (failure.kind) {
    case 'connect':
    case 'cut':
      return failure
    case 'connect_timeout':
      return { kind: 'timeout', clock: 'connect', message: failure.message }
    case 'malformed':
      return { kind: 'upstream', error: malformed(failure.message) }
    // Only our own signal aborts a call, and then there is an ending.
    case 'aborted':
      return { kind: 'cut', message: 'the call was aborted' }
  }
}

/** What it means that one of our clocks, or the caller, ended an attempt. */
export function endedBy(ending: Ending): Unserved {
  return ending.kind === 'cancelled' ? ending : failedBy(ending)
}

/** A failure after which no other key is known to be ready. */
export function failedBy(error: AttemptError): AttemptFailure {
  return { kind: 'failed', error, otherKeyReady: false }
}

/** A failure that the answer itself says. */
export function refused(error: UpstreamError): AttemptFailure {
  return failedBy({ kind: 'upstream', error })
}
