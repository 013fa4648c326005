/** What of a stream is said to the client, and what is only about it. */
import type { StreamEvent } from './neutral.ts'

/** Whether an event says something of the answer, so that it commits the gateway to this target. */
export function isContent(event: StreamEvent): boolean {
  switch (event.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
    case 'arguments':
      return event.text !== ''
    case 'block_start':
      return event.of.kind === 'tool_call' || event.of.kind === 'opaque' || event.of.kind === 'redacted_reasoning'
    case 'signature':
    case 'citation':
    case 'opaque':
    case 'finish':
      return true
    case 'start':
    case 'block_stop':
    case 'usage':
    case 'ping':
    case 'error':
    case 'end':
      return false
  }
}
