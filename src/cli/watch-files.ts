/** Runs something again whenever one of the files that it read changes, until the command is stopped. */
import { type FSWatcher, watch } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Io } from './io.ts'
import { counted } from './report.ts'

export interface Ran {
  readonly status: number
  /** What the run read, as paths from the working folder. */
  readonly files: readonly string[]
}

/** The status of the last run. A file that was read once is watched on: a mistake may hide it from the next run. */
export async function runOnChange(runOnce: () => Promise<Ran>, io: Io): Promise<number> {
  let isStopped = false
  let isChanged = false
  let wake = (): void => undefined
  const stop = io.onStop(() => {
    isStopped = true
    wake()
  })
  const changed = () => {
    isChanged = true
    wake()
  }
  const files = new Set<string>()
  let watchers: readonly FSWatcher[] = []
  let status = 0
  try {
    while (!isStopped) {
      isChanged = false
      const ran = await runOnce()
      status = ran.status
      const known = files.size
      for (const each of ran.files) files.add(resolve(each))
      // Nothing is closed without need: what changes just then would be missed.
      if (files.size > known) {
        for (const each of watchers) each.close()
        watchers = watchersOf(files, changed)
      }
      io.err(`watching ${counted(files.size, 'file')}, stop with ctrl-c\n`)
      await new Promise<void>((resolve) => {
        wake = resolve
        if (isStopped || isChanged) resolve()
      })
    }
  } finally {
    for (const each of watchers) each.close()
    stop()
  }
  return status
}

/**
 * Folders are watched, since many editors put a new file in place of the old one, which a watch of the file would not
 * follow. A folder that is not there is passed over.
 */
function watchersOf(paths: ReadonlySet<string>, changed: () => void): readonly FSWatcher[] {
  const folders = new Set([...paths].map((each) => dirname(each)))
  return [...folders].flatMap((folder) => {
    try {
      return [
        watch(folder, (_event, name) => (name === null || paths.has(resolve(folder, name)) ? changed() : undefined)),
      ]
    } catch {
      return []
    }
  })
}
