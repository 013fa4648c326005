/** The function calls of a stream: their arguments in pieces, interleaved, or whole. */
import { fieldsBeside, filledString, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'
import type { BlockWriter } from './block-writer.ts'

export interface CallsDecoder {
  /** The item as it is when it begins or ends; the rest of the arguments is read from it. */
  readonly item: (place: string, item: JsonObject) => void
  readonly argue: (place: string, text: string) => void
  /** All of the arguments: what the pieces left out is what follows them. */
  readonly argueWhole: (place: string, value: Json | undefined) => void
  readonly close: (place: string) => void
  readonly closeAll: () => void
}

interface Call {
  block: number | undefined
  said: string
  isOver: boolean
}

const CALL_FIELDS = new Set(['type', 'call_id', 'name', 'arguments', 'status'])

export function createCallsDecoder(blocks: BlockWriter): CallsDecoder {
  const calls = new Map<string, Call>()

  const callAt = (place: string): Call => {
    const known = calls.get(place) ?? { block: undefined, said: '', isOver: false }
    calls.set(place, known)
    return known
  }
  /** Arguments before the call's name are held back: nothing can be said of it before. */
  const argue = (place: string, text: string): void => {
    const call = callAt(place)
    if (call.isOver || text === '') return
    call.said += text
    if (call.block !== undefined) blocks.put({ kind: 'arguments', choice: 0, block: call.block, text })
  }
  const argueWhole = (place: string, value: Json | undefined): void => {
    const whole = isObject(value) ? JSON.stringify(value) : (filledString(value) ?? '')
    const { said } = callAt(place)
    if (whole.startsWith(said)) argue(place, whole.slice(said.length))
  }
  const open = (place: string, item: JsonObject): void => {
    const call = callAt(place)
    const name = filledString(item['name'])
    if (call.block !== undefined || name === undefined) return
    const id = filledString(item['call_id']) ?? filledString(item['id']) ?? `call_${place}`
    call.block = blocks.begin(place, { kind: 'tool_call', id, name }, fieldsBeside(item, CALL_FIELDS))
    const held = call.said
    call.said = ''
    argue(place, held)
  }
  const close = (call: Call): void => {
    if (call.block === undefined || call.isOver) return
    call.isOver = true
    blocks.put({ kind: 'block_stop', choice: 0, block: call.block })
  }
  return {
    item(place, item) {
      open(place, item)
      argueWhole(place, item['arguments'])
    },
    argue,
    argueWhole,
    close: (place) => close(callAt(place)),
    closeAll: () => calls.forEach(close),
  }
}
