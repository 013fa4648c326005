import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { PolicyError } from '../../src/diagnostics/diagnostic.ts'
import { type SetTimer, withFileLock } from '../../src/identity/file-lock.ts'
import { addKey, createKey, listKeys, revokeKey } from '../../src/identity/key-file.ts'
import { realTimer, virtualClock } from '../dispatch/world.ts'

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'policyc-lock-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const newKey = () => createKey({ caller: {}, nowMs: 0, pepper: undefined }).record

test('one at a time, and nothing is left behind', async () => {
  const folder = await freshFolder()
  const path = join(folder, 'file')
  let inside = 0
  const most: number[] = []
  const enter = async () => {
    most.push(++inside)
    await new Promise((resolve) => setTimeout(resolve, 1))
    inside--
  }
  await Promise.all(Array.from({ length: 20 }, () => withFileLock(path, realTimer, enter)))
  expect(most).toEqual(Array.from({ length: 20 }, () => 1))
  expect(await readdir(folder)).toEqual([])
})

test('the lock is given back where the change fails', async () => {
  const folder = await freshFolder()
  const failing = () => Promise.reject(new Error('no'))
  await expect(withFileLock(join(folder, 'file'), realTimer, failing)).rejects.toThrow('no')
  expect(await readdir(folder)).toEqual([])
})

test('a lock that was left behind is removed once it has stood for seconds, by one of those that wait', async () => {
  const folder = await freshFolder()
  const path = join(folder, 'keys.yaml')
  await writeFile(`${path}.lock`, 'of a process that is no more')
  const clock = virtualClock()
  const records = Array.from({ length: 5 }, newKey)
  await clock.drive(Promise.all(records.map((each) => addKey(path, each, clock.setTimer))))
  expect(clock.now() - 1_000_000).toBeGreaterThanOrEqual(5000)
  expect((await listKeys(path)).map((each) => each.id).sort()).toEqual(records.map((each) => each.id).sort())
  expect(await readdir(folder)).toEqual(['keys.yaml'])
})

test('a lock that others keep taking is waited for, for a minute', async () => {
  const path = join(await freshFolder(), 'keys.yaml')
  let waitedMs = 0
  const hold = () => writeFile(`${path}.lock`, `holder at ${waitedMs}`)
  await hold()
  const setTimer: SetTimer = (ms, run) => {
    waitedMs += ms
    void hold().then(run)
    return () => undefined
  }
  const changed = addKey(path, newKey(), setTimer)
  await expect(changed).rejects.toThrow(PolicyError)
  await expect(changed).rejects.toThrow(
    /P901: the file of virtual keys .* cannot be changed: .*lock` is held by another/,
  )
  expect(waitedMs).toBeGreaterThanOrEqual(60_000)
  expect(waitedMs).toBeLessThan(61_000)
})

test('a holder whose lock was taken over meanwhile finds out, and leaves the new one alone', async () => {
  const path = join(await freshFolder(), 'file')
  await withFileLock(path, realTimer, async (isOurs) => {
    expect(await isOurs()).toBe(true)
    await writeFile(`${path}.lock`, 'another')
    expect(await isOurs()).toBe(false)
  })
  expect(await readFile(`${path}.lock`, 'utf8')).toBe('another')
})

test('keys that are made and revoked at the same moment are all there', async () => {
  const path = join(await freshFolder(), 'deep/er/keys.yaml')
  const old = Array.from({ length: 5 }, newKey)
  const fresh = Array.from({ length: 10 }, newKey)
  for (const each of old) await addKey(path, each, realTimer)
  await Promise.all([
    ...fresh.map((each) => addKey(path, each, realTimer)),
    ...old.map((each) => revokeKey(path, each.id, 5, realTimer)),
  ])
  const listed = await listKeys(path)
  expect(listed.map((each) => each.id).sort()).toEqual([...old, ...fresh].map((each) => each.id).sort())
  expect(listed.filter((each) => each.revokedMs === 5)).toHaveLength(5)
})

test('to revoke a key that is not there makes nothing', async () => {
  const folder = await freshFolder()
  expect(await revokeKey(join(folder, 'none/keys.yaml'), 'key_none', 0, realTimer)).toBe(false)
  expect(await readdir(folder)).toEqual([])
})
