import { expect, test } from 'vitest'
import { createProgress } from '../../src/cli/progress.ts'

function watch(isErrTerminal: boolean) {
  const clock = { ms: 0 }
  const written: string[] = []
  const progress = createProgress({ err: (text) => written.push(text), isErrTerminal }, () => clock.ms)
  return { clock, written, progress }
}

test('nothing within the first second, nor where nobody watches', () => {
  const { clock, written, progress } = watch(true)
  progress.tell('reading')
  clock.ms = 999
  progress.tell('compiling')
  progress.end()
  expect(written).toEqual([])
  const unseen = watch(false)
  unseen.clock.ms = 5_000
  unseen.progress.tell('proving')
  unseen.progress.end()
  expect(unseen.written).toEqual([])
})

test('one line that is written over, not faster than it can be read, and taken away', () => {
  const { clock, written, progress } = watch(true)
  for (let ms = 0; ms <= 3_000; ms += 10) {
    clock.ms = ms
    progress.tell(`proving ${ms} of ${'many '.repeat(30)}`)
  }
  expect(written.length).toBe(21)
  for (const each of written) {
    expect(each.startsWith('\r\u001b[K')).toBe(true)
    expect(each).not.toContain('\n')
    expect(each.length).toBeLessThan(85)
  }
  expect(written.at(-1)).toContain('(3 s)')
  progress.end()
  expect(written.at(-1)).toBe('\r\u001b[K')
})
