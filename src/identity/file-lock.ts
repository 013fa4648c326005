/**
 * One change of a file at a time, by a lock file beside it that only one process can make.
 *
 * A process that dies leaves its lock behind. A change takes milliseconds; so a lock that has stood unchanged for
 * seconds is taken for left behind and removed. Its holder may be suspended and not dead: it finds out by `isOurs`,
 * asked last before what cannot be undone.
 */
import { randomBytes } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'

/** Runs `run` after `ms`; the answer cancels it. */
export type SetTimer = (ms: number, run: () => void) => () => void

const lookEveryMs = 50
/** How long a lock must stand unchanged to be taken for left behind. */
const leftBehindMs = 5000
/** How long others may go first. */
const waitAtMostMs = 60_000

/** The lock was not to be had: others kept it all the time, or it cannot be removed. */
export class LockedError extends Error {
  readonly lock: string

  constructor(lock: string) {
    super(`\`${lock}\` is held by another process`)
    this.name = 'LockedError'
    this.lock = lock
  }
}

/**
 * Runs `run` while no other process has the lock of the file.
 *
 * @throws {LockedError} where the lock is not to be had within a minute.
 */
export async function withFileLock<T>(
  path: string,
  setTimer: SetTimer,
  run: (isOurs: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  const lock = `${path}.lock`
  const token = randomBytes(12).toString('hex')
  await take(lock, token, setTimer)
  const isOurs = async () => (await readFile(lock, 'utf8').catch(() => '')) === token
  try {
    return await run(isOurs)
  } finally {
    if (await isOurs()) await rm(lock, { force: true })
  }
}

async function take(lock: string, token: string, setTimer: SetTimer): Promise<void> {
  let seen = ''
  let unchangedMs = 0
  for (let waitedMs = 0; waitedMs <= waitAtMostMs; waitedMs += lookEveryMs) {
    if (await make(lock, token)) return
    const stamp = await stampOf(lock)
    unchangedMs = stamp === seen ? unchangedMs + lookEveryMs : 0
    seen = stamp
    if (unchangedMs >= leftBehindMs) await removeLeftBehind(lock, stamp)
    else await new Promise<void>((resolve) => void setTimer(lookEveryMs, resolve))
  }
  throw new LockedError(lock)
}

/** Makes a file that is not there yet; false where it is. */
async function make(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Two that wait must not both remove, the second of them the first one's new lock: a second file lets one do it. */
async function removeLeftBehind(lock: string, stamp: string): Promise<void> {
  const claim = `${lock}.removing`
  if (!(await make(claim, ''))) return
  try {
    if ((await stampOf(lock)) === stamp) await rm(lock, { force: true })
  } finally {
    await rm(claim, { force: true })
  }
}

/** What differs from one lock to the next. */
async function stampOf(lock: string): Promise<string> {
  try {
    const { ino, mtimeMs } = await stat(lock)
    return `${ino} ${mtimeMs} ${await readFile(lock, 'utf8')}`
  } catch {
    return 'none'
  }
}
