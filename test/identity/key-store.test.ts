import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { PolicyError } from '../../src/diagnostics/diagnostic.ts'
import { realEnvironment } from '../../src/gateway/environment.ts'
import { addKey, createKey, listKeys, revokeKey } from '../../src/identity/key-file.ts'
import { openKeyStore } from '../../src/identity/key-store.ts'

const folder = await mkdtemp(join(tmpdir(), 'policyc-keys-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

let count = 0
const freshPath = (extension = 'yaml') => join(folder, `keys-${count++}.${extension}`)
const nowMs = Date.parse('2026-03-01T00:00:00Z')

function setup(path: string, pepper?: Secret) {
  const clock = { nowMs }
  const problems: Diagnostic[] = []
  const opened = openKeyStore({
    path,
    pepper,
    now: () => clock.nowMs,
    onProblem: (each) => void problems.push(...each),
  })
  return { clock, problems, opened }
}

test.each(['yaml', 'json'])(
  'a key that was made is found by its text alone, and its text is not in the %s file',
  async (extension) => {
    const path = freshPath(extension)
    const pepper = new Secret('pepper')
    const { key, record } = createKey({ name: 'ci', caller: { team: 'core', roles: ['admin'] }, nowMs, pepper })
    await addKey(path, record, realEnvironment.setTimer)
    const { opened } = setup(path, pepper)
    const store = await opened
    expect(await store.find(key)).toEqual(record)
    expect(await store.find(`${key}x`)).toBeUndefined()
    expect(await readFile(path, 'utf8')).not.toContain(key.slice(3, 20))
    expect((await stat(path)).mode & 0o077).toBe(0)
  },
)

test('a file that is missing holds no keys, and the keys of a file that appears are taken over within a second', async () => {
  const path = freshPath()
  const { clock, opened } = setup(path)
  const store = await opened
  const { key, record } = createKey({ caller: {}, nowMs, pepper: undefined })
  expect(await store.find(key)).toBeUndefined()
  await addKey(path, record, realEnvironment.setTimer)
  clock.nowMs += 999
  expect(await store.find(key)).toBeUndefined()
  clock.nowMs += 1
  expect(await store.find(key)).toEqual(record)
})

test('a revocation is seen within a second, and other keys and comments stay', async () => {
  const path = freshPath()
  await writeFile(path, '# who may call\nkeys: []\n')
  const first = createKey({ caller: { team: 'a' }, nowMs, pepper: undefined })
  const second = createKey({ caller: { team: 'b' }, nowMs, pepper: undefined })
  await addKey(path, first.record, realEnvironment.setTimer)
  await addKey(path, second.record, realEnvironment.setTimer)
  const { clock, opened } = setup(path)
  const store = await opened
  expect(await revokeKey(path, first.record.id, nowMs, realEnvironment.setTimer)).toBe(true)
  expect(await revokeKey(path, 'key_none', nowMs, realEnvironment.setTimer)).toBe(false)
  clock.nowMs += 1000
  expect((await store.find(first.key))?.revokedMs).toBe(nowMs)
  expect((await store.find(second.key))?.revokedMs).toBeUndefined()
  expect(await readFile(path, 'utf8')).toContain('# who may call')
  expect((await listKeys(path)).map((each) => each.id)).toEqual([first.record.id, second.record.id])
})

test('a file that breaks while running leaves the last good keys in force and is told of', async () => {
  const path = freshPath()
  const { key, record } = createKey({ caller: {}, nowMs, pepper: undefined })
  await addKey(path, record, realEnvironment.setTimer)
  const { clock, problems, opened } = setup(path)
  const store = await opened
  await writeFile(path, 'keys: [')
  clock.nowMs += 1000
  expect(await store.find(key)).toEqual(record)
  expect(problems.map((each) => each.code)).toContain('P902')
})

test.each([
  ['keys: {}', 'holds something else'],
  ['keys: [{ id: a }]', 'the `hash` of the key `a`'],
  ['keys: [{ hash: b }]', 'without an `id`'],
  [`keys: [{ id: a, hash: "sha256:${'0'.repeat(64)}", caller: { tema: x } }]`, '`caller.tema`'],
  [`keys: [{ id: a, hash: "sha256:${'0'.repeat(64)}", caller: { roles: x } }]`, 'a list of texts'],
  [`keys: [{ id: a, hash: "sha256:${'0'.repeat(64)}", expires: soon }]`, '`expires` of the key `a`'],
  [`keys: [{ id: a, hash: "sha256:${'0'.repeat(64)}", expire: 2026-01-01 }]`, '`expire`'],
  [`keys: [{ id: a, hash: "hmac-sha256:${'0'.repeat(64)}" }]`, 'made with a pepper'],
  [
    `keys: [{ id: a, hash: "sha256:${'0'.repeat(64)}" }, { id: a, hash: "sha256:${'1'.repeat(64)}" }]`,
    'two keys have the id',
  ],
])('%s is refused', async (text, message) => {
  const path = freshPath()
  await writeFile(path, text)
  const error = await setup(path).opened.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(PolicyError)
  expect((error as PolicyError).diagnostics.map((each) => each.message).join('\n')).toContain(message)
})
