/** The content blocks of a Converse stream → neutral block events, one block after another. */
import { filledString, isArray, isObject } from '../json.ts'
import type { BlockStart, JsonObject, StreamEvent } from '../neutral.ts'
import { type ReadCitation, readCitation } from './citations.ts'
import { decodeRedacted, joinBase64 } from './redacted.ts'

export interface BlocksDecoder {
  /** The events of one message, or undefined where it belongs to no block. */
  readonly push: (type: MessageType, index: number, value: JsonObject) => readonly StreamEvent[] | undefined
  readonly stopAll: () => readonly StreamEvent[]
}

export type MessageType = 'contentBlockStart' | 'contentBlockDelta' | 'contentBlockStop'

/** The block that is open, by its index on the wire and in the neutral answer. */
interface Open {
  readonly kind: BlockStart['kind']
  readonly index: number
  readonly block: number
}

export function createBlocksDecoder(): BlocksDecoder {
  let open: Open | undefined
  let blocks = 0
  /** Citations that came before the text of their block, and pieces of encrypted reasoning. */
  let early: ReadCitation[] = []
  let redacted: string[] = []

  const stopOpen = (): readonly StreamEvent[] => {
    const before = open
    open = undefined
    return before === undefined ? [] : [{ kind: 'block_stop', choice: 0, block: before.block }]
  }
  const startBlock = (index: number, of: BlockStart): readonly StreamEvent[] => {
    const before = stopOpen()
    const block = blocks++
    open = { kind: of.kind, index, block }
    return [...before, { kind: 'block_start', choice: 0, block, of }]
  }
  const flow = (index: number, kind: 'text' | 'reasoning'): readonly StreamEvent[] =>
    open?.kind === kind && open.index === index ? [] : startBlock(index, { kind })
  const cite = (): readonly StreamEvent[] => {
    const items = early
    early = []
    if (open?.kind !== 'text') return []
    const { block } = open
    return items.map((read) => ({ kind: 'citation', choice: 0, block, ...read }))
  }
  const text = (index: number, said: string): readonly StreamEvent[] => {
    if (said === '') return []
    const before = flow(index, 'text')
    return [...before, ...cite(), { kind: 'text', choice: 0, block: open!.block, text: said }]
  }
  const reasoning = (index: number, delta: JsonObject): readonly StreamEvent[] => {
    const said = filledString(delta['text'])
    const signature = filledString(delta['signature'])
    const piece = filledString(delta['redactedContent'])
    if (piece !== undefined) redacted.push(piece)
    if (said === undefined && signature === undefined) return []
    const before = flow(index, 'reasoning')
    const at = { choice: 0, block: open!.block }
    return [
      ...before,
      ...(said === undefined ? [] : [{ kind: 'reasoning' as const, ...at, text: said }]),
      ...(signature === undefined
        ? []
        : [{ kind: 'signature' as const, ...at, dialect: 'anthropic' as const, value: signature }]),
    ]
  }
  const input = (index: number, delta: JsonObject): readonly StreamEvent[] | undefined => {
    if (open?.index !== index || open.kind !== 'tool_call') return undefined
    const said = filledString(delta['input'])
    return said === undefined ? [] : [{ kind: 'arguments', choice: 0, block: open.block, text: said }]
  }
  const delta = (index: number, value: JsonObject): readonly StreamEvent[] | undefined => {
    if (open?.kind === 'opaque' && open.index === index)
      return [{ kind: 'opaque', choice: 0, block: open.block, dialect: 'bedrock', value }]
    if (typeof value['text'] === 'string') return text(index, value['text'])
    if (isObject(value['reasoningContent'])) return reasoning(index, value['reasoningContent'])
    if (isObject(value['toolUse'])) return input(index, value['toolUse'])
    const { citation } = value
    if (citation === undefined) return []
    early.push(...(isArray(citation) ? citation : [citation]).map(readCitation))
    return open?.kind === 'text' && open.index === index ? cite() : []
  }
  const start = (index: number, value: JsonObject): readonly StreamEvent[] => {
    const { toolUse } = value
    if (!isObject(toolUse) || toolUse['type'] === 'server_tool_use')
      return Object.keys(value).length === 0 ? [] : startBlock(index, { kind: 'opaque', dialect: 'bedrock', value })
    const name = filledString(toolUse['name']) ?? ''
    return startBlock(index, { kind: 'tool_call', id: filledString(toolUse['toolUseId']) ?? name, name })
  }
  const stop = (index: number): readonly StreamEvent[] => {
    const cited = cite()
    if (redacted.length > 0) {
      const said = decodeRedacted(joinBase64(redacted))
      redacted = []
      return [...cited, ...startBlock(index, { kind: 'redacted_reasoning', ...said }), ...stopOpen()]
    }
    // A text may be cited by the block after it.
    return open?.index === index && open.kind !== 'text' ? [...cited, ...stopOpen()] : cited
  }
  return {
    push(type, index, value) {
      switch (type) {
        case 'contentBlockStart':
          return start(index, isObject(value['start']) ? value['start'] : {})
        case 'contentBlockDelta':
          return delta(index, isObject(value['delta']) ? value['delta'] : {})
        case 'contentBlockStop':
          return stop(index)
      }
    },
    stopAll: () => [...cite(), ...stopOpen()],
  }
}
