/**
 * The virtual keys that are known now: read at the start and again when their file changes.
 *
 * The file is looked at no more than once a second, so that a revoked key stops within a second wherever the
 * file is shared, and a busy gateway does not pay for it. A file that cannot be read any more, or is broken,
 * leaves the last good keys in force and is told of: half a file must not lock everybody out.
 */
import { readFile, stat } from 'node:fs/promises'
import type { Secret } from '../config/secret.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic, PolicyError } from '../diagnostics/diagnostic.ts'
import { Source } from '../diagnostics/source.ts'
import { hashKey, sameHash } from './key-hash.ts'
import type { KeyRecord } from './key-record.ts'
import { readKeyFile } from './key-record.ts'

export interface KeyStoreOptions {
  /** Absolute path; a file that does not exist holds no keys. */
  readonly path: string
  readonly pepper: Secret | undefined
  readonly now: () => number
  /** Told what is wrong with a file that changed while running. */
  readonly onProblem: (diagnostics: readonly Diagnostic[]) => void
}

const lookEveryMs = 1000

/** Opens the store; throws a PolicyError where the file is there and wrong. */
export async function openKeyStore(options: KeyStoreOptions): Promise<KeyStore> {
  const store = new KeyStore(options)
  const problems = await store.load()
  if (problems.length > 0) throw new PolicyError(problems)
  return store
}

export class KeyStore {
  readonly #options: KeyStoreOptions
  #byHash: ReadonlyMap<string, KeyRecord> = new Map()
  #stamp = ''
  #lookedAtMs = 0
  #looking: Promise<void> | undefined

  constructor(options: KeyStoreOptions) {
    this.#options = options
  }

  /** The record of a key, revoked and expired ones included. */
  async find(key: string): Promise<KeyRecord | undefined> {
    if (this.#options.now() - this.#lookedAtMs >= lookEveryMs) await (this.#looking ??= this.#look())
    const hash = hashKey(key, this.#options.pepper)
    const record = this.#byHash.get(hash)
    return record !== undefined && sameHash(record.hash, hash) ? record : undefined
  }

  /** Reads the file now; gives what is wrong with it, and keeps the last good keys then. */
  async load(): Promise<readonly Diagnostic[]> {
    const { path, now } = this.#options
    this.#lookedAtMs = now()
    this.#stamp = await stampOf(path)
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (isMissing(error)) {
        this.#byHash = new Map()
        return []
      }
      return [this.#unreadable()]
    }
    const { records, diagnostics } = readKeyFile(new Source(path, text))
    const problems = [...diagnostics, ...this.#findForeignHashes(records)]
    if (problems.length === 0) this.#byHash = new Map(records.map((each) => [each.hash, each]))
    return problems
  }

  async #look(): Promise<void> {
    try {
      this.#lookedAtMs = this.#options.now()
      if ((await stampOf(this.#options.path)) === this.#stamp) return
      const problems = await this.load()
      if (problems.length > 0) this.#options.onProblem(problems)
    } finally {
      this.#looking = undefined
    }
  }

  /** A record hashed the other way could never match: its owner would be locked out without a word. */
  #findForeignHashes(records: readonly KeyRecord[]): readonly Diagnostic[] {
    const { pepper, path } = this.#options
    const wanted = pepper === undefined ? 'sha256:' : 'hmac-sha256:'
    return records
      .filter((each) => !each.hash.startsWith(wanted))
      .map((each) =>
        diagnostic('P907', {
          message:
            pepper === undefined
              ? `the key \`${each.id}\` was made with a pepper, and \`callers.keys.pepper\` is not set`
              : `the key \`${each.id}\` was made without the pepper that \`callers.keys.pepper\` sets`,
          span: { source: new Source(path, ''), start: 0, end: 0 },
          help: 'set the pepper that the key was made with, or make the key anew',
        }),
      )
  }

  #unreadable(): Diagnostic {
    const { path } = this.#options
    return diagnostic('P901', {
      message: `the file of virtual keys \`${path}\` cannot be read`,
      span: { source: new Source(path, ''), start: 0, end: 0 },
    })
  }
}

/** What changes when the file does: editors replace files, so the inode counts too. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return 'none'
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
