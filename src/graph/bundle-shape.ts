/**
 * Shapes of JSON: small checks that are put together to larger ones. A check says where and what is wrong, as in
 * `.rules[3].name is not a text`, or undefined where all is well. Nothing throws, and all work is linear.
 */

export type Check = (value: unknown) => string | undefined

/** Longest text in a bundle. */
const longest = 1 << 20

export const isText: Check = (value) =>
  typeof value === 'string' && value.length <= longest ? undefined : ' is not a text of reasonable length'
export const isBoolean: Check = (value) => (typeof value === 'boolean' ? undefined : ' is not true or false')
export const isNumber: Check = (value) => (Number.isFinite(value) ? undefined : ' is not a number')
export const isTexts: Check = list(isText)

/** A whole number from `min` to `max`, both included. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER): Check {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : ` is not a whole number from ${min} to ${max}`
}

/** An index into a list of so many. */
export function indexBelow(count: number): Check {
  return (value) => (isIndex(value, count) ? undefined : ` is not below ${count}`)
}

/** Whether the value is an index into a list of so many. */
export function isIndex(value: unknown, count: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < count
}

export function between(min: number, max: number): Check {
  return (value) =>
    Number.isFinite(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : ` is not a number from ${min} to ${max}`
}

export function oneOf(...allowed: readonly (string | number | boolean)[]): Check {
  return (value) => (allowed.includes(value as string) ? undefined : ` is not one of ${allowed.join(', ')}`)
}

/** A list whose every member passes. */
export function list(member: Check, min = 0): Check {
  return (value) => {
    if (!Array.isArray(value) || value.length < min) return min === 0 ? ' is not a list' : ' is not a filled list'
    for (let i = 0; i < value.length; i++) {
      const problem = member(value[i])
      if (problem !== undefined) return `[${i}]${problem}`
    }
    return undefined
  }
}

/** A list of exactly these members. */
export function tuple(...members: readonly Check[]): Check {
  return (value) => {
    if (!Array.isArray(value) || value.length !== members.length) return ` is not a list of ${members.length}`
    for (let i = 0; i < members.length; i++) {
      const problem = members[i]!(value[i])
      if (problem !== undefined) return `[${i}]${problem}`
    }
    return undefined
  }
}

/** A list of indices into a list of so many, each greater than the one before. */
export function ascending(count: number, min = 0): Check {
  return (value) => {
    if (!Array.isArray(value) || value.length < min) return min === 0 ? ' is not a list' : ' is not a filled list'
    let last = -1
    for (let i = 0; i < value.length; i++) {
      if (!isIndex(value[i], count) || value[i] <= last) return `[${i}] is not an ascending index below ${count}`
      last = value[i]
    }
    return undefined
  }
}

/** Pairs of a text, each at most once, and a value that passes. */
export function pairs(member: Check): Check {
  const all = list(tuple(isText, member))
  return (value) => {
    const problem = all(value)
    if (problem !== undefined) return problem
    const entries = value as readonly (readonly [string])[]
    return new Set(entries.map(([key]) => key)).size === entries.length ? undefined : ' names something twice'
  }
}

type Fields = Readonly<Record<string, Check>>

/** An object with these fields and no others; `optional` ones may be left out. */
export function record(required: Fields, optional: Fields = {}): Check {
  const names = Object.keys(required)
  const checks = new Map([...Object.entries(required), ...Object.entries(optional)])
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ' is not an object'
    for (const name of names) if (!Object.hasOwn(value, name)) return ` has no \`${name}\``
    for (const name of Object.keys(value)) {
      const check = checks.get(name)
      if (!check) return ` has an unknown key ${JSON.stringify(name.slice(0, 40))}`
      const problem = check((value as Readonly<Record<string, unknown>>)[name])
      if (problem !== undefined) return `.${name}${problem}`
    }
    return undefined
  }
}

/** An object whose `kind` says which of the shapes it has; the shapes leave `kind` out. */
export function variants(shapes: Readonly<Record<string, readonly [required: Fields, optional?: Fields]>>): Check {
  const kinds = Object.keys(shapes)
  const checks = new Map(
    Object.entries(shapes).map(([kind, [required, optional]]) => [
      kind,
      record({ kind: oneOf(kind), ...required }, optional),
    ]),
  )
  return (value) => {
    const kind = typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : undefined
    const check = typeof kind === 'string' ? checks.get(kind) : undefined
    return check ? check(value) : ` is of none of the kinds ${kinds.join(', ')}`
  }
}

/** All of several checks, in order. */
export function all(...checks: readonly Check[]): Check {
  return (value) => {
    for (const check of checks) {
      const problem = check(value)
      if (problem !== undefined) return problem
    }
    return undefined
  }
}
