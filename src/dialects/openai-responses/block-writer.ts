/**
 * Writes the neutral events of a stream's output. Texts, reasoning and items of the provider's own follow one
 * another: at most one of them is open. A part that another block interrupts goes on in a block of its own, and one
 * that is over is not begun again. Calls stand beside.
 */
import type { Block, BlockStart, Json, JsonObject, StreamEvent } from '../neutral.ts'
import { responsesExtensions } from './extensions.ts'

/** The block that is open. */
export interface OpenBlock {
  readonly item: string
  /** One block holds all parts of reasoning, and all of an item of the provider's own. */
  readonly part: string
  readonly kind: Flowing['kind']
  readonly block: number
  readonly said: Said
}

/** What has been said of a part. */
export interface Said {
  length: number
  citations: number
  /** Of reasoning: which of its summaries or texts spoke last. */
  voice?: string
  isOver: boolean
}

export type Flowing = Extract<BlockStart, { readonly kind: 'text' | 'reasoning' | 'refusal' | 'opaque' }>

export interface BlockWriter {
  /** The items that a block was begun for. */
  readonly seen: ReadonlySet<string>
  readonly kinds: ReadonlySet<Block['kind']>
  readonly open: () => OpenBlock | undefined
  /** The block of a part of an item, begun if it is not; undefined where it is over already. */
  readonly flow: (item: string, part: string, of: Flowing, fields: JsonObject) => OpenBlock | undefined
  /** Begins a block that somebody else ends. */
  readonly begin: (item: string, of: BlockStart, fields: JsonObject | undefined) => number
  readonly saidOf: (item: string, part: string) => Said
  /** Ends a part, and its block where it is open. */
  readonly end: (item: string, part: string) => void
  /** Ends the open block, if there is one. */
  readonly stop: () => void
  readonly say: (at: OpenBlock | undefined, text: string, logprobs?: Json) => void
  readonly put: (event: StreamEvent) => void
  /** The events since the last time. */
  readonly take: () => readonly StreamEvent[]
}

export function createBlockWriter(): BlockWriter {
  let events: StreamEvent[] = []
  let blocks = 0
  let open: OpenBlock | undefined
  const seen = new Set<string>()
  const kinds = new Set<Block['kind']>()
  const places = new Map<string, Said>()

  const stop = (): void => {
    if (open === undefined) return
    events.push({ kind: 'block_stop', choice: 0, block: open.block })
    open = undefined
  }
  const saidOf = (item: string, part: string): Said => {
    const key = `${item} ${part}`
    const known = places.get(key) ?? { length: 0, citations: 0, isOver: false }
    places.set(key, known)
    return known
  }
  const begin = (item: string, of: BlockStart, fields: JsonObject | undefined): number => {
    stop()
    seen.add(item)
    kinds.add(of.kind === 'redacted_reasoning' ? 'reasoning' : of.kind)
    const block = blocks++
    const extensions = responsesExtensions(fields)
    events.push({ kind: 'block_start', choice: 0, block, of, ...(extensions !== undefined && { extensions }) })
    return block
  }
  return {
    seen,
    kinds,
    open: () => open,
    begin,
    stop,
    flow(item, part, of, fields) {
      if (open?.item === item && open.part === part && open.kind === of.kind) return open
      const said = saidOf(item, part)
      if (said.isOver) return undefined
      open = { item, part, kind: of.kind, block: begin(item, of, fields), said }
      return open
    },
    saidOf,
    end(item, part) {
      saidOf(item, part).isOver = true
      if (open?.item === item && open.part === part) stop()
    },
    say(at, text, logprobs) {
      if (at === undefined || at.kind === 'opaque' || (text === '' && logprobs === undefined)) return
      at.said.length += text.length
      const { kind, block } = at
      events.push({ kind, choice: 0, block, text, ...(logprobs !== undefined && kind !== 'reasoning' && { logprobs }) })
    },
    put: (event) => void events.push(event),
    take() {
      const taken = events
      events = []
      return taken
    },
  }
}
