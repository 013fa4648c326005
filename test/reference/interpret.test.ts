import { describe, expect, test } from 'vitest'
import { reference } from './read.ts'

describe('access', () => {
  const decide = reference(`
    allow b when request.stream because "streams are fine"
    deny z when request.has_tools because "no tools" status 451
    allow a when not request.has_images
    deny y when request.has_audio because "no audio" status 429
    deny x when request.has_audio because "no tools"
  `)

  test('any deny wins: every deny that matches, in source order; reasons once and sorted; the least status', () => {
    const request = { stream: true, has_tools: true, has_audio: true }
    expect(decide({ request }).access).toEqual({
      effect: 'deny',
      rules: ['z', 'y', 'x'],
      because: 'no audio; no tools',
      status: 429,
    })
  })

  test('else any allow, with what it says', () => {
    expect(decide({ request: { stream: true } }).access).toEqual({
      effect: 'allow',
      rules: ['b', 'a'],
      because: 'streams are fine',
    })
  })

  test('else denied by default', () => {
    expect(decide({ request: { has_images: true } }).access).toEqual({ effect: 'deny', rules: [] })
  })
})

test('when access is denied the other slots are null or empty, but for the log', () => {
  const text = `
    route r { to alpha/small }
    cache c { ttl 1h }
    limit l { 1 requests per 1m }
    budget b { $1 per day }
    guard g { block card in request }
    rewrite w { temperature = 0 }
    shadow s { 1% to alpha/small }
    log o { capture body tag "team" = caller.team }
  `
  const log = { rules: ['o'], capture: ['body'], tags: [{ key: 'team', attribute: 'caller.team' }] }
  expect(reference(text)({})).toEqual({
    access: { effect: 'deny', rules: [] },
    route: null,
    cache: null,
    limits: [],
    budgets: [],
    guards: [],
    rewrites: [],
    shadows: [],
    log,
  })
  expect(reference(`allow anyone\n${text}`)({})).toEqual({
    access: { effect: 'allow', rules: ['anyone'] },
    route: { rule: 'r', steps: [{ kind: 'target', target: 'alpha/small' }], timeouts: {} },
    cache: { rule: 'c', off: false, ttlMs: 3_600_000, staleMs: 0, scope: ['caller.id'] },
    limits: [{ rule: 'l', unit: 'requests', amount: 1, perMs: 60_000, by: [] }],
    budgets: [{ rule: 'b', amountNanoUsd: 1e9, window: 'day', by: [], at: [{ used: 1, action: 'deny' }] }],
    guards: [{ rule: 'g', clauses: [{ action: 'block', detectors: ['card'], in: ['request'] }] }],
    rewrites: [{ rule: 'w', set: [{ kind: 'temperature', value: 0 }] }],
    shadows: [{ rule: 's', share: 0.01, target: 'alpha/small' }],
    log,
  })
})

describe('cache', () => {
  const decide = reference(`
    allow anyone
    cache never when request.stream { off }
    cache shared when request.has_tools { ttl 1m scope everyone }
    cache near when request.has_audio { ttl 1m stale 10s scope request.header["X-A"], caller.team semantic 0.95 }
  `)
  test.each([
    [
      { stream: true, has_tools: true },
      { rule: 'never', off: true },
    ],
    [{ has_tools: true }, { rule: 'shared', off: false, ttlMs: 60_000, staleMs: 0, scope: [] }],
    [
      { has_audio: true },
      {
        rule: 'near',
        off: false,
        ttlMs: 60_000,
        staleMs: 10_000,
        scope: ['request.header["x-a"]', 'caller.team'],
        semantic: 0.95,
      },
    ],
    [{}, null],
  ])('%j', (request, expected) => {
    expect(decide({ request }).cache).toEqual(expected)
  })
})

describe('amounts', () => {
  const decide = reference(`
    allow anyone
    limit plain { 200k tokens per 1h by caller.team burst 20k }
    limit seats { tenant.seats * 20 requests per 1m by caller.team }
    limit held { tenant.seats concurrent by caller.key }
    budget cap { tenant.monthly_cap per month by caller.team at 120% deny at 80% warn }
    budget twice { tenant.monthly_cap * 2 per week at 100% warn }
  `)
  const amounts = (team: string | undefined) => {
    const { limits, budgets } = decide({ caller: { team } })
    return [...limits.map((each) => each.amount), ...budgets.map((each) => each.amountNanoUsd)]
  }

  test('an attribute, an attribute times a constant, and 0 where it is missing', () => {
    expect(amounts('core')).toEqual([200_000, 400, 20, 500e9, 1000e9])
    expect(amounts('labs')).toEqual([200_000, 0, 0, 0, 0])
    expect(amounts(undefined)).toEqual([200_000, 0, 0, 0, 0])
  })

  test('are whole numbers and never negative', () => {
    const halves = reference('allow anyone\nlimit half { tenant.seats * 0.5 requests per 1m }')
    expect(halves({ caller: { team: 'growth' } }).limits[0]?.amount).toBe(1)
    const negative = reference('allow anyone\nlimit below { signal.delta requests per 1m }')
    expect(negative({ signal: { delta: -7 } }).limits[0]?.amount).toBe(0)
  })

  test('thresholds rise, with a deny at 100 % where none is written', () => {
    expect(decide({}).budgets.map((each) => each.at)).toEqual([
      [
        { used: 0.8, action: 'warn' },
        { used: 1.2, action: 'deny' },
      ],
      [
        { used: 1, action: 'warn' },
        { used: 1, action: 'deny' },
      ],
    ])
  })
})

describe('rewrites and logs', () => {
  test('copied attributes are texts, and absent where missing', () => {
    const decide = reference(`
      allow anyone
      rewrite a { metadata "n" = request.messages metadata "s" = request.stream metadata "m" = caller.team }
      rewrite b when request.stream { max_tokens at most 10 header "X-B" = "1" system prepend "Be kind." service_tier = "flex" }
    `)
    expect(decide({ request: { messages: 3, stream: true } }).rewrites).toEqual([
      {
        rule: 'a',
        set: [
          { kind: 'metadata', key: 'n', attribute: 'request.messages', value: '3' },
          { kind: 'metadata', key: 's', attribute: 'request.stream', value: 'true' },
          { kind: 'metadata', key: 'm', attribute: 'caller.team' },
        ],
      },
      {
        rule: 'b',
        set: [
          { kind: 'max_tokens', atMost: 10 },
          { kind: 'header', name: 'x-b', value: '1' },
          { kind: 'system_prepend', text: 'Be kind.' },
          { kind: 'service_tier', value: 'flex' },
        ],
      },
    ])
  })

  test('`none` in any matching rule wins over all', () => {
    const decide = reference(`
      log b { capture headers }
      log a { capture body tag "t" = caller.team }
      log n when request.stream { capture none tag "u" = caller.id }
    `)
    expect(decide({ caller: { team: 'core' } }).log).toEqual({
      rules: ['b', 'a'],
      capture: ['body', 'headers'],
      tags: [{ key: 't', attribute: 'caller.team', value: 'core' }],
    })
    expect(decide({ request: { stream: true } }).log).toEqual({
      rules: ['b', 'a', 'n'],
      capture: [],
      tags: [
        { key: 't', attribute: 'caller.team' },
        { key: 'u', attribute: 'caller.id', value: '' },
      ],
    })
  })
})
