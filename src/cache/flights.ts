/**
 * One flight for each key: who comes first asks the provider, who comes meanwhile waits for what it gets. Each waits for
 * itself: leaving ends nobody else's wait, and a flight without a result sends all who waited on their own way.
 */

/** The flights that are under way. */
export interface Flights<V> {
  readonly join: (key: string) => Joined<V>
  /** Undefined where a flight for the key is under way already. */
  readonly lead: (key: string) => Lead<V> | undefined
}

export type Joined<V> = Lead<V> | Wait<V> | { readonly kind: 'alone' }

export interface Lead<V> {
  readonly kind: 'lead'
  /** Ends the flight, with what is to be shared or without; again has no effect. */
  readonly end: (result?: V) => void
}

export interface Wait<V> {
  readonly kind: 'wait'
  /** Undefined where the flight came to nothing that can be shared, took too long, or a signal was aborted. */
  readonly result: (signals: readonly AbortSignal[]) => Promise<V | undefined>
}

export interface FlightsOptions {
  /** How many may wait for one flight; one more goes on its own. */
  readonly maxWaiting: number
  readonly maxWaitMs: number
  /** Runs `run` after `ms`; the answer cancels it. */
  readonly setTimer: (ms: number, run: () => void) => () => void
}

type Waiter<V> = (result: V | undefined) => void

export function createFlights<V>({ maxWaiting, maxWaitMs, setTimer }: FlightsOptions): Flights<V> {
  const underWay = new Map<string, Set<Waiter<V>>>()

  function lead(key: string): Lead<V> | undefined {
    if (underWay.has(key)) return undefined
    const waiting = new Set<Waiter<V>>()
    underWay.set(key, waiting)
    return {
      kind: 'lead',
      end(result) {
        if (underWay.get(key) === waiting) underWay.delete(key)
        for (const tell of [...waiting]) tell(result)
      },
    }
  }

  /** The place among the waiting is taken at once, the wait may begin later. */
  function wait(waiting: Set<Waiter<V>>): Wait<V> {
    const { promise, resolve } = deferred<V | undefined>()
    const tell: Waiter<V> = (result) => {
      waiting.delete(tell)
      resolve(result)
    }
    waiting.add(tell)
    return {
      kind: 'wait',
      async result(signals) {
        const leave = () => tell(undefined)
        const stop = setTimer(maxWaitMs, leave)
        for (const each of signals) each.addEventListener('abort', leave, { once: true })
        if (signals.some((each) => each.aborted)) leave()
        try {
          return await promise
        } finally {
          stop()
          for (const each of signals) each.removeEventListener('abort', leave)
        }
      },
    }
  }

  return {
    lead,
    join(key) {
      const waiting = underWay.get(key)
      if (waiting === undefined) return lead(key)!
      return waiting.size < maxWaiting ? wait(waiting) : { kind: 'alone' }
    },
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
