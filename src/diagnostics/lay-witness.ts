/** A witness laid out to be read: JSON that stands in one line where it fits, and can be pasted for `policyc explain`. */
import type { Witness } from './diagnostic.ts'

/** The lines of a witness, each as wide as `widthMax` where that can be had. */
export function layWitness(witness: Witness, widthMax: number): readonly string[] {
  return lay(witness, '', widthMax)
}

function lay(value: unknown, before: string, widthMax: number): string[] {
  const line = before + inline(value)
  if (line.length <= widthMax || typeof value !== 'object' || value === null || Array.isArray(value)) return [line]
  const members = Object.entries(value)
  if (members.length === 0) return [line]
  const indent = ' '.repeat(before.length + 1)
  return members.flatMap(([name, member], index) => {
    const start = `${index === 0 ? `${before}{` : indent}${JSON.stringify(name)}: `
    const lines = lay(member, start, widthMax)
    lines[lines.length - 1] += index === members.length - 1 ? '}' : ','
    return lines
  })
}

/** JSON in one line, with a blank behind each colon and comma. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}: ${inline(member)}`).join(', ')}}`
}
