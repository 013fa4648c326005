/**
 * Proofs are complete: a defect of any kind that is planted in a sound policy is found, and a sound policy draws nothing.
 * Sound ones are built so: teams with disjoint rules, a last route, and laws that hold.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { proveText } from './world.ts'

const runs = Number(process.env['LAW_RUNS'] ?? 20)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
const patience = 300_000

interface Sound {
  readonly teams: readonly string[]
  readonly tokens: number
  readonly model: string
  readonly region: string
  readonly pattern: string
}

const sound: fc.Arbitrary<Sound> = fc.record({
  teams: fc.uniqueArray(fc.constantFrom('core', 'web', 'growth', 'ops', 'data', 'labs'), {
    minLength: 2,
    maxLength: 5,
  }),
  tokens: fc.integer({ min: 10, max: 90_000 }),
  model: fc.constantFrom('smart', 'fast', 'gpt-5', 'draft'),
  region: fc.constantFrom('eu', 'ch', 'no'),
  pattern: fc.constantFrom(
    'like "gpt-*"',
    'starts_with "o"',
    'matches /^claude-[0-9]/',
    'ends_with "-mini"',
    'contains "x"',
  ),
})

/** Rules that have their part, none of them in another's place. */
function soundText({ teams, tokens, model, region, pattern }: Sound): string {
  const perTeam = teams.map(
    (team, index) => `
allow ${team}_may when caller.team == "${team}"
route ${team}_long when caller.team == "${team}" and request.input_tokens >= ${tokens + index} { to openai/gpt-5 else europe/gpt-4o }`,
  )
  return `
define local = caller.region == "${region}"
restrict residency when local to target.region == "eu"
${perTeam.join('\n')}
route small when request.model == "${model}" and request.input_tokens < ${tokens} { to europe/gpt-4o else openai/gpt-4o-mini }
route patterned when request.model ${pattern} { to anthropic/claude-sonnet-4 else europe/gpt-4o timeout 20s deadline 60s }
route rest { to openai/gpt-4o-mini else europe/gpt-4o retry 2 on 429, 5xx backoff 100ms to 1s timeout 10s deadline 60s }
limit each { 60 requests per 1m by caller.key }
budget month { $500 per month by caller.team }
guard pii when local { redact email in response }
cache cold when request.temperature == 0 { ttl 1h scope caller.team, caller.region }
rewrite cap when caller.tier == "free" { max_tokens at most 1024 }
assert stays when local { every target.region == "eu", budgeted by month }
test "the first team" { given caller.team = "${teams[0]}" expect allowed by ${teams[0]}_may, routed }
`
}

const contradictions = [
  'request.input_tokens > 7 and request.input_tokens < 8',
  'request.model starts_with "gpt-" and request.model ends_with "-mini" and request.model == "gpt-mini-x"',
  'caller.ip in ["10.0.0.0/8"] and not caller.ip in ["10.0.0.0/7"]',
  'caller.roles has all ["a", "b"] and not caller.roles has any ["b", "c"]',
  'not has caller.user and caller.user ~= "ada"',
  'time.hour > 22 and time.hour < 23',
  'caller.kind == "anonymous"',
]

/** For each code the text that draws it in a sound policy. */
const defects: Readonly<Record<string, (policy: Sound, draw: number) => (text: string) => string>> = {
  P301: (_, draw) => (text) => `${text}\ndeny never when ${contradictions[draw % contradictions.length]}`,
  P302:
    ({ teams, tokens }, draw) =>
    (text) => {
      const team = teams[draw % teams.length]!
      return text.replace(
        'route small',
        `route dead when caller.team == "${team}" and request.input_tokens > ${tokens + teams.length} and request.stream { to europe/gpt-4o }\nroute small`,
      )
    },
  P303:
    ({ teams }, draw) =>
    (text) =>
      `${text}\nallow again when caller.team == "${teams[draw % teams.length]}" and request.stream`,
  P304: () => (text) => `${text}\nset nobody = ["nobody"]`,
  P401: () => (text) => text.replace(/route rest .*\n/, ''),
  P402: () => (text) => text.replace('to openai/gpt-5 else europe/gpt-4o }', 'to openai/gpt-5 }'),
  P501: () => (text) =>
    `${text}\nrewrite hot when request.has_tools { temperature = 1 }\nrewrite cold_tools when request.stream { temperature = 0 }`,
  P502:
    ({ teams }, draw) =>
    (text) =>
      `${text}\nallow in_vain when caller.role == "intern" and caller.team == "${teams[draw % teams.length]}"\ndeny interns when caller.role like "int*"`,
  P601: () => (text) => `${text}\nassert cheap { every target.price_in <= $0.5 }`,
  P602:
    ({ teams }) =>
    (text) =>
      `${text}\ntest "all are small" { given caller.team = "${teams[0]}" expect routed by small }`,
  P701: () => (text) => `${text}\ndeny long when request.max_tokens > 4000 because "too long"`,
  P702: () => (text) => text.replace('scope caller.team, caller.region', 'scope caller.team'),
  P703: () => (text) =>
    text.replace(
      'route rest',
      'route llama when request.model == "llama" and not request.stream { to europe/llama else europe/gpt-4o }\nroute rest',
    ),
  P704: () => (text) =>
    text.replace('route small', 'route seeing when request.has_audio { to europe/gpt-4o }\nroute small'),
  P705: () => (text) => `${text}\nallow marked when request.header["x-pass"] == "yes"`,
  P706: () => (text) => `${text}\nguard loud when request.api == "speech" { redact phone in response }`,
  P707: () => (text) => text.replace('timeout 20s deadline 60s', 'timeout 90s deadline 60s'),
}

test(
  `a sound policy draws nothing (seed ${seed})`,
  async () => {
    const property = fc.asyncProperty(sound, async (policy) => {
      const found = await proveText(soundText(policy))
      expect(found.map((each) => `${each.code} ${each.message}`)).toEqual([])
    })
    await fc.assert(property, { numRuns: runs, seed })
  },
  patience,
)

test.each(Object.keys(defects))(
  `%s is found where it is planted (seed ${seed})`,
  async (code) => {
    const property = fc.asyncProperty(sound, fc.nat(), async (policy, draw) => {
      const text = defects[code]!(policy, draw)(soundText(policy))
      const found = await proveText(text)
      expect(found.map((each) => each.code)).toContain(code)
    })
    await fc.assert(property, { numRuns: Math.ceil(runs / 4), seed })
  },
  patience,
)
