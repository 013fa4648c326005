/**
 * One exchange of JSON with a service of the operator, for guards: bounded in time and size, to configured addresses
 * alone, without redirects.
 */
import { Agent, request } from 'undici'
import type { Post, Poster, PostRequest } from '../guards/post.ts'
import { guardedLookup } from '../providers/address.ts'
import type { Environment } from './environment.ts'

/** The largest answer that is read. */
const maxAnswerBytes = 1024 * 1024

export function createPoster({ setTimer }: Pick<Environment, 'setTimer'>): Poster {
  const options = { connections: 64, headersTimeout: 0, bodyTimeout: 0 }
  const guarded = new Agent({ ...options, connect: { lookup: guardedLookup() } })
  const free = new Agent(options)
  const post: Post = async (asked) => {
    const abort = new AbortController()
    const stop = setTimer(asked.timeoutMs, () => abort.abort())
    const signal = AbortSignal.any([abort.signal, asked.signal])
    try {
      return await send(asked, signal, asked.private ? free : guarded)
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown'
      return { ok: false, message: abort.signal.aborted ? `it took longer than ${asked.timeoutMs} ms` : why }
    } finally {
      stop()
    }
  }
  return { post, close: async () => void (await Promise.all([guarded.destroy(), free.destroy()])) }
}

async function send({ url, body, headers }: PostRequest, signal: AbortSignal, dispatcher: Agent) {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'policyc', ...headers },
    body,
    signal,
    dispatcher,
  })
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response.body) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > maxAnswerBytes)
      return { ok: false, message: `its answer is longer than ${maxAnswerBytes} bytes` } as const
  }
  return { ok: true, status: response.statusCode, text: Buffer.concat(chunks).toString('utf8') } as const
}
