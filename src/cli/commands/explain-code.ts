/** `policyc explain CODE`: what a code of diagnostics means. */
import { type Code, catalogue } from '../../diagnostics/catalogue.ts'
import { suggest } from '../../diagnostics/suggest.ts'
import { exitStatus, UsageError } from '../exit-status.ts'
import type { Io } from '../io.ts'

export function isCode(text: string): boolean {
  return /^p\d+$/i.test(text)
}

export function explainCode(text: string, { json }: { readonly json: boolean }, io: Io): number {
  const code = text.toUpperCase()
  if (!Object.hasOwn(catalogue, code)) {
    const near = suggest(code, Object.keys(catalogue))
    throw new UsageError(`there is no code \`${code}\``, near === undefined ? undefined : `did you mean \`${near}\`?`)
  }
  const { severity, title, because, avoid, prefer } = catalogue[code as Code]
  if (json) {
    io.out(`${JSON.stringify({ version: 1, code, severity, title, because, avoid, prefer }, null, 2)}\n`)
    return exitStatus.ok
  }
  const indented = (lines: string) => lines.replaceAll(/^/gm, '  ')
  io.out(`${severity}[${code}]: ${title}\n\n`)
  io.out(`because\n${indented(because)}\n\navoid\n${indented(avoid)}\n\nprefer\n${indented(prefer)}\n`)
  return exitStatus.ok
}
