/**
 * The store that replicas share: Redis or a server that speaks as it does, through `ioredis`, which is loaded only where
 * it is asked for.
 *
 * Scripts run in one step and nothing else is asked of the server. A command is never sent a second time by itself: what
 * became of it, where a connection breaks, is for its sender to judge.
 */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Secret } from '../config/secret.ts'

export interface SharedStore {
  /** Runs a script in one step; rejects where the store is out of reach. */
  readonly run: (script: Script, keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>
  readonly close: () => Promise<void>
}

export interface Script {
  readonly lua: string
  readonly sha1: string
}

export interface SharedStoreOptions {
  readonly url: Secret
  /** Told of an outage when it begins. */
  readonly onProblem: (message: string) => void
}

/** Longest wait for an answer: what takes longer counts as an outage. */
const answerMs = 1000
/** Longest pause between attempts to connect again. */
const reconnectMs = 1000

export function scriptOf(lua: string): Script {
  return { lua, sha1: createHash('sha1').update(lua).digest('hex') }
}

/** Undefined where the package `ioredis` is not installed. Resolves whether or not the server can be reached. */
export async function openSharedStore({ url, onProblem }: SharedStoreOptions): Promise<SharedStore | undefined> {
  const ioredis = await import('ioredis').catch(() => undefined)
  if (ioredis === undefined) return undefined
  const redis = new ioredis.Redis(url.reveal(), {
    lazyConnect: true,
    connectTimeout: answerMs,
    commandTimeout: answerMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: true,
    retryStrategy: (attempts) => Math.min(attempts * 50, reconnectMs),
  })
  const tell = tellOnce(redis, onProblem)
  // Where it fails the client goes on trying; until it is there every command is refused.
  await redis.connect().catch(() => undefined)
  return {
    run: (script, keys, args) =>
      runScript(redis, script, keys, args).catch((error: Error) => {
        // What the server itself refuses (no memory, no rights) is no broken connection, of which the client tells.
        if (error.name === 'ReplyError') tell(error.message)
        throw error
      }),
    async close() {
      await redis.quit().catch(() => undefined)
      redis.disconnect()
    },
  }
}

/** Tells of each problem once, and again only after a connection was made since. */
function tellOnce(redis: Redis, onProblem: (message: string) => void): (message: string) => void {
  let told: string | undefined
  const tell = (message: string) => {
    if (message !== told) onProblem(message)
    told = message
  }
  redis.on('ready', () => {
    told = undefined
  })
  redis.on('error', (error: Error) => tell(error.message))
  return tell
}

async function runScript(
  redis: Redis,
  { lua, sha1 }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.call('EVALSHA', sha1, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return redis.call('EVAL', lua, keys.length, ...keys, ...args)
  }
}
