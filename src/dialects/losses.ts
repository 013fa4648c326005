/** The list of what a target cannot express, each field once. */
import type { Loss } from './dialect.ts'

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
