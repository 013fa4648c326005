/**
 * A streamed answer on its way to the client: frames in, wire text out, usage counted on the way.
 *
 * It lives until the upstream call is over and settled, which may be later than its client: whoever stops reading
 * says so by `return()`, and the upstream call is then cancelled or drained as the configuration says. A failure
 * after the first content ends the stream with the dialect's error event and without its clean end (`[DONE]`,
 * `message_stop`); the HTTP message itself is completed, so that nothing that was sent is thrown away.
 */
import { isRepeatableEvent } from '../cache/is-repeatable.ts'
import type { StreamEncoder } from '../dialects/dialect.ts'
import { isContent } from '../dialects/is-content.ts'
import { mergeUsage } from '../dialects/merge-usage.ts'
import type { StreamEvent, Usage } from '../dialects/neutral.ts'
import type { Frame } from '../dispatch/outcome.ts'
import type { AnswerStreamGuards } from '../guards/guards.ts'
import type { Environment } from './environment.ts'
import { charactersOf, tokensOfCharacters } from './settle.ts'
import { tellStreamError } from './upstream-failure.ts'

export interface StreamEnd {
  readonly kind: 'complete' | 'failed' | 'client_gone'
  /** Whether the provider came to its end, so that what it counted is its last word. */
  readonly isWhole: boolean
  /** Whether nothing of it speaks against giving it out again. */
  readonly isRepeatable: boolean
  readonly usage: Usage | undefined
  /** Estimated from what went by. */
  readonly outputTokens: number
}

export interface AnswerStreamOptions {
  readonly frames: AsyncIterable<Frame>
  /** What the events pass before the client sees them; the provider's own bytes do not go on then. */
  readonly guard?: AnswerStreamGuards
  /** Makes the encoder once the provider's name for the model is known, where it gives one. */
  readonly encoderFor: (model: string | undefined) => StreamEncoder
  /** Usage for a dialect that cannot leave it out, where the provider said none; from the estimated output. */
  readonly usageUnlessSaid?: (outputTokens: number) => Usage
  /** How long to read on for a client that has left; 0 cancels at once. */
  readonly drainMs: number
  readonly setTimer: Environment['setTimer']
  /** Cancels the upstream call. */
  readonly cancel: () => void
  readonly onFirstContent: () => void
  /** Called once, before the last `next()` resolves. */
  readonly onEnd: (end: StreamEnd) => void
  /** Told of a mistake of ours in encoding. */
  readonly onBug: (error: unknown) => void
}

export class AnswerStream implements AsyncIterableIterator<string | Uint8Array> {
  readonly #options: AnswerStreamOptions
  readonly #frames: AsyncIterator<Frame>
  #encoder: StreamEncoder | undefined
  #pending: Promise<unknown> = Promise.resolve()
  #usage: Usage | undefined
  #characters = 0
  #sawContent = false
  #sawError = false
  #sawEnd = false
  #isRepeatable = true
  #hasLeft = false
  #isBlocked = false
  #isOver = false

  constructor(options: AnswerStreamOptions) {
    this.#options = options
    this.#frames = options.frames[Symbol.asyncIterator]()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<string | Uint8Array>> {
    const step = this.#advance()
    this.#pending = step
    return step
  }

  /** The client has left. Resolves at once; the upstream call ends behind. */
  async return(): Promise<IteratorResult<string | Uint8Array>> {
    if (!this.#isOver && !this.#hasLeft) {
      this.#hasLeft = true
      void this.#readRest()
    }
    return { done: true, value: undefined }
  }

  /** Never rejects: a mistake of ours ends the stream as a failure does. */
  async #advance(): Promise<IteratorResult<string | Uint8Array>> {
    try {
      while (!this.#isOver) {
        const step = await this.#frames.next()
        if (step.done) {
          if (!this.#hasLeft) this.#end(this.#sawError ? 'failed' : 'complete')
          break
        }
        this.#observe(step.value.events)
        if (this.#hasLeft) break
        const { guard } = this.#options
        const frame = guard === undefined ? step.value : await this.#guard(guard, step.value)
        if (this.#hasLeft) break
        const out = this.#encode(frame)
        if (out.length > 0) return { done: false, value: out }
      }
      return { done: true, value: undefined }
    } catch (error) {
      return this.#failByBug(error)
    }
  }

  #failByBug(error: unknown): IteratorResult<string | Uint8Array> {
    this.#options.onBug(error)
    this.#options.cancel()
    if (this.#hasLeft) return { done: true, value: undefined }
    this.#end('failed')
    const told = { status: 500, kind: 'internal', message: 'the gateway has failed on this answer' }
    return { done: false, value: this.#encoderNow().fail(told) }
  }

  /** A frame as the guards leave it; what they end is broken off. */
  async #guard(guard: AnswerStreamGuards, frame: Frame): Promise<Frame> {
    if (this.#isBlocked) return { events: [] }
    const events = await guard.push(frame.events)
    const wasSound = frame.events.at(-1)?.kind !== 'error'
    if (events.at(-1)?.kind === 'error' && wasSound) {
      this.#isBlocked = true
      this.#sawError = true
      if (!this.#sawEnd) this.#options.cancel()
    }
    return { events }
  }

  #encode(frame: Frame): string | Uint8Array {
    if (frame.bytes !== undefined) return this.#passOn(frame, frame.bytes)
    let text = ''
    for (const event of frame.events) text += this.#encodeEvent(event)
    return text
  }

  /** The provider's own bytes; only the error that they ended with is left to us. */
  #passOn({ events }: Frame, bytes: Uint8Array): string | Uint8Array {
    const last = events.at(-1)
    if (last?.kind !== 'error') return bytes
    return Buffer.concat([bytes, Buffer.from(this.#encodeEvent(last))])
  }

  #encodeEvent(event: StreamEvent): string {
    if (event.kind === 'start') this.#encoder ??= this.#options.encoderFor(event.model || undefined)
    const encoder = this.#encoderNow()
    if (event.kind === 'error') return encoder.fail(tellStreamError(event.error))
    return (event.kind === 'end' ? this.#encodeEstimate(encoder) : '') + encoder.event(event)
  }

  #encodeEstimate(encoder: StreamEncoder): string {
    const { usageUnlessSaid } = this.#options
    if (usageUnlessSaid === undefined || this.#usage?.output !== undefined) return ''
    const usage = { ...usageUnlessSaid(tokensOfCharacters(this.#characters)), ...this.#usage }
    return encoder.event({ kind: 'usage', usage })
  }

  #encoderNow(): StreamEncoder {
    return (this.#encoder ??= this.#options.encoderFor(undefined))
  }

  #observe(events: readonly StreamEvent[]): void {
    for (const event of events) {
      if (event.kind === 'start' || event.kind === 'usage') this.#usage = mergeUsage(this.#usage, event.usage)
      if (event.kind === 'error') this.#sawError = true
      if (event.kind === 'end') this.#sawEnd = true
      if (!isRepeatableEvent(event)) this.#isRepeatable = false
      this.#characters += charactersOf(event)
      if (!this.#sawContent && isContent(event)) {
        this.#sawContent = true
        this.#options.onFirstContent()
      }
    }
  }

  /** For a client that has left: reads on for a while, or breaks the upstream call off, and settles. */
  async #readRest(): Promise<void> {
    const { drainMs, cancel, setTimer } = this.#options
    const stop = drainMs > 0 ? setTimer(drainMs, cancel) : undefined
    if (stop === undefined) cancel()
    await this.#pending
    try {
      if (stop === undefined) await this.#frames.return?.()
      else
        for (let step = await this.#frames.next(); !step.done; step = await this.#frames.next())
          this.#observe(step.value.events)
    } catch (error) {
      this.#options.onBug(error)
    } finally {
      stop?.()
      this.#end('client_gone')
    }
  }

  #end(kind: StreamEnd['kind']): void {
    if (this.#isOver) return
    this.#isOver = true
    const outputTokens = tokensOfCharacters(this.#characters)
    const isWhole = this.#sawEnd
    const isRepeatable = this.#isRepeatable
    this.#options.onEnd({ kind, isWhole, isRepeatable, usage: this.#usage, outputTokens })
  }
}
