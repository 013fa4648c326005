/**
 * A configuration that a program hands in, as the text that it would be in a file, so that one way of
 * checking serves both. Whatever no file could say is refused in words.
 */

/** The value as JSON, which is YAML; functions, cycles and the like are refused. */
export function textOfValue(value: unknown): { readonly text: string } | { readonly refusal: string } {
  try {
    const refusal = refusalOf(value, 'config', new Set())
    if (refusal !== undefined) return { refusal }
    return { text: `${JSON.stringify(value, null, 2)}\n` }
  } catch {
    // A getter or proxy of the program's own threw, or the value is too deep to walk.
    return { refusal: '`config` cannot be read as plain data' }
  }
}

function refusalOf(value: unknown, path: string, above: Set<object>): string | undefined {
  const refuse = (what: string) =>
    `found ${what} at \`${path}\`, expected plain data: texts, numbers, bools, lists and objects`
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'undefined':
      return above.size === 0 ? refuse('nothing') : undefined
    case 'number':
      return Number.isFinite(value) ? undefined : refuse(`the number ${value}`)
    case 'bigint':
      return refuse('a BigInt')
    case 'function':
      return refuse('a function')
    case 'symbol':
      return refuse('a symbol')
    case 'object':
      break
  }
  if (value === null) return undefined
  if (above.has(value)) return refuse('a value that holds itself')
  if (!Array.isArray(value) && !isPlain(value)) return refuse(`a ${value.constructor?.name ?? 'special object'}`)
  above.add(value)
  for (const [key, each] of Object.entries(value)) {
    const shown = key.length > 60 ? `${key.slice(0, 57)}…` : key
    const refusal = refusalOf(each, Array.isArray(value) ? `${path}[${key}]` : `${path}.${shown}`, above)
    if (refusal !== undefined) return refusal
  }
  above.delete(value)
  return undefined
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}
