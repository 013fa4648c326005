/**
 * One exchange with a service of the operator, for guards and for tokens: bounded in time and size, to configured
 * addresses alone, without redirects.
 */
import { Agent, request } from 'undici'
import { guardedLookup } from '../providers/address.ts'
import type { Environment } from './environment.ts'

export interface ServiceRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  /** Whether a host name may resolve to a private address. */
  readonly private: boolean
  readonly signal?: AbortSignal
}

export type ServiceAnswer =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly message: string }

export interface ServiceClient {
  /** Sends one request; never rejects. */
  readonly send: (asked: ServiceRequest) => Promise<ServiceAnswer>
  /** Ends every connection. */
  readonly close: () => Promise<void>
}

/** The largest answer that is read. */
const maxAnswerBytes = 1024 * 1024

export function createServiceClient({ setTimer }: Pick<Environment, 'setTimer'>): ServiceClient {
  const options = { connections: 64, headersTimeout: 0, bodyTimeout: 0 }
  const guarded = new Agent({ ...options, connect: { lookup: guardedLookup() } })
  const free = new Agent(options)
  const send = async (asked: ServiceRequest): Promise<ServiceAnswer> => {
    const abort = new AbortController()
    const stop = setTimer(asked.timeoutMs, () => abort.abort())
    const signal = asked.signal === undefined ? abort.signal : AbortSignal.any([abort.signal, asked.signal])
    try {
      return await exchange(asked, signal, asked.private ? free : guarded)
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown'
      return { ok: false, message: abort.signal.aborted ? `it took longer than ${asked.timeoutMs} ms` : why }
    } finally {
      stop()
    }
  }
  return { send, close: async () => void (await Promise.all([guarded.destroy(), free.destroy()])) }
}

async function exchange(
  { url, method, headers, body }: ServiceRequest,
  signal: AbortSignal,
  dispatcher: Agent,
): Promise<ServiceAnswer> {
  const response = await request(url, {
    method,
    headers: { 'user-agent': 'policyc', ...headers },
    ...(body === undefined ? {} : { body }),
    signal,
    dispatcher,
  })
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response.body) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > maxAnswerBytes) return { ok: false, message: `its answer is longer than ${maxAnswerBytes} bytes` }
  }
  return { ok: true, status: response.statusCode, text: Buffer.concat(chunks).toString('utf8') }
}
