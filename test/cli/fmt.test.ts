import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, policyc } from './support.ts'

const loose = 'allow   teams   when caller.team == "a"   # why\n'
const tidy = 'allow teams when caller.team == "a" # why\n'
const broken = 'allow when\n'

test('writes what is not formatted, and says which', async () => {
  const path = folder({ 'a.policy': loose, 'sub/b.policy': tidy, 'c.txt': loose })
  const { status, out, err } = await policyc(['fmt', path])
  expect(status).toBe(0)
  expect(out).toBe(`formatted: ${join(path, 'a.policy')}\n`)
  expect(err).toBe('1 file formatted, 1 file unchanged\n')
  expect(readFileSync(join(path, 'a.policy'), 'utf8')).toBe(tidy)
  expect(readFileSync(join(path, 'c.txt'), 'utf8')).toBe(loose)
  expect(readdirSync(path).sort()).toEqual(['a.policy', 'c.txt', 'sub'])
})

test('--check lists and fails, and writes nothing', async () => {
  const path = folder({ 'a.policy': loose, 'b.policy': tidy })
  const { status, out, err } = await policyc(['fmt', '--check', path])
  expect({ status, out, err }).toEqual({
    status: 1,
    out: `not formatted: ${join(path, 'a.policy')}\n`,
    err: '1 file not formatted, 1 file unchanged\n',
  })
  expect(readFileSync(join(path, 'a.policy'), 'utf8')).toBe(loose)
  expect((await policyc(['fmt', '--check', join(path, 'b.policy')])).status).toBe(0)
})

test('a file with errors stays as it is, and the others are formatted', async () => {
  const path = folder({ 'a.policy': broken, 'b.policy': loose })
  const { status, err } = await policyc(['fmt', path])
  expect(status).toBe(1)
  expect(err).toContain('error[P101]')
  expect(err).toContain('1 file formatted, 1 file with errors')
  expect(readFileSync(join(path, 'a.policy'), 'utf8')).toBe(broken)
  expect(readFileSync(join(path, 'b.policy'), 'utf8')).toBe(tidy)
})

test('standard input to standard output', async () => {
  expect(await policyc(['fmt', '-'], { input: loose })).toEqual({ status: 0, out: tidy, err: '' })
  expect((await policyc(['fmt', '--check', '-'], { input: loose })).status).toBe(1)
  expect((await policyc(['fmt', '--check', '-'], { input: tidy })).status).toBe(0)
  const { status, out, err } = await policyc(['fmt', '-'], { input: broken })
  expect({ status, out }).toEqual({ status: 1, out: '' })
  expect(err).toContain('<stdin>:1:')
  expect((await policyc(['fmt', '-', 'x.policy'])).status).toBe(2)
})

test('CRLF, a byte order mark and an empty file', async () => {
  expect((await policyc(['fmt', '-'], { input: `\ufeff${tidy.replace('\n', '\r\n')}` })).out).toBe(tidy)
  expect(await policyc(['fmt', '-'], { input: '' })).toEqual({ status: 0, out: '', err: '' })
})

test('bytes that are no text are refused and left alone', async () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0xfe, 0x00)
  const path = folder({ 'a.policy': bytes })
  const { status, err } = await policyc(['fmt', path])
  expect(status).toBe(1)
  expect(err).toContain('error[P106]')
  expect(new Uint8Array(readFileSync(join(path, 'a.policy')))).toEqual(bytes)
})

test('a path that does not exist is wrong usage', async () => {
  const { status, err } = await policyc(['fmt', '/nowhere/x.policy'])
  expect(status).toBe(2)
  expect(err).toBe('error: there is no file or folder `/nowhere/x.policy`\n')
})

test('node_modules and hidden folders are passed over', async () => {
  const path = folder({ 'node_modules/p/a.policy': loose, '.git/b.policy': loose })
  expect((await policyc(['fmt', '--check', path])).err).toBe('no policy files\n')
})

test('the mode and a link stay', async () => {
  const path = folder({ 'real.policy': loose })
  chmodSync(join(path, 'real.policy'), 0o640)
  symlinkSync(join(path, 'real.policy'), join(path, 'link.policy'))
  await policyc(['fmt', join(path, 'link.policy')])
  expect(lstatSync(join(path, 'link.policy')).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(path, 'real.policy'), 'utf8')).toBe(tidy)
  expect(statSync(join(path, 'real.policy')).mode & 0o777).toBe(0o640)
})

test('10 MB come to an answer', async () => {
  const path = folder({ 'a.policy': '' })
  writeFileSync(join(path, 'a.policy'), loose.repeat(10_000_000 / loose.length))
  const startedAt = performance.now()
  const { status, err } = await policyc(['fmt', '--check', path])
  expect(status).toBe(1)
  expect(err).toContain('P107')
  expect(performance.now() - startedAt).toBeLessThan(20_000)
})

test('what is no policy file is wrong usage, and left as it is', async () => {
  const path = join(folder({ 'gateway.yaml': 'policy: ./main.policy\n' }), 'gateway.yaml')
  const { status, out, err } = await policyc(['fmt', path])
  expect({ status, out }).toEqual({ status: 2, out: '' })
  expect(err).toContain(`\`${path}\` is not a policy file`)
  expect(readFileSync(path, 'utf8')).toBe('policy: ./main.policy\n')
})
