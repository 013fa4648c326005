import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/dialects/neutral.ts'
import { createDispatcher } from '../../src/dispatch/dispatch.ts'
import { createProvider } from '../../src/providers/create-provider.ts'
import {
  callOf,
  catalogueOf,
  collect,
  lastEvent,
  providerConfig,
  requestOf,
  routeOf,
  textOf,
  virtualClock,
} from '../dispatch/world.ts'

function simulate(options: JsonObject = {}) {
  const clock = virtualClock()
  const created = createProvider(providerConfig({ type: 'simulator', name: 'sandbox', options }), clock)
  if (!created.ok) throw new Error(created.message)
  const dispatcher = createDispatcher({
    providers: new Map([['sandbox', created.provider]]),
    catalogue: catalogueOf([], ['sandbox']),
    now: clock.now,
    random: () => 0.5,
    setTimer: clock.setTimer,
  })
  const whole = async (model: string, body: JsonObject = {}) => {
    const outcome = await clock.drive(dispatcher.run(requestOf(routeOf([`sandbox/${model}`]), { call: callOf(body) })))
    if (outcome.kind !== 'whole') throw new Error(JSON.stringify(outcome))
    return outcome.answer
  }
  return { clock, dispatcher, whole }
}

describe('simulator', () => {
  test('answers with the last words of the user', async () => {
    const answer = await simulate().whole('small')
    expect(answer.choices[0]?.content).toEqual([{ kind: 'text', text: 'Simulated answer of sandbox/small to: hi' }])
    expect(answer.choices[0]?.stop.reason).toBe('end')
    expect(answer.usage?.input).toBeGreaterThan(0)
    expect(answer.usage?.output).toBeGreaterThan(0)
  })

  test('streams the same, word by word, with the delay between', async () => {
    const { clock, dispatcher } = simulate({ chunk_delay_ms: 50 })
    const from = clock.now()
    const outcome = await clock.drive(
      dispatcher.run(requestOf(routeOf(['sandbox/small']), { call: callOf({ stream: true }) })),
    )
    if (outcome.kind !== 'stream') throw new Error(outcome.kind)
    const frames = await clock.drive(collect(outcome.frames))
    expect(textOf(frames)).toBe('Simulated answer of sandbox/small to: hi')
    expect(lastEvent(frames)).toEqual({ kind: 'end' })
    expect(clock.now() - from).toBe(5 * 50)
    expect(frames.flatMap((frame) => frame.events).some((event) => event.kind === 'usage')).toBe(true)
  })
})
