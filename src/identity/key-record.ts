/**
 * The file of virtual keys: one record a key, hashes only. Reads the text and says what is wrong with it.
 */
import { isMap, isSeq, parseDocument } from 'yaml'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import type { CallerFields } from './caller.ts'
import { readCallerFields } from './caller.ts'

export interface KeyRecord {
  /** Names the key in logs, in `caller.key` and to `policyc keys revoke`. */
  readonly id: string
  readonly name?: string
  /** As `hashKey` gives it. */
  readonly hash: string
  readonly caller: CallerFields
  /** Milliseconds since the epoch. */
  readonly createdMs?: number
  readonly expiresMs?: number
  readonly revokedMs?: number
}

export interface KeyFile {
  readonly records: readonly KeyRecord[]
  readonly diagnostics: readonly Diagnostic[]
}

const recordFields = ['id', 'name', 'hash', 'caller', 'created', 'expires', 'revoked']

/** The records of a YAML or JSON text: a list of them, or a mapping whose `keys` is that list. */
export function readKeyFile(source: Source): KeyFile {
  const document = parseDocument(source.text, {
    schema: 'core',
    version: '1.2',
    prettyErrors: false,
    logLevel: 'silent',
  })
  const diagnostics: Diagnostic[] = []
  const report = (code: 'P902' | 'P903' | 'P904', message: string, range?: readonly number[] | null): void => {
    const start = range?.[0] ?? 0
    const end = range?.[1] ?? Math.min(1, source.text.length)
    diagnostics.push(diagnostic(code, { message, span: { source, start, end } }))
  }
  for (const error of document.errors) report('P902', error.message.replace(/[.:]?\s*$/, ''), error.pos)
  if (diagnostics.length > 0) return { records: [], diagnostics }

  const contents = document.contents
  if (contents === null) return { records: [], diagnostics }
  const list = isMap(contents) ? contents.get('keys', true) : contents
  if (list === undefined && isMap(contents) && contents.items.length === 0) return { records: [], diagnostics }
  if (!isSeq(list)) {
    report('P904', 'the file of virtual keys holds something else, and wants a list of keys', contents.range)
    return { records: [], diagnostics }
  }
  const records: KeyRecord[] = []
  for (const item of list.items) {
    const node = isMap(item) ? item : undefined
    const read = readRecord(node?.toJS(document))
    if (typeof read === 'string') report('P904', read, node?.range ?? list.range)
    else if (records.some((each) => each.id === read.id))
      report('P904', `two keys have the id \`${read.id}\``, node?.range)
    else if (records.some((each) => each.hash === read.hash)) {
      report('P904', `the key \`${read.id}\` has the hash of another key`, node?.range)
    } else records.push(read)
  }
  return { records, diagnostics }
}

/** The record that a value says, or what is wrong with it. */
function readRecord(value: unknown): KeyRecord | string {
  if (typeof value !== 'object' || value === null) return 'a key is a mapping with `id`, `hash` and `caller`'
  const raw = value as Readonly<Record<string, unknown>>
  const { id, name, hash, caller } = raw
  if (typeof id !== 'string' || id === '') return 'a key without an `id`'
  for (const field of Object.keys(raw)) {
    if (!recordFields.includes(field))
      return `the key \`${id}\` has \`${field}\`, which is none of ${recordFields.join(', ')}`
  }
  if (name !== undefined && name !== null && typeof name !== 'string')
    return `the \`name\` of the key \`${id}\` is not a text`
  if (typeof hash !== 'string' || !/^(hmac-)?sha256:[0-9a-f]{64}$/.test(hash)) {
    return `the \`hash\` of the key \`${id}\` is not \`sha256:…\` or \`hmac-sha256:…\` with 64 hexadecimal digits`
  }
  const fields = readCallerFields(caller ?? {})
  if (!fields.ok) return `\`caller${fields.path && `.${fields.path}`}\` of the key \`${id}\` is not ${fields.expected}`
  const times: { createdMs?: number; expiresMs?: number; revokedMs?: number } = {}
  for (const field of ['created', 'expires', 'revoked'] as const) {
    const at = raw[field]
    if (at === undefined || at === null) continue
    const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN
    if (Number.isNaN(ms)) return `\`${field}\` of the key \`${id}\` is not a time such as \`2026-01-31T00:00:00Z\``
    times[`${field}Ms`] = ms
  }
  return { id, hash, caller: fields.fields, ...(typeof name === 'string' ? { name } : {}), ...times }
}
