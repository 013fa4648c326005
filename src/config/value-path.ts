/**
 * Paths into claims and metadata: names parted by dots, places in lists, and names with dots of their own in quotes, as
 * in `groups[0].name` and `["https://acme.com/roles"][0]`.
 */

/** A path, read: names of fields and places in lists. */
export type ValuePath = readonly (string | number)[]

const step = /(?:^|(?<!^)\.)([^.[\]"\s]+)|\[(\d{1,9})\]|\["([^"]+)"\]/y

/** Reads the text of a path; undefined where it is none. */
export function parseValuePath(text: string): ValuePath | undefined {
  const path: (string | number)[] = []
  step.lastIndex = 0
  while (step.lastIndex < text.length) {
    const found = step.exec(text)
    if (found === null) return undefined
    const [, name, place, quoted] = found
    path.push(place === undefined ? (name ?? quoted)! : Number(place))
  }
  return path.length === 0 ? undefined : path
}

/** The value at a path; undefined where there is none. Only a value's own fields count, and a place only in a list. */
export function findAtPath(value: unknown, path: ValuePath): unknown {
  let at = value
  for (const part of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) !== (typeof part === 'number')) return undefined
    if (!Object.hasOwn(at, part)) return undefined
    at = (at as Record<string | number, unknown>)[part]
  }
  return at
}
