/**
 * A committed stream: the frames that were held back, then the rest as it comes. From here on there is no second
 * target: what goes wrong ends the frames with an `error` event, never with a clean end.
 */
import { isContent } from '../dialects/is-content.ts'
import type { StreamEvent, UpstreamError } from '../dialects/neutral.ts'
import { malformed } from '../dialects/upstream-error.ts'
import type { SetTimer } from '../providers/provider.ts'
import type { Clocks } from './clocks.ts'
import type { FrameReader, ReadFrame } from './frames.ts'
import type { AttemptError, Frame } from './outcome.ts'
import { brokenOff } from './send.ts'

export interface ServedStreamOptions {
  readonly held: readonly ReadFrame[]
  readonly reader: FrameReader
  readonly clocks: Clocks
  readonly idleMs?: number
  readonly givesBytes: boolean
  readonly redact: (text: string) => string
  readonly now: () => number
  readonly setTimer: SetTimer
  /** Called once, when the stream is over: served to its end, failed, or left. */
  readonly onOver: (how: StreamEnd) => void
}

export type StreamEnd =
  | { readonly kind: 'served' }
  | { readonly kind: 'left' }
  | { readonly kind: 'failed'; readonly error: AttemptError }

type Broken = { readonly kind: 'failed'; readonly error: AttemptError } | { readonly kind: 'cancelled' }

/** How long the connection is given to end after the answer has, so that it can be used again. */
const lingerMs = 250

export function serveStream(options: ServedStreamOptions): AsyncIterable<Frame> {
  const { reader, clocks, idleMs, onOver } = options
  const held = [...options.held]
  let isOver = false
  /** Time spent waiting since the last content: what a slow client takes does not count. */
  let waitedMs = 0

  const note = once(onOver)
  const finish = (how: StreamEnd) => {
    if (isOver) return
    isOver = true
    clocks.signal.removeEventListener('abort', onAbort)
    note(how)
    if (how.kind === 'served') linger(reader, clocks, options.setTimer)
    else clocks.release('abort')
  }
  // Nobody may be reading when it is aborted: that the call is over must be noted all the same.
  const onAbort = () => {
    const ending = clocks.ending()
    note(ending?.kind === 'timeout' ? { kind: 'failed', error: ending } : { kind: 'left' })
  }
  clocks.signal.addEventListener('abort', onAbort)

  const read = async (): Promise<ReadFrame | undefined> => {
    if (idleMs === undefined) return reader.next()
    const from = options.now()
    clocks.start('idle', idleMs - waitedMs)
    const frame = await reader.next()
    clocks.stop('idle')
    waitedMs = frame?.events.some(isContent) ? 0 : waitedMs + options.now() - from
    return frame
  }

  const next = async (): Promise<IteratorResult<Frame, undefined>> => {
    if (isOver) return { done: true, value: undefined }
    let frame: ReadFrame | undefined
    try {
      frame = held.shift() ?? (await read())
      if (clocks.ending()) throw new Error('ended')
    } catch (thrown) {
      if (isOver) return { done: true, value: undefined }
      return fail(brokenOff(clocks, thrown))
    }
    if (!frame) return fail({ kind: 'failed', error: { kind: 'cut', message: 'the answer ended before its end' } })
    const last = frame.events.at(-1)
    if (last?.kind === 'end') finish({ kind: 'served' })
    if (last?.kind === 'error') {
      const error: AttemptError = frame.isCut
        ? { kind: 'cut', message: last.error.message }
        : { kind: 'upstream', error: last.error }
      finish({ kind: 'failed', error })
    }
    const { bytes } = frame
    const events = last?.kind === 'error' ? [...frame.events.slice(0, -1), errorEvent(last.error)] : frame.events
    return { done: false, value: options.givesBytes ? { events, bytes } : { events } }
  }

  const fail = (how: Broken): IteratorResult<Frame, undefined> => {
    finish(how.kind === 'cancelled' ? { kind: 'left' } : { kind: 'failed', error: how.error })
    return { done: false, value: { events: [errorEvent(told(how))] } }
  }

  const errorEvent = (error: UpstreamError) => redactEvent(error, options.redact)

  const iterator: AsyncIterableIterator<Frame, undefined> = {
    next,
    async return() {
      finish({ kind: 'left' })
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

function redactEvent(error: UpstreamError, redact: (text: string) => string): StreamEvent {
  return { kind: 'error', error: { ...error, message: redact(error.message) } }
}

function told(how: Broken): UpstreamError {
  if (how.kind === 'cancelled') return { kind: 'server', status: 499, message: 'the request was cancelled' }
  const { error } = how
  switch (error.kind) {
    case 'upstream':
      return error.error
    case 'timeout':
      return { kind: 'timeout', status: 504, message: error.message }
    case 'connect':
    case 'cut':
    case 'unfit':
      return malformed(error.message)
  }
}

function once<T>(run: (value: T) => void): (value: T) => void {
  let isDone = false
  return (value) => {
    if (isDone) return
    isDone = true
    run(value)
  }
}

/** Reads on until the connection ends, which is at once as a rule; else breaks it. */
function linger(reader: FrameReader, clocks: Clocks, setTimer: SetTimer): void {
  clocks.release('keep')
  const cancel = setTimer(lingerMs, () => clocks.release('abort'))
  void reader.drain().then(cancel, cancel)
}
