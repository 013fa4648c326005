/** Replicas that share one Valkey server, on a clock that the test sets. */
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { createRedisState } from '../../src/state/redis.ts'
import { openSharedStore, type SharedStore } from '../../src/state/shared-store.ts'
import type { State } from '../../src/state/state.ts'
import { type VirtualClock, virtualClock } from '../dispatch/world.ts'
import { startValkey, type Valkey } from '../valkey.ts'

/** A server for the tests of a file. */
export function sharedValkey(): () => Valkey {
  let valkey: Valkey | undefined
  beforeAll(async () => {
    valkey = await startValkey()
  })
  afterAll(() => valkey?.kill())
  return () => valkey!
}

export async function openStore(url: string): Promise<SharedStore> {
  const store = await openSharedStore({ url: new Secret(url), onProblem: () => undefined })
  onTestFinished(() => store!.close())
  return store!
}

export interface Replica extends State {
  /** Scripts that it has run. */
  readonly runs: () => number
}

let replicas = 0

/** A replica; `store` may be shared, as a connection may. Its timers run as the clock is advanced. */
export function openReplica(store: SharedStore, clock: VirtualClock, onOutage: 'deny' | 'allow' = 'deny'): Replica {
  const name = `replica-${replicas++}`
  let ids = 0
  let runs = 0
  const counted: SharedStore = {
    run(script, keys, args) {
      runs++
      return store.run(script, keys, args)
    },
    close: async () => {},
  }
  const state = createRedisState({
    store: counted,
    now: clock.now,
    clock: clock.now,
    setTimer: clock.setTimer,
    id: () => (ids++ === 0 ? name : `${name}-${ids}`),
    timeZone: 'UTC',
    onOutage,
  })
  return { ...state, runs: () => runs }
}

/** Lets time pass, and what its timers do come to its end. */
export async function pass(clock: VirtualClock, ms: number, store: SharedStore): Promise<void> {
  clock.advance(ms)
  const { scriptOf } = await import('../../src/state/shared-store.ts')
  // The server answers in order: what was asked before this is answered when this is.
  await store.run(scriptOf('return 1'), [], [])
  await new Promise((resolve) => setImmediate(resolve))
}

export { virtualClock }
