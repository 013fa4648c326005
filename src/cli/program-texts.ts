/** Texts that the descriptions of several commands share. */

export const pathText = 'a gateway.yaml or a folder that holds one; the current folder if left out'

export function example(line: string): string {
  return `\nExample:\n  ${line}`
}
