/** What conditions come to: printed small, one line each. */
import { describe, expect, test } from 'vitest'
import type { Cond } from '../../src/check/policy.ts'
import { checked } from './sample.ts'

function show(cond: Cond): string {
  switch (cond.kind) {
    case 'const':
      return String(cond.value)
    case 'and':
    case 'or':
      return `(${cond.of.map(show).join(` ${cond.kind} `)})`
    case 'not':
      return `not ${show(cond.of)}`
    case 'access':
      return cond.effect
    case 'atom': {
      const { kind, ...rest } = cond.test
      const values = Object.entries(rest)
        .filter(([key]) => key !== 'regex')
        .map(([, value]) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? each.toString(16) : each)))
      return [cond.attribute.id, kind, ...values].join(' ')
    }
  }
}

async function whenOf(condition: string, before = ''): Promise<string> {
  const policy = await checked(`${before}\nallow it when ${condition}`)
  return show(policy.rules.at(-1)!.when)
}

describe('conditions come to a small core', () => {
  test.each([
    ['caller.team == "a"', 'caller.team equals "a"'],
    ['caller.team != "a"', 'not caller.team equals "a"'],
    ['caller.team ~= "CORE É"', 'caller.team caseless "core É"'],
    ['caller.team in ["a", "b", "a"]', 'caller.team one_of ["a","b"]'],
    ['caller.team not in ["a", "b"]', 'not caller.team one_of ["a","b"]'],
    ['caller.team in ["a"]', 'caller.team equals "a"'],
    ['caller.team starts_with "a"', 'caller.team prefix "a"'],
    ['caller.team ends_with "a"', 'caller.team suffix "a"'],
    ['caller.team contains "a"', 'caller.team contains "a"'],
    ['caller.team contains ""', 'caller.team present'],
    ['caller.team like "a*"', 'caller.team glob "a*"'],
    ['caller.team matches /a+/i', 'caller.team search "/a+/i"'],
    ['has caller.team', 'caller.team present'],
    ['request.stream', 'request.stream equals true'],
    ['not request.stream', 'not request.stream equals true'],
    ['request.stream != true', 'not request.stream equals true'],
    ['request.stream == false', 'request.stream equals false'],
    ['request.max_tokens > 1.5k', 'request.max_tokens above 1500'],
    ['request.max_tokens >= 2', 'request.max_tokens at_least 2'],
    ['request.max_tokens < 2', 'request.max_tokens below 2'],
    ['request.max_tokens <= 2', 'request.max_tokens at_most 2'],
    ['request.bytes > 10KiB', 'request.bytes above 10240'],
    ['signal.age > 5m', 'signal.age above 300000'],
    ['signal.spend > $0.25', 'signal.spend above 250000000'],
    ['signal.share > 0.5%', 'signal.share above 0.005'],
    ['time.date == "1970-01-02"', 'time.date equals 1'],
    ['caller.roles has "a"', 'caller.roles element "a"'],
    ['caller.roles has any ["a", "b"]', '(caller.roles element "a" or caller.roles element "b")'],
    ['caller.roles has all ["a", "b"]', '(caller.roles element "a" and caller.roles element "b")'],
    ['caller.roles has all ["a", "a"]', 'caller.roles element "a"'],
    ['request.header["X-Team"] == "a"', 'request.header["x-team"] equals "a"'],
    ['caller.ip == "10.0.0.1"', 'caller.ip cidr [{"text":"10.0.0.1","first":"ffff0a000001","last":"ffff0a000001"}]'],
    [
      'caller.ip not in ["10.0.0.0/8"]',
      'not caller.ip cidr [{"text":"10.0.0.0/8","first":"ffff0a000000","last":"ffff0affffff"}]',
    ],
    [
      'caller.team == "a" and (caller.role == "b" and (caller.id == "c" or request.stream or (has caller.key or has caller.ip)))',
      '(caller.team equals "a" and caller.role equals "b" and (caller.id equals "c" or request.stream equals true or caller.key present or caller.ip present))',
    ],
  ])('%s', async (condition, expected) => {
    expect(await whenOf(condition)).toBe(expected)
  })

  test('a rule without a condition applies always', async () => {
    const { rules } = await checked('allow it')
    expect(show(rules[0]!.when)).toBe('true')
    expect(rules[0]!.whenSpan).toBeUndefined()
  })

  test('defines are written in, and keep the place of their use outside', async () => {
    const text = 'define inner = caller.team == "a" and has caller.role\nallow it when inner and request.stream'
    const { rules } = await checked(text)
    const { when } = rules[0]!
    expect(show(when)).toBe('((caller.team equals "a" and caller.role present) and request.stream equals true)')
    const outer = when.kind === 'and' ? when.of[0] : undefined
    if (outer?.kind !== 'and') throw new Error('the define is not a group')
    expect(text.slice(outer.span.start, outer.span.end)).toBe('inner')
    const first = outer.of[0]
    expect(first?.kind === 'atom' && text.slice(first.span.start, first.span.end)).toBe('caller.team == "a"')
  })

  test('a pool is its targets, and whole providers', async () => {
    const { rules } = await checked(
      'pool p = [openai/gpt-5, anthropic/*, azure-eu/gpt-4o]\npool q = [openai/*]\nrestrict a to target.id in p\nrestrict b to target.id not in q',
    )
    expect(rules.map((rule) => (rule.kind === 'restrict' ? show(rule.to) : ''))).toEqual([
      '(target.id one_of ["openai/gpt-5","azure-eu/gpt-4o"] or target.provider one_of ["anthropic"])',
      'not target.provider one_of ["openai"]',
    ])
  })

  test('one attribute is one object', async () => {
    const { rules } = await checked('allow a when request.header["X-A"] == "1" and request.header["x-a"] != "2"')
    const { when } = rules[0]!
    const ids =
      when.kind === 'and'
        ? when.of.map((each) =>
            each.kind === 'atom'
              ? each.attribute
              : each.kind === 'not' && each.of.kind === 'atom'
                ? each.of.attribute
                : 0,
          )
        : []
    expect(ids[0]).toBe(ids[1])
  })
})

describe('rules come out with every default filled in', () => {
  test('clauses', async () => {
    const { rules } = await checked(`
      deny no when request.stream because "no" status 429
      route r { to 33.3% openai/gpt-5 | 66.7% openai/* sticky by caller.id retry 1 on 429 timeout 5s hedge after 1s on_loss degrade }
      cache c { ttl 1m }
      cache e { ttl 1m stale 5s scope everyone }
      limit l { tenant.seats * 2 requests per 1m by caller.team burst 5 }
      budget b { $5 per week by caller.team at 80% warn }
      budget d { tenant.seats * $5 per total at 90% deny at 50% warn }
      guard g { mask email in response, request }
      rewrite w { header "X-A" = "b" metadata "k" = caller.team }
      log o { capture none tag "t" = caller.team }
    `)
    const plain = rules.map(
      ({ node: _, nameSpan: __, whenSpan: ___, when: ____, documentation: _____, ...rest }) => rest,
    )
    expect(
      JSON.parse(
        JSON.stringify(plain, (key, value) =>
          key === 'span' || key === 'stickyBy' || (key === 'by' && typeof value[0] === 'object') || key === 'reads'
            ? undefined
            : key === 'attribute' && value.id
              ? value.id
              : value,
        ),
      ),
    ).toMatchInlineSnapshot(`
      [
        {
          "because": "no",
          "index": 0,
          "kind": "deny",
          "name": "no",
          "status": 429,
        },
        {
          "hedgeMs": 1000,
          "index": 1,
          "kind": "route",
          "name": "r",
          "onLoss": "degrade",
          "retry": {
            "backoffMaxMs": 5000,
            "backoffMinMs": 200,
            "count": 1,
            "on": [
              "429",
            ],
          },
          "steps": [
            {
              "arms": [
                {
                  "candidate": {
                    "kind": "entry",
                    "target": "openai/gpt-5",
                  },
                  "share": 0.333,
                },
                {
                  "candidate": {
                    "kind": "open",
                    "provider": "openai",
                  },
                  "share": 0.667,
                },
              ],
              "kind": "split",
            },
          ],
          "timeouts": {
            "attemptMs": 5000,
          },
        },
        {
          "index": 2,
          "kind": "cache",
          "name": "c",
          "scope": [],
          "value": {
            "off": false,
            "rule": "c",
            "scope": [
              "caller.id",
            ],
            "staleMs": 0,
            "ttlMs": 60000,
          },
        },
        {
          "index": 3,
          "kind": "cache",
          "name": "e",
          "scope": [],
          "value": {
            "off": false,
            "rule": "e",
            "scope": [],
            "staleMs": 5000,
            "ttlMs": 60000,
          },
        },
        {
          "amount": {
            "attribute": "tenant.seats",
            "kind": "attribute",
            "times": 2,
          },
          "index": 4,
          "kind": "limit",
          "name": "l",
          "value": {
            "burst": 5,
            "by": [
              "caller.team",
            ],
            "perMs": 60000,
            "rule": "l",
            "unit": "requests",
          },
        },
        {
          "amount": {
            "kind": "constant",
            "value": 5000000000,
          },
          "index": 5,
          "kind": "budget",
          "name": "b",
          "value": {
            "at": [
              {
                "action": "warn",
                "used": 0.8,
              },
              {
                "action": "deny",
                "used": 1,
              },
            ],
            "by": [
              "caller.team",
            ],
            "rule": "b",
            "window": "week",
          },
        },
        {
          "amount": {
            "attribute": "tenant.seats",
            "kind": "attribute",
            "times": 5000000000,
          },
          "by": [],
          "index": 6,
          "kind": "budget",
          "name": "d",
          "value": {
            "at": [
              {
                "action": "warn",
                "used": 0.5,
              },
              {
                "action": "deny",
                "used": 0.9,
              },
            ],
            "by": [],
            "rule": "d",
            "window": "total",
          },
        },
        {
          "index": 7,
          "kind": "guard",
          "name": "g",
          "value": {
            "clauses": [
              {
                "action": "mask",
                "detectors": [
                  "email",
                ],
                "in": [
                  "response",
                  "request",
                ],
              },
            ],
            "rule": "g",
          },
        },
        {
          "index": 8,
          "kind": "rewrite",
          "name": "w",
          "set": [
            {
              "kind": "header",
              "name": "x-a",
              "value": "b",
            },
            {
              "attribute": "caller.team",
              "key": "k",
              "kind": "metadata",
            },
          ],
        },
        {
          "capture": [
            "none",
          ],
          "index": 9,
          "kind": "log",
          "name": "o",
          "tags": [
            {
              "attribute": "caller.team",
              "key": "t",
            },
          ],
        },
      ]
    `)
  })

  test('tests', async () => {
    const { tests } = await checked(`
      budget b { $5 per month }
      test "t" {
        given caller.team = "core", caller.roles = ["a", "a"], time.date = "1970-01-03", not has caller.role, caller.ip = "10.0.0.1"
        when budget.b.used = 95%, openai/* fails 429
        expect denied, not every target.region == "eu", attempts 0
      }`)
    const [first] = tests
    expect(first?.given.map((each) => [each.attribute.id, each.value])).toEqual([
      ['caller.team', 'core'],
      ['caller.roles', ['a']],
      ['time.date', 2],
      ['caller.role', undefined],
      ['caller.ip', '10.0.0.1'],
    ])
    expect(first?.states.map((each) => [each.attribute.id, each.value])).toEqual([['budget.b.used', 0.95]])
    expect(first?.claims.map((each) => each.kind)).toEqual(['outcome', 'not'])
  })

  test('documentation is kept', async () => {
    const { rules } = await checked('# Who may call.\nallow staff when request.stream')
    expect(rules[0]?.documentation).toBe('Who may call.')
  })
})
