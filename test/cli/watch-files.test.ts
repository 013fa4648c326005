import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Ran, runOnChange } from '../../src/cli/watch-files.ts'
import { folder, testIo } from './support.ts'

/** A watch that can be waited for, and stopped by hand. */
function watched(runOnce: () => Promise<Ran>) {
  let stop = (): void => undefined
  let told = (): void => undefined
  const io = {
    ...testIo(),
    onStop: (handler: (signal: 'SIGINT') => void) => {
      stop = () => handler('SIGINT')
      return () => undefined
    },
    // The files are watched by the time that this is said.
    err: () => told(),
  }
  const status = runOnChange(runOnce, io)
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      told = () => (holds() ? resolve() : undefined)
      told()
    })
  return { status, until, stop: () => stop() }
}

test('a file that is written or replaced is run again, even where a run in between has not read it', async () => {
  const path = folder({ 'a.policy': 'a', 'b.policy': 'b' })
  const [a, b] = [join(path, 'a.policy'), join(path, 'b.policy')]
  let seen = ''
  const { status, until, stop } = watched(async () => {
    const files = seen === '' ? [a, b] : []
    seen = readFileSync(a, 'utf8') + readFileSync(b, 'utf8')
    return { status: seen.length, files }
  })
  await until(() => seen === 'ab')
  writeFileSync(a, 'cc')
  await until(() => seen === 'ccb')
  writeFileSync(join(path, 'new'), 'dd')
  renameSync(join(path, 'new'), b)
  await until(() => seen === 'ccdd')
  stop()
  expect(await status).toBe(4)
})

test('a folder that is not there is no reason to stop', async () => {
  let runs = 0
  const missing = join(folder(), 'none/a.policy')
  const { status, until, stop } = watched(async () => ({ status: ++runs, files: [missing] }))
  await until(() => runs === 1)
  stop()
  expect(await status).toBe(1)
})
