/** The version of this program. */
import { readFileSync } from 'node:fs'

/** From package.json, which lies two folders above this file both in `src` and in `dist`. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
