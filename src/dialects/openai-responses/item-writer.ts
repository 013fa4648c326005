/** Writes the items of a stream's output: each is added at its place, and told whole when it is done. */
import type { JsonObject, StreamEvent } from '../neutral.ts'

export type Write = (type: string, fields: JsonObject) => string

/** The place of an item, as its events name it. */
export interface At {
  readonly output_index: number
  readonly item_id: string
}

export interface ItemWriter {
  readonly write: Write
  /** Adds an item; one that says no id gets one that begins with `prefix`. */
  readonly add: (prefix: 'msg' | 'fc' | 'rs', item: JsonObject) => { readonly at: At; readonly text: string }
  readonly tell: (at: At, item: JsonObject) => string
  /** The items that are whole, in their order. */
  readonly items: () => readonly JsonObject[]
}

/** Tells one block: its deltas, and its end. */
export interface BlockEncoder {
  readonly delta: (event: Delta) => string
  readonly stop: () => string
}

export type OfBlock = Extract<StreamEvent, { readonly block: number }>
export type Delta = Exclude<OfBlock, { readonly kind: 'block_start' | 'block_stop' }>

export function createItemWriter(
  idOf: (prefix: 'msg' | 'fc' | 'rs', index: number) => string,
  write: Write,
): ItemWriter {
  /** Items by their place; those that are not whole yet are missing. */
  const told: (JsonObject | undefined)[] = []
  return {
    write,
    add(prefix, item) {
      const output_index = told.push(undefined) - 1
      const id = typeof item['id'] === 'string' ? item['id'] : idOf(prefix, output_index)
      const text = write('response.output_item.added', { output_index, item: { id, ...item } })
      return { at: { output_index, item_id: id }, text }
    },
    tell({ output_index, item_id }, item) {
      const whole = { id: item_id, ...item }
      told[output_index] = whole
      return write('response.output_item.done', { output_index, item: whole })
    },
    items: () => told.filter((item) => item !== undefined),
  }
}
