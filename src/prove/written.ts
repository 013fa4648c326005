/** Values as a policy writes them. */
import type { AttributeType } from '../graph/attribute.ts'

/** A value of facts as a literal of the language: `80%`, `"core"`, `$5`, `30s`. */
export function writtenValue(type: AttributeType, value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => JSON.stringify(each)).join(', ')}]`
  if (typeof value !== 'number') return type === 'money' ? String(value) : JSON.stringify(value)
  switch (type) {
    case 'percent':
      return `${Number((value * 100).toPrecision(15))}%`
    case 'duration':
      return withUnit(value, [
        [86_400_000, 'd'],
        [3_600_000, 'h'],
        [60_000, 'm'],
        [1000, 's'],
        [1, 'ms'],
      ])
    case 'size':
      return withUnit(value, [
        [1_000_000_000, 'GB'],
        [1_000_000, 'MB'],
        [1024, 'KiB'],
        [1000, 'KB'],
        [1, 'B'],
      ])
    case 'money':
      return `$${value}`
    default:
      return String(value)
  }
}

function withUnit(value: number, units: readonly (readonly [number, string])[]): string {
  const [size, unit] = units.find(([each]) => value % each === 0 && value >= each) ?? units[units.length - 1]!
  return `${value / size}${unit}`
}
