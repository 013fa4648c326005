/**
 * The client's body on its way to a provider of the same dialect: every byte as it came, but for the model's name
 * and, in a stream of the OpenAI form, the request for usage. What JSON would not bring back (duplicate keys,
 * large numbers, spacing, the order that prompt caches depend on) stays as it is.
 */
import type { DialectName } from '../dialects/neutral.ts'
import { type ScannedObject, scanObject } from './json-scan.ts'

export interface SpliceOptions {
  readonly dialect: DialectName
  /** The target's own model id. */
  readonly model: string
  /** A stream of which the usage is wanted, whether the client asked for it or not. */
  readonly asksForUsage: boolean
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Dialects whose streams say what was used only where they are asked. */
const asks: ReadonlySet<DialectName> = new Set(['openai-chat', 'openai-completions'])

/** The body to send, or undefined where the bytes cannot be followed. */
export function splice(bytes: Uint8Array, options: SpliceOptions): Uint8Array | undefined {
  const scanned = scanObject(bytes)
  if (!scanned) return undefined
  const edits = [
    ...modelEdits(bytes, scanned, options),
    ...(asks.has(options.dialect) && options.asksForUsage ? usageEdits(bytes, scanned) : []),
  ]
  return apply(bytes, edits)
}

/**
 * Every `model` is replaced: of duplicates one server reads the first, another the last. Google's stands in the address,
 * and in the body, if at all, as a resource.
 */
function modelEdits(bytes: Uint8Array, { members, end }: ScannedObject, options: SpliceOptions): readonly Edit[] {
  const isGoogle = options.dialect === 'gemini'
  const model = isGoogle ? `models/${options.model}` : options.model
  const wanted = JSON.stringify(model)
  const own = members.filter((member) => member.key === 'model')
  if (own.length === 0 && isGoogle) return []
  if (own.length === 0) return [insertion(members.length === 0, end, `"model":${wanted}`)]
  return own.flatMap(({ start, end: stop }) =>
    valueAt(bytes, start, stop) === model ? [] : [{ start, end: stop, text: wanted }],
  )
}

function usageEdits(bytes: Uint8Array, { members, end }: ScannedObject): readonly Edit[] {
  const own = members.filter((member) => member.key === 'stream_options')
  if (own.length === 0) return [insertion(false, end, '"stream_options":{"include_usage":true}')]
  return own.flatMap(({ start, end: stop }) => {
    const inner = scanObject(bytes, start)
    if (!inner) {
      const isNull = valueAt(bytes, start, stop) === null
      return isNull ? [{ start, end: stop, text: '{"include_usage":true}' }] : []
    }
    const flags = inner.members.filter((member) => member.key === 'include_usage')
    if (flags.length === 0) return [insertion(inner.members.length === 0, inner.end, '"include_usage":true')]
    return flags.flatMap((flag) =>
      valueAt(bytes, flag.start, flag.end) === true ? [] : [{ start: flag.start, end: flag.end, text: 'true' }],
    )
  })
}

/** A new last member, before the closing brace at `end`. */
function insertion(isFirst: boolean, end: number, member: string): Edit {
  return { start: end, end, text: isFirst ? member : `,${member}` }
}

function valueAt(bytes: Uint8Array, start: number, end: number): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes.subarray(start, end)))
  } catch {
    return undefined
  }
}

/** Edits do not overlap; those at one place keep their order. */
function apply(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return bytes
  const encoder = new TextEncoder()
  const parts: Uint8Array[] = []
  let from = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(from, edit.start), encoder.encode(edit.text))
    from = edit.end
  }
  parts.push(bytes.subarray(from))
  return Buffer.concat(parts)
}
