/**
 * Which answers may be given out again: those that came to an end of their own. What was filtered, refused or paused is
 * none; nor is one that calls a tool, since a repeated answer would be a repeated deed.
 */
import type { Answer, Block, StopReason, StreamEvent } from '../dialects/neutral.ts'

/** Whether a whole answer may be given out again. */
export function isRepeatable({ choices }: Answer): boolean {
  return choices.length > 0 && choices.every(({ stop, content }) => isEnd(stop.reason) && content.every(isSaid))
}

/** Whether an event of a stream leaves it one that may be given out again. */
export function isRepeatableEvent(event: StreamEvent): boolean {
  switch (event.kind) {
    case 'finish':
      return isEnd(event.stop.reason)
    case 'block_start':
      return event.of.kind === 'text' || event.of.kind === 'reasoning' || event.of.kind === 'redacted_reasoning'
    case 'refusal':
    case 'arguments':
    case 'error':
      return false
    case 'start':
    case 'text':
    case 'reasoning':
    case 'signature':
    case 'citation':
    case 'opaque':
    case 'block_stop':
    case 'usage':
    case 'ping':
    case 'end':
      return true
  }
}

/** `length` is what the caller's own `max_tokens` asks for, which the key holds. */
function isEnd(reason: StopReason): boolean {
  return reason === 'end' || reason === 'length' || reason === 'stop_sequence'
}

function isSaid({ kind }: Block): boolean {
  return kind === 'text' || kind === 'reasoning'
}
