/** One text for one JSON value, however its keys are ordered: what keys of the cache are made of. */

/**
 * The value as JSON with sorted keys. Numbers are told as JavaScript reads them and fields that are undefined are left
 * out; whoever must tell more apart says so beside it.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`)
  return `{${fields.join(',')}}`
}

/** Whether the value holds a whole number that is too large to be read exactly, so that two texts may read alike. */
export function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(hasInexactNumber)
}
