import { describe, expect, test } from 'vitest'
import { type Ran, runLastTest, trailOf } from './world.ts'

const chain = `allow all
route main {
  to a/x
  else b/x
  else c/x
  retry 2 on 429, 5xx, timeout  backoff 1s to 4s
  timeout 30s  first_token 10s  idle 5s  deadline 90s
}
`
const scenario = (body: string, policy = chain): Promise<Ran> => runLastTest(`${policy}\ntest "t" { ${body} }`)
const whole = 'given request.stream = false'

describe('faults', () => {
  test('none: the first target serves', async () => {
    const ran = await scenario('expect served by a/x, attempts 1')
    expect(ran.mismatches).toEqual([])
    expect(ran.runs).toHaveLength(1)
  })

  test('a status that is retried, then the next step', async () => {
    const ran = await scenario('when a/* fails 429 expect served by b/*, attempts 4')
    expect(ran.mismatches).toEqual([])
    // Half of each wait is certain and the draw is in the middle: 750 ms, then 1,500 ms.
    expect(trailOf(ran)).toEqual(['a/x at 0 ms (429)', 'a/x at 750 ms (429)', 'a/x at 2250 ms (429)', 'b/x at 2250 ms'])
  })

  test("a status that is the caller's own ends the chain", async () => {
    expect((await scenario('when a/x fails 400 expect failed with 400, attempts 1')).mismatches).toEqual([])
  })

  test('a class is every status of it', async () => {
    const ran = await scenario('given request.stream = false when a/x fails 4xx expect served by b/x')
    expect(ran.outcomes).toContain('served by b/x after 4 attempts')
    expect(ran.outcomes).toContain('served by b/x after 2 attempts')
    expect(ran.mismatches.map((each) => each.replace(/:.*/, ''))).toEqual([
      'served by b/x; found failed with 400 after 1 attempt',
      'served by b/x; found failed with 413 after 1 attempt',
      'served by b/x; found failed with 422 after 1 attempt',
    ])
  })

  test('no connection is not waited for', async () => {
    const ran = await scenario(`${whole} when a/* fails connect expect served by b/x, attempts 2`)
    expect(ran.mismatches).toEqual([])
    expect(ran.runs[0]!.outcome.elapsedMs).toBe(0)
  })

  test('a target that never answers runs into the clocks of the route', async () => {
    const faults = 'a/* fails timeout, b/* fails timeout, c/* fails timeout'
    const ran = await scenario(`${whole} when ${faults} expect failed with 504`)
    expect(ran.mismatches).toEqual([])
    expect(ran.runs[0]!.outcome.elapsedMs).toBe(90_000)
    expect(ran.outcomes).toEqual(['failed with 504 after 3 attempts: no answer of any target within 90000 ms'])
  })

  test('all fail: what the last said', async () => {
    const ran = await scenario(
      `${whole} when a/* fails 500, b/* fails 500, c/* fails 429 expect failed with 429, attempts 9`,
    )
    expect(ran.mismatches).toEqual([])
  })

  test('the fault of a target goes before that of its provider', async () => {
    const ran = await scenario('when a/* fails 400, a/x fails connect expect served by b/x')
    expect(ran.mismatches).toEqual([])
  })
})

describe('streams', () => {
  test('a stall within the content ends the stream, and no second target is asked', async () => {
    const ran = await scenario(
      'given request.stream = true when a/* stalls after 3 chunks expect failed with 504, attempts 1',
    )
    expect(ran.mismatches).toEqual([])
    expect(ran.outcomes[0]).toMatch(/^failed with 504 after 1 attempt: a\/x broke off: /)
    expect(ran.runs[0]!.outcome.elapsedMs).toBe(5_000)
  })

  test('a stall before the content is a failed attempt', async () => {
    const ran = await scenario('given request.stream = true when a/* stalls expect served by b/x, attempts 4')
    expect(ran.mismatches).toEqual([])
    expect(trailOf(ran)[0]).toMatch(/^a\/x at 0 ms \((first_token|idle) ran out\)$/)
  })

  test('a cut within the content is no clean end', async () => {
    const ran = await scenario(
      'given request.stream = true when a/* cut after 2 chunks expect failed with 502, attempts 1',
    )
    expect(ran.mismatches).toEqual([])
  })

  test('only a stream has chunks; else whether it is one is open', async () => {
    const streamsOf = ({ runs }: Ran) => [...new Set(runs.map(({ chosen }) => chosen['request.stream']))]
    expect(streamsOf(await scenario('when a/* stalls after 3 chunks expect failed with 504'))).toEqual([true])
    expect(streamsOf(await scenario('when a/* stalls expect served by b/x'))).toEqual([false, true])
    const whole = await scenario('given request.stream = false when a/* stalls after 3 chunks expect served by b/x')
    expect(whole.mismatches).toEqual([])
  })
})

describe('nothing is left to chance', () => {
  const policy = (step: string) => `allow all\nroute main { to ${step} else c/x retry 1 on 5xx backoff 1s to 1s }\n`

  test('every arm of a split', async () => {
    const ran = await scenario('expect served by a/x', policy('99% a/x | 1% b/x'))
    expect(ran.outcomes).toEqual(['served by a/x after 1 attempt', 'served by b/x after 1 attempt'])
    expect(ran.mismatches).toEqual(['served by a/x; found served by b/x after 1 attempt'])
    expect((await scenario('expect attempts 1', policy('99% a/x | 1% b/x'))).mismatches).toEqual([])
  })

  test('a sticky split too, and the arm that is left', async () => {
    const ran = await scenario(
      'when b/* fails 500 expect served by a/x',
      policy('50% a/x | 50% b/x sticky by caller.id'),
    )
    expect(ran.mismatches).toEqual([])
    expect(ran.outcomes).toEqual(['served by a/x after 1 attempt', 'served by a/x after 2 attempts'])
  })

  test.each(['any', 'fastest', 'least_busy'])('every target of a choice: %s', async (by) => {
    const ran = await scenario('expect attempts 1', policy(`${by} of [a/x, a/y, b/x]`))
    expect(ran.outcomes).toHaveLength(3)
  })

  test('the cheapest is known by the tokens, else it is any that some tokens make it', async () => {
    const choice = policy('cheapest of [a/x, a/y, b/x]')
    const open = await scenario('expect attempts 1', choice)
    // Dearer in every way, b/x never is.
    expect(open.outcomes).toEqual(['served by a/x after 1 attempt', 'served by a/y after 1 attempt'])
    const known = 'given request.input_tokens = 1000, request.max_tokens = 10 expect served by a/x'
    expect((await scenario(known, choice)).mismatches).toEqual([])
  })

  test('targets that fail alike are one, so that many of them are not too many', async () => {
    const targets = Array.from({ length: 40 }, (_, index) => `a/m${index}`).join(', ')
    const many = `allow all\nroute main { to any of [${targets}, c/x] else b/x retry 9 on 5xx backoff 1s to 1s }\n`
    const ran = await scenario('when a/* fails 500 expect served by c/x', many)
    // One after the other fails, or c/x is come to; it may also not be come to at all.
    expect(ran.outcomes).toHaveLength(11)
    expect(ran.mismatches).toEqual(['served by c/x; found served by b/x after 11 attempts'])
  })

  test('what has too many ways is not told of as if it were known', async () => {
    const targets = Array.from({ length: 40 }, (_, index) => `a/m${index}`)
    const split = `allow all\nroute main { to any of [${targets.join(', ')}] retry 9 on 5xx, 429 backoff 1s to 1s }\n`
    const faults = targets.map((each, index) => `${each} fails ${500 + index}`).join(', ')
    expect((await scenario(`given request.stream = false when ${faults} expect attempts 10`, split)).outcomes).toEqual([
      'outgrown',
    ])
  })
})

describe('what a call asks of its targets is open', () => {
  const policy = 'allow all\nroute main { to b/blind else a/x }\n'

  test('what the catalogue says that a target cannot do', async () => {
    const ran = await scenario('expect served by b/blind', policy)
    expect(ran.outcomes).toEqual(['served by b/blind after 1 attempt', 'served by a/x after 1 attempt'])
    const other = ran.runs.filter(({ outcome }) => outcome.kind === 'served' && outcome.target === 'a/x')
    expect(other.some(({ chosen }) => Object.values(chosen).includes(true))).toBe(true)
    expect(ran.runs.length).toBeLessThan(6)
  })

  test('a test is about plain requests; that others come to something else is known', async () => {
    const ran = await scenario('expect served by b/blind', policy)
    expect(ran.mismatches).toEqual([])
    expect(ran.runs.filter(({ isPlain }) => isPlain)).toHaveLength(1)
    const asked = await scenario('given request.has_images = true expect served by a/x', policy)
    expect(asked.mismatches).toEqual([])
  })

  test('and is settled by what is given', async () => {
    const given = ['images', 'audio', 'schema', 'reasoning'].map((each) => `request.has_${each} = false`)
    const ran = await scenario(
      `given ${[...given, 'request.input_tokens = 500'].join(', ')} expect served by b/blind`,
      policy,
    )
    expect(ran.mismatches).toEqual([])
    expect(ran.runs).toHaveLength(1)
  })

  test('a request of another kind may be decided in another way', async () => {
    const byTools = 'allow all\nroute t when request.has_images { to a/y }\nroute main { to b/blind else a/x }\n'
    const ran = await scenario('expect attempts 1', byTools)
    expect(ran.outcomes).toContain('served by a/y after 1 attempt')
  })

  test('what an Anthropic model cannot be told is found by telling it', async () => {
    const audio = 'allow all\nroute main { to claude/x else a/x }\n'
    const ran = await scenario('given request.has_audio = true expect served by a/x', audio)
    expect(ran.mismatches).toEqual([])
    expect(trailOf(ran)[0]).toMatch(/^claude\/x at 0 ms \(passed over: /)
  })
})

describe('requests that go nowhere', () => {
  const policy = `${chain}
deny interns when caller.role == "intern" status 451
restrict eu when caller.region == "eu" to target.region == "eu"
budget month { $10 per month  at 90% deny }
limit rate { 5 requests per 1m }
`
  test.each([
    ['given caller.role = "intern" expect failed with 451, attempts 0'],
    ['when budget.month.used = 90% expect failed with 402, attempts 0'],
    ['when limit.rate.used = 100% expect failed with 429, attempts 0'],
    ['when budget.month.used = 89% expect served by a/x'],
    ['given caller.region = "eu" when a/* fails connect expect failed with 502, attempts 1'],
  ])('%s', async (body) => {
    expect((await scenario(body, policy)).mismatches).toEqual([])
  })

  test('a meter that is not given is not used up, whatever the policy reads of it', async () => {
    const thrifty = policy.replace('route main', 'route thrifty when budget.month.used >= 80% { to b/x }\nroute main')
    const ran = await runLastTest(`${thrifty}test "t" { expect served by b/x }`, { budget: { month: { used: 1 } } })
    expect(ran.mismatches).toEqual([])
  })

  test('no route, nothing left of one, and a name that nothing has', async () => {
    const none = 'allow all\n'
    expect((await scenario('expect failed with 403', none)).mismatches).toEqual([])
    const us = 'allow all\nroute main { to b/x }\nrestrict eu to target.region == "eu"\n'
    expect((await scenario('expect failed with 403', us)).outcomes[0]).toContain('`eu`')
    const requested = 'allow all\nroute main { to requested }\n'
    expect((await scenario('given request.model = "nothing" expect failed with 404', requested)).mismatches).toEqual([])
  })
})

test('a provider that is not healthy is left alone while another can serve', async () => {
  const ran = await scenario('when provider.a.healthy = false expect served by b/x, attempts 1')
  expect(ran.mismatches).toEqual([])
  expect(trailOf(ran)).toEqual(['a/x at 0 ms (passed over: `a/x` is cooling down after failures)', 'b/x at 0 ms'])
  const alone = 'allow all\nroute main { to a/x }\n'
  expect((await scenario('when provider.a.healthy = false expect served by a/x', alone)).mismatches).toEqual([])
})

test('the same scenario comes to the same, to the millisecond', async () => {
  const body = 'when a/* fails 5xx, b/* stalls after 1 chunks expect attempts 1'
  const [first, second] = [await scenario(body), await scenario(body)]
  expect(second).toEqual(first)
})
