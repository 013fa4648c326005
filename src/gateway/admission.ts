/**
 * Who may come in: counts the requests under way, refuses one too many, and lets a stopping gateway drain.
 */
import type { Environment } from './environment.ts'

/** A request's place among those under way. */
export interface Place {
  /** Aborted when the gateway stops without waiting any longer. */
  readonly abort: AbortController
  /** Gives the place back; may be called again without effect. */
  readonly leave: () => void
}

export class Admission {
  readonly #max: number
  readonly #setTimer: Environment['setTimer']
  readonly #inside = new Set<AbortController>()
  #isClosing = false
  #onEmpty: (() => void) | undefined

  constructor(max: number, setTimer: Environment['setTimer']) {
    this.#max = max
    this.#setTimer = setTimer
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** A place, or why there is none. */
  enter(): Place | 'busy' | 'closing' {
    if (this.#isClosing) return 'closing'
    if (this.#inside.size >= this.#max) return 'busy'
    const abort = new AbortController()
    this.#inside.add(abort)
    return {
      abort,
      leave: () => {
        if (this.#inside.delete(abort) && this.#inside.size === 0) this.#onEmpty?.()
      },
    }
  }

  /** Refuses what is new, waits for what is under way, and aborts what is left after `drainMs`. */
  async close(drainMs: number): Promise<void> {
    this.#isClosing = true
    if (await this.#emptyWithin(drainMs)) return
    for (const abort of this.#inside) abort.abort()
    await this.#emptyWithin(abortedWithinMs)
  }

  async #emptyWithin(ms: number): Promise<boolean> {
    if (this.#inside.size === 0) return true
    return new Promise((resolve) => {
      const stop = this.#setTimer(ms, () => resolve(false))
      this.#onEmpty = () => {
        stop()
        resolve(true)
      }
    })
  }
}

/** What is aborted ends at once, unless a host program's own function hangs. */
const abortedWithinMs = 1000
