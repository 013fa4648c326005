/** Recorded traffic of real providers, where it is at hand: beside the project, never in it. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Json, JsonObject } from '../../src/dialects/neutral.ts'

export interface Recording {
  readonly id: string
  readonly provider: string
  readonly endpoint: string
  readonly operation: string
  readonly kind: string
  readonly request: { readonly body: Json; readonly headers: Readonly<Record<string, string>> }
  readonly response: {
    readonly status: number
    readonly format: string
    readonly headers: Readonly<Record<string, string>>
    /** White space that the provider sent before the document. */
    readonly body_prefix?: string
    readonly body?: Json
    readonly body_text?: string
    /** The bytes of a binary event stream, and its messages as the recorder read them. */
    readonly body_base64?: string
    readonly events?: readonly { readonly headers: Readonly<Record<string, string>>; readonly payload: JsonObject }[]
  }
}

const folder = fileURLToPath(new URL('../../../shared/recordings/', import.meta.url))

export const hasRecordings = existsSync(folder)

/** The recordings of one provider, or none where its file is not there. */
export function readRecordings(provider: string): readonly Recording[] {
  const file = `${folder}${provider}.jsonl`
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recording)
}

/** The data of each event of a recorded stream, read in the simplest way that can be: an oracle for the decoder. */
export function eventsOf(text: string): readonly JsonObject[] {
  return text
    .split(/\r\n\r\n|\n\n/)
    .map((event) =>
      event
        .split(/\r\n|\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trim())
        .join('\n'),
    )
    .filter((data) => data !== '' && data !== '[DONE]')
    .map((data) => JSON.parse(data) as JsonObject)
}
