/** What a test could give so that its expectation holds, where some requests meet it and others do not. */
import type { ScenarioRun } from './run-scenario.ts'

/** An attribute with the value that every run must have to pass. */
export interface Settling {
  readonly attribute: string
  readonly value: boolean
}

/** One attribute that settles it alone; undefined where none does. */
export function findSettling(
  runs: readonly ScenarioRun[],
  passes: (run: ScenarioRun) => boolean,
): Settling | undefined {
  const passed = new Map(runs.map((each) => [each, passes(each)]))
  const attributes = new Set(runs.flatMap((each) => Object.keys(each.chosen)))
  for (const attribute of attributes) {
    const values = new Set(runs.map((each) => each.chosen[attribute]).filter((each) => each !== undefined))
    for (const value of values) {
      const own = runs.filter((each) => each.chosen[attribute] === value)
      if (own.every((each) => passed.get(each) === true)) return { attribute, value }
    }
  }
  return undefined
}
