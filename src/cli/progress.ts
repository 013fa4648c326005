/**
 * What a command says while it works: the one line on standard error that is written over, only where a person
 * watches and only once it has taken a while.
 */
import type { Io } from './io.ts'

export interface Progress {
  /** Says what is being done now; cheap enough to be called for each of many small things. */
  readonly tell: (doing: string) => void
  /** Takes the line away. */
  readonly end: () => void
}

/** Before this nobody wonders. */
const quietMs = 1_000
/** Faster than this nobody reads. */
const betweenMs = 100
const widthMax = 78
const clearLine = '\r\u001b[K'

/** `now` gives milliseconds. */
export function createProgress(io: Pick<Io, 'err' | 'isErrTerminal'>, now: () => number): Progress {
  if (!io.isErrTerminal) return { tell: () => undefined, end: () => undefined }
  const startMs = now()
  let shownMs: number | undefined
  return {
    tell(doing) {
      const atMs = now()
      if (atMs - startMs < quietMs || (shownMs !== undefined && atMs - shownMs < betweenMs)) return
      shownMs = atMs
      const seconds = Math.round((atMs - startMs) / 1_000)
      io.err(`${clearLine}${`${doing} …`.slice(0, widthMax - 8)} (${seconds} s)`)
    },
    end() {
      if (shownMs !== undefined) io.err(clearLine)
      shownMs = undefined
    },
  }
}
