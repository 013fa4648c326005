/** Whatever is written, checking ends soon and says a bounded number of things. */
import { describe, expect, test } from 'vitest'
import { mostDiagnostics } from '../../src/check/report.ts'
import { checkText } from './sample.ts'

const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

describe('bounds', () => {
  test('so many diagnostics, those at the top', async () => {
    const { diagnostics } = await checkText(many(300, (index) => `allow a${index} when caller.tema == "x"`))
    expect(diagnostics.length).toBe(mostDiagnostics)
    expect(diagnostics.map((each) => each.span.source.positionAt(each.span.start).line)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    )
  })

  test('a long chain of defines', async () => {
    const chain = (length: number) =>
      `${many(length, (index) => (index === length - 1 ? `define d${index} = request.stream` : `define d${index} = not d${index + 1}`))}\nallow it when d0`
    expect((await checkText(chain(900))).diagnostics).toEqual([])
    const { diagnostics } = await checkText(chain(5_000))
    expect(diagnostics.map((each) => each.code)).toContain('P107')
    expect(diagnostics.length).toBeLessThan(6)
  })

  test('defines that double', async () => {
    const double = (length: number) =>
      `define d0 = request.stream\n${many(length, (index) => `define d${index + 1} = (d${index} and caller.team == "a${index}") or (d${index} and caller.role == "b")`)}\nallow it when d${length}`
    expect((await checkText(double(10))).diagnostics).toEqual([])
    const { diagnostics } = await checkText(double(60))
    expect(diagnostics[0]?.code).toBe('P107')
    expect(diagnostics[0]?.message).toMatch(/grows to more than 20000 tests once its defines are written out/)
    expect(diagnostics.length).toBeLessThan(6)
  })

  test('a long circle of defines', async () => {
    const { diagnostics } = await checkText(many(3_000, (index) => `define d${index} = d${(index + 1) % 3_000}`))
    expect(diagnostics.map((each) => each.code)).toEqual(['P211'])
  })

  test('a large policy is checked in little time', async () => {
    const text = many(
      10_000,
      (index) =>
        `allow a${index} when caller.team == "t${index}" and caller.role in ["a", "b${index}"] and request.max_tokens < ${index}`,
    )
    const before = performance.now()
    const { policy } = await checkText(text)
    expect(policy?.rules.length).toBe(10_000)
    expect(performance.now() - before).toBeLessThan(20_000)
  })

  test('many unknown names, too', async () => {
    const text = `${many(2_000, (index) => `set known_${index} = ["a"]`)}\n${many(2_000, (index) => `allow a${index} when caller.team in knwon_${index}`)}`
    const before = performance.now()
    const { diagnostics } = await checkText(text)
    expect(diagnostics.length).toBe(mostDiagnostics)
    expect(performance.now() - before).toBeLessThan(20_000)
  })
})
