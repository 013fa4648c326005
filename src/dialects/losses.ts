/** The list of what a target cannot express, each field once. */
import type { Loss } from './dialect.ts'
import type { OpaqueBlock } from './neutral.ts'

export interface Losses {
  readonly add: (field: string, message: string) => void
  /** Notes a loss and gives nothing, for a part that is left out. */
  readonly drop: (field: string, message: string) => readonly never[]
  readonly list: () => readonly Loss[]
}

export function createLosses(): Losses {
  const found = new Map<string, Loss>()
  const add = (field: string, message: string): void => {
    // The same field can be lost in many messages; saying so once is enough.
    const key = `${field}\n${message}`
    if (!found.has(key)) found.set(key, { field, message })
  }
  return {
    add,
    drop: (field, message) => {
      add(field, message)
      return []
    },
    list: () => [...found.values()],
  }
}

/** Notes that a part of the history which only its own dialect understands is lost to the target's `api`. */
export function dropOpaque({ dialect, value }: OpaqueBlock, api: string, losses: Losses): readonly never[] {
  // Google signs the end of an answer with an empty text: it says nothing, and nothing is lost with it.
  if (dialect === 'gemini' && value['text'] === '') return []
  // Google's parts have no `type`: the field that is there names them.
  const name = typeof value['type'] === 'string' ? value['type'] : (Object.keys(value)[0] ?? 'nameless')
  return losses.drop(
    'messages.content',
    `the history holds a \`${name.slice(0, 60)}\` part, which ${api} does not take`,
  )
}
