/**
 * Guards a streamed answer: events in, events out, with just so much text held back that nothing that is found is cut.
 * What goes out is, put together, what `guardAnswer` gives of the whole answer, however the stream is cut; but what
 * is blocked ends the stream with an error, for what went before cannot be taken back.
 */
import type { BlockStart, StreamEvent, UpstreamError } from '../dialects/neutral.ts'
import type { Blocked } from './findings.ts'
import { blockedText } from './guard-answer.ts'
import { type GuardedDeltas, openDeltas } from './guarded-deltas.ts'
import { openJson } from './guarded-json.ts'
import { type GuardedText, type Guarding, openText, type Part } from './guarded-text.ts'
import { createWholeTexts, guardExtensions } from './whole-texts.ts'

export interface StreamGuard {
  /** What may go on of some events; nothing follows an `error`. */
  readonly push: (events: readonly StreamEvent[]) => readonly StreamEvent[]
  readonly blocked: () => Blocked | undefined
}

type At = { readonly choice: number; readonly block: number }
type Piece = Extract<StreamEvent, { kind: 'text' | 'refusal' | 'reasoning' | 'arguments' }>
type Opaque = Extract<StreamEvent, { kind: 'opaque' }>

export function createStreamGuard(guarding: Guarding): StreamGuard {
  const blocks = new Map<string, BlockGuard>()
  const texts = createWholeTexts(guarding)
  let blocked: Blocked | undefined
  const noteBlocked = (by: Blocked) => {
    blocked ??= by
  }
  const keyOf = ({ choice, block }: At) => `${choice} ${block}`

  const step = (event: StreamEvent): readonly StreamEvent[] => {
    switch (event.kind) {
      case 'block_start': {
        const of = event.of.kind === 'opaque' ? { ...event.of, value: texts.value(event.of.value) } : event.of
        blocks.set(keyOf(event), openBlock(guarding, of, noteBlocked))
        return [guardExtensions({ ...event, of }, texts)]
      }
      case 'text':
      case 'refusal':
      case 'reasoning':
      case 'arguments':
      case 'signature':
      case 'opaque':
        // Blocks have a start; text of one that has none is not looked at, and does not go out.
        return blocks.get(keyOf(event))?.take(event) ?? []
      case 'block_stop': {
        const rest = blocks.get(keyOf(event))?.end(event) ?? []
        blocks.delete(keyOf(event))
        return [...rest, event]
      }
      case 'citation':
        return [{ ...event, value: texts.value(event.value) }]
      case 'start':
      case 'finish':
        return [guardExtensions(event, texts)]
      case 'usage':
      case 'ping':
      case 'error':
      case 'end':
        return [event]
    }
  }
  return {
    push: (events) => {
      const out: StreamEvent[] = []
      for (const event of events) {
        if (blocked !== undefined) break
        const given = step(event)
        blocked ??= texts.blocked()
        if (blocked === undefined) out.push(...given)
        else out.push({ kind: 'error', error: blockedError(blocked) })
      }
      return out
    },
    blocked: () => blocked,
  }
}

/** What an answer that may not go on is told to be. */
export function blockedError(blocked: Blocked): UpstreamError {
  return { kind: 'content_policy', status: 400, message: blockedText(blocked, 'answer'), code: 'blocked_by_guard' }
}

/** One block on its way. */
interface BlockGuard {
  readonly take: (event: Piece | Opaque | Extract<StreamEvent, { kind: 'signature' }>) => readonly StreamEvent[]
  /** What is still held, as events. */
  readonly end: (at: At) => readonly StreamEvent[]
}

function openBlock(guarding: Guarding, of: BlockStart, onBlocked: (by: Blocked) => void): BlockGuard {
  const kind = pieceOf(of)
  const text: GuardedText = kind === 'arguments' ? openJson(guarding) : openText(guarding)
  const signatures: StreamEvent[] = []
  let deltas: GuardedDeltas | undefined
  let delta: Opaque | undefined
  let isAltered = false
  const read = (parts: readonly Part[]): string => {
    let out = ''
    for (const part of parts) {
      if (part.kind === 'block') onBlocked(part.blocked)
      if (part.kind === 'put') isAltered ||= !part.isRestored
      if (part.kind === 'keep' || part.kind === 'put') out += part.text
    }
    return out
  }
  const say = ({ choice, block }: At, said: string): readonly StreamEvent[] =>
    said === '' || kind === undefined ? [] : [{ kind, choice, block, text: said }]
  return {
    take: (event) => {
      switch (event.kind) {
        case 'signature':
          // It comes behind the text that it signs, some of which may be held.
          signatures.push(event)
          return []
        case 'opaque':
          deltas ??= openDeltas(guarding, read)
          delta = event
          return [{ ...event, value: deltas.push(event.value) }]
        default:
          return say(event, read(text.push(event.text)))
      }
    },
    end: (at) => {
      const rest = say(at, read(text.end()))
      const late = (deltas?.end() ?? []).map((value) => ({ ...delta!, value }))
      // Its maker would refuse a signature under other words.
      const isVoid = isAltered && kind === 'reasoning'
      return [...rest, ...late, ...(isVoid ? [] : signatures)]
    },
  }
}

function pieceOf(of: BlockStart): Piece['kind'] | undefined {
  switch (of.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return of.kind
    case 'tool_call':
      return 'arguments'
    case 'redacted_reasoning':
    case 'opaque':
      return undefined
  }
}
