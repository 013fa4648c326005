/** Tokens that run out: one fetch for all who wait, renewal behind those who still use the old one. */
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { createTokenSource, type FetchedToken } from '../../src/providers/token-source.ts'

const never = new AbortController().signal

/** A source whose fetches are answered by hand. */
function sourceAt(clock: { now: number }) {
  const pending: ((fetched: FetchedToken) => void)[] = []
  let fetches = 0
  const source = createTokenSource(
    () =>
      new Promise((resolve) => {
        fetches++
        pending.push(resolve)
      }),
    () => clock.now,
  )
  const give = (value: string, lifetimeMs: number) =>
    pending.shift()!({ ok: true, token: { value: new Secret(value), expiresAtMs: clock.now + lifetimeMs } })
  const fail = (message: string) => pending.shift()!({ ok: false, failure: { kind: 'connect', message } })
  const take = async (signal = never) => {
    const taken = await source.take(signal)
    return taken.ok ? taken.token.value.reveal() : taken.failure
  }
  return { source, give, fail, take, fetches: () => fetches }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a token', () => {
  test('is fetched once for all who wait for it', async () => {
    const { give, take, fetches } = sourceAt({ now: 0 })
    const all = [take(), take(), take()]
    give('one', 3_600_000)
    expect(await Promise.all(all)).toEqual(['one', 'one', 'one'])
    expect(await take()).toBe('one')
    expect(fetches()).toBe(1)
  })

  test('is renewed once while it is still good, and nobody waits', async () => {
    const clock = { now: 0 }
    const { give, take, fetches } = sourceAt(clock)
    const first = take()
    give('one', 3_600_000)
    await first
    clock.now = 3_400_000
    expect([await take(), await take(), fetches()]).toEqual(['one', 'one', 2])
    give('two', 3_600_000)
    await turn()
    expect([await take(), fetches()]).toEqual(['two', 2])
  })

  test('that has run out is waited for', async () => {
    const clock = { now: 0 }
    const { give, take } = sourceAt(clock)
    const first = take()
    give('one', 60_000)
    await first
    clock.now = 60_000
    const second = take()
    give('two', 60_000)
    expect(await second).toBe('two')
  })

  test('that was refused is forgotten, and another one is not', async () => {
    const { source, give, take } = sourceAt({ now: 0 })
    const first = source.take(never)
    give('one', 3_600_000)
    const taken = await first
    if (!taken.ok) throw new Error('no token')
    source.refuse(new Secret('one'))
    expect(await take()).toBe('one')
    source.refuse(taken.token.value)
    const second = take()
    give('two', 3_600_000)
    expect(await second).toBe('two')
  })

  test('that cannot be had is asked for again by the next', async () => {
    const { give, fail, take } = sourceAt({ now: 0 })
    const first = take()
    fail('no answer')
    expect(await first).toEqual({ kind: 'connect', message: 'no answer' })
    const second = take()
    give('one', 60_000)
    expect(await second).toBe('one')
  })

  test('is waited for by others when one of them goes away', async () => {
    const { give, take, fetches } = sourceAt({ now: 0 })
    const controller = new AbortController()
    const [gone, waiting] = [take(controller.signal), take()]
    controller.abort()
    expect(await gone).toEqual({ kind: 'aborted' })
    give('one', 60_000)
    expect([await waiting, fetches()]).toEqual(['one', 1])
    expect(await take(controller.signal)).toBe('one')
  })

  test('is taken out of texts', async () => {
    const { source, give, take } = sourceAt({ now: 0 })
    expect(source.redact('a token')).toBe('a token')
    const first = take()
    give('eyJhbGciOi', 60_000)
    await first
    expect(source.redact('refused: eyJhbGciOi.')).toBe('refused: [redacted].')
  })
})
