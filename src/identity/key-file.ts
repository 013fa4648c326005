/**
 * Making and revoking virtual keys: changes to the file of keys, one at a time, each one replacing the file as a
 * whole, so that a gateway which reads at the same moment sees the old file or the new one.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Document } from 'yaml'
import { isMap, isSeq, parseDocument, YAMLMap, YAMLSeq } from 'yaml'
import type { Secret } from '../config/secret.ts'
import { diagnostic, PolicyError } from '../diagnostics/diagnostic.ts'
import { Source } from '../diagnostics/source.ts'
import type { CallerFields } from './caller.ts'
import type { SetTimer } from './file-lock.ts'
import { LockedError, withFileLock } from './file-lock.ts'
import { generateKey } from './key.ts'
import { hashKey } from './key-hash.ts'
import type { KeyRecord } from './key-record.ts'
import { readKeyFile } from './key-record.ts'

export interface NewKey {
  readonly name?: string
  readonly caller: CallerFields
  readonly nowMs: number
  readonly expiresMs?: number
  readonly pepper: Secret | undefined
}

/** A fresh key and its record. The key is in no other place: whoever asked must show it now or never. */
export function createKey(options: NewKey): { readonly key: string; readonly record: KeyRecord } {
  const key = generateKey()
  const record: KeyRecord = {
    id: `key_${randomBytes(6).toString('hex')}`,
    ...(options.name === undefined ? {} : { name: options.name }),
    hash: hashKey(key, options.pepper),
    caller: options.caller,
    createdMs: options.nowMs,
    ...(options.expiresMs === undefined ? {} : { expiresMs: options.expiresMs }),
  }
  return { key, record }
}

/** Adds a record to the file, which is made where it is missing. */
export async function addKey(path: string, record: KeyRecord, setTimer: SetTimer): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await changeAlone(path, setTimer, (keys) => {
    keys.add(toEntry(record))
    return true
  })
}

/** Marks a key as revoked from `atMs` on (a later time lets two keys overlap); false where no key has the id. */
export async function revokeKey(path: string, id: string, atMs: number, setTimer: SetTimer): Promise<boolean> {
  const records = await listKeys(path)
  if (!records.some((each) => each.id === id)) return false
  return changeAlone(path, setTimer, (keys) => {
    const entry = keys.items.find((each) => isMap(each) && each.get('id') === id)
    if (!isMap(entry)) return false
    entry.set('revoked', new Date(atMs).toISOString())
    return true
  })
}

/** The records of the file, in order; none where it is missing. Throws a PolicyError where it is wrong. */
export async function listKeys(path: string): Promise<readonly KeyRecord[]> {
  const { records, diagnostics } = readKeyFile(new Source(path, await readText(path)))
  if (diagnostics.length > 0) throw new PolicyError(diagnostics)
  return records
}

/** Changes the file while nobody else does; begins again where the lock was lost meanwhile. */
async function changeAlone(path: string, setTimer: SetTimer, edit: (keys: YAMLSeq) => boolean): Promise<boolean> {
  try {
    for (;;) {
      const done = await withFileLock(path, setTimer, (isOurs) => change(path, edit, isOurs))
      if (done !== 'lost') return done
    }
  } catch (error) {
    if (!(error instanceof LockedError)) throw error
    const message = `the file of virtual keys \`${path}\` cannot be changed: ${error.message}`
    const help = `if no other \`policyc keys\` is running, remove \`${error.lock}\``
    throw new PolicyError([
      diagnostic('P901', { message, help, span: { source: new Source(path, ''), start: 0, end: 0 } }),
    ])
  }
}

async function change(
  path: string,
  edit: (keys: YAMLSeq) => boolean,
  isOurs: () => Promise<boolean>,
): Promise<boolean | 'lost'> {
  await listKeys(path)
  const text = await readText(path)
  const isJson = path.endsWith('.json')
  const document = parseDocument(text.trim() === '' ? '{ keys: [] }' : text)
  const keys = keysOf(document)
  if (!edit(keys)) return false
  keys.flow = false
  if (isMap(document.contents)) document.contents.flow = false
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`
  await writeFile(partial, isJson ? `${JSON.stringify(document.toJS(), null, 2)}\n` : document.toString(), {
    mode: 0o600,
  })
  if (!(await isOurs())) {
    await rm(partial, { force: true })
    return 'lost'
  }
  await rename(partial, path)
  return true
}

function keysOf(document: Document): YAMLSeq {
  const contents = document.contents
  if (isSeq(contents)) return contents
  const root = isMap(contents) ? contents : new YAMLMap()
  const list = root.get('keys')
  const keys = isSeq(list) ? list : new YAMLSeq()
  root.set('keys', keys)
  document.contents = root as never
  return keys
}

function toEntry(record: KeyRecord): Readonly<Record<string, unknown>> {
  const time = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())
  const { id, name, hash, caller } = record
  const entry = { id, name, hash, caller, created: time(record.createdMs), expires: time(record.expiresMs) }
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined))
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
