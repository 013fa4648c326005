import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/graph/decision.ts'
import { reference } from './read.ts'

/** The steps that a route body gives, behind the given restricts. */
function steps(body: string, model = '', restricts = ''): readonly Step[] | undefined {
  return reference(`allow anyone\n${restricts}\nroute r { ${body} }`)({ request: { model } }).route?.steps
}

const targets = (...ids: readonly string[]): readonly Step[] => ids.map((target) => ({ kind: 'target', target }))

test('the first match in source order', () => {
  const decide = reference(`
    allow anyone
    route a when request.stream { to alpha/small }
    route b { to beta/small }
    route c { to beta/mid }
  `)
  expect(decide({ request: { stream: true } }).route?.rule).toBe('a')
  expect(decide({}).route?.rule).toBe('b')
})

test('no route that matches is null', () => {
  expect(reference('allow anyone\nroute a when request.stream { to alpha/small }')({}).route).toBeNull()
})

describe('requested', () => {
  test.each([
    ['alpha/small', ['alpha/small']],
    ['large', ['alpha/large']],
    ['vendor/coder', ['gamma/vendor/coder']],
    ['small', []],
    ['beta/large', []],
    ['', []],
    ['sand/anything', []],
    ['Large', []],
  ])('%j is %j', (model, expected) => {
    expect(steps('to requested', model)).toEqual(targets(...expected))
  })
})

describe('provider/*', () => {
  test.each([
    ['gpt-9', ['sand/gpt-9']],
    ['sand/gpt-9', ['sand/gpt-9']],
    ['alpha/small', ['sand/alpha/small']],
    ['', []],
    ['sand/', []],
  ])('%j is %j', (model, expected) => {
    expect(steps('to sand/*', model)).toEqual(targets(...expected))
  })

  test('shows what a catalogue entry says, else its name and its provider alone', () => {
    expect(steps('to beta/*', 'mid', 'restrict r1 to target.region == "eu"')).toEqual(targets('beta/mid'))
    expect(steps('to beta/*', 'new', 'restrict r1 to target.region == "us"')).toEqual(targets('beta/new'))
    expect(steps('to delta/*', 'new', 'restrict r1 to not has target.region')).toEqual(targets('delta/new'))
    expect(steps('to beta/*', 'new', 'restrict r1 to has target.context')).toEqual([])
    expect(steps('to beta/*', 'new', 'restrict r1 to target.price_in >= $0')).toEqual([])
    expect(steps('to beta/*', 'x/y', 'restrict r1 to target.model == "x/y"')).toEqual(targets('beta/x/y'))
  })
})

describe('every candidate obeys every matching restrict', () => {
  const eu = 'restrict r1 to target.region == "eu"'

  test('a filtered target is left out, and no step at all is an empty chain', () => {
    expect(steps('to beta/small else alpha/small', '', eu)).toEqual(targets('alpha/small'))
    expect(steps('to beta/small', '', eu)).toEqual([])
  })

  test('all that match apply', () => {
    expect(steps('to alpha/small else alpha/large', '', `${eu}\nrestrict r2 to target.tags has "smart"`)).toEqual(
      targets('alpha/large'),
    )
    expect(steps('to beta/small', '', 'restrict r1 when request.stream to target.region == "eu"')).toEqual(
      targets('beta/small'),
    )
  })

  test('the shares that remain are scaled to 100 %', () => {
    expect(steps('to 50% alpha/small | 20% beta/small | 30% beta/mid sticky by caller.id', '', eu)).toEqual([
      {
        kind: 'split',
        arms: [
          { target: 'alpha/small', share: 0.5 / 0.8 },
          { target: 'beta/mid', share: 0.3 / 0.8 },
        ],
        stickyBy: 'caller.id',
      },
    ])
    expect(steps('to 90% alpha/small | 10% beta/small', '', eu)).toEqual([
      { kind: 'split', arms: [{ target: 'alpha/small', share: 1 }] },
    ])
  })

  test('a whole split keeps its shares as written', () => {
    expect(steps('to 70% alpha/small | 20% beta/small | 10% beta/mid')).toEqual([
      {
        kind: 'split',
        arms: [
          { target: 'alpha/small', share: 0.7 },
          { target: 'beta/small', share: 0.2 },
          { target: 'beta/mid', share: 0.1 },
        ],
      },
    ])
  })

  test('a choice keeps its kind and its order, each target once', () => {
    expect(steps('to fastest of [beta/mid, alpha/small, beta/small, alpha/*]', 'small', eu)).toEqual([
      { kind: 'choice', by: 'fastest', targets: ['beta/mid', 'alpha/small'] },
    ])
    expect(steps('to any of [beta/small] else alpha/small', '', eu)).toEqual(targets('alpha/small'))
  })

  test('a shadow whose target is forbidden is left out', () => {
    const decide = reference(`allow anyone\n${eu}\nshadow a { 5% to beta/small }\nshadow b { 0.5% to alpha/small }`)
    expect(decide({}).shadows).toEqual([{ rule: 'b', share: 0.005, target: 'alpha/small' }])
  })
})

describe('clauses', () => {
  test('defaults of retry, and only the clocks that are written', () => {
    expect(reference('allow anyone\nroute r { to alpha/small retry 2 timeout 60s }')({}).route).toEqual({
      rule: 'r',
      steps: targets('alpha/small'),
      retry: {
        count: 2,
        on: ['429', '5xx', 'timeout', 'connect', 'cut'],
        backoffMinMs: 200,
        backoffMaxMs: 5_000,
      },
      timeouts: { attemptMs: 60_000 },
    })
  })

  test('all of them', () => {
    const body = `to alpha/small retry 1 on 429, 5xx, timeout backoff 100ms to 2s
      connect 1s first_token 8s idle 20s timeout 60s deadline 90s hedge after 2s on_loss degrade`
    expect(reference(`allow anyone\nroute r { ${body} }`)({}).route).toEqual({
      rule: 'r',
      steps: targets('alpha/small'),
      retry: { count: 1, on: ['429', '5xx', 'timeout'], backoffMinMs: 100, backoffMaxMs: 2_000 },
      timeouts: { connectMs: 1_000, firstTokenMs: 8_000, idleMs: 20_000, attemptMs: 60_000, deadlineMs: 90_000 },
      hedgeMs: 2_000,
      onLoss: 'degrade',
    })
  })
})
