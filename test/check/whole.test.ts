import { expect, test } from 'vitest'
import { checked } from './sample.ts'

const taste = `
set    known_teams = ["core", "growth"]
set    frontier  = ["gpt-5", "smart"]
define eu_caller = caller.region in ["eu", "ch"]
pool   eu_models = [azure-eu/gpt-4o, mistral/mistral-large-latest]

# Who may call, and what.
allow staff    when caller.kind == "jwt" and caller.team in known_teams
deny  interns  when caller.role == "intern" and request.model in frontier
               because "interns use the fast model"

restrict residency when eu_caller to target.region == "eu" because "EU data stays in the EU"

route eu when eu_caller {
  to   fastest of eu_models
}

route downgraded when request.model == "smart" and budget.team_month.used >= 80% {
  to   openai/gpt-4o-mini
}

route smart when request.model == "smart" {
  to   90% anthropic/claude-sonnet-4 | 10% openai/gpt-5   sticky by caller.id
  else sandbox/whatever
  else openai/*
  retry 2 on 429, 5xx, timeout  backoff 200ms to 5s
  timeout 60s  first_token 8s  idle 20s  deadline 90s
}

route anything { to requested }

cache deterministic when request.temperature == 0 and not request.has_tools {
  ttl 1h  stale 10m  scope caller.team, caller.region
}

limit  per_key    { 60 requests per 1m by caller.key }
limit  free_tier  when caller.tier == "free" { 200k tokens per 1h by caller.team  burst 20k }
limit  seats { tenant.seats * 20 requests per 1m by caller.team }
budget team_month { $500 per month by caller.team  at 80% warn  at 100% deny }
budget cap { tenant.monthly_cap per month by caller.team }

guard pii when eu_caller { redact email, phone, card in request, response }
guard secrets            { block aws_key, private_key in request }
rewrite cap_tokens when caller.tier == "free" { max_tokens at most 1024 metadata "t" = caller.team }
shadow try_it { 5% to openai/gpt-5 }
log tags { capture headers tag "team" = caller.team }

assert residency_holds when eu_caller { every target.region == "eu" }
assert nothing_unpaid  when allowed   { budgeted by team_month }
assume internal caller.ip in ["10.0.0.0/8"]

test "interns are sent away from frontier models" {
  given  caller.role = "intern", caller.kind = "jwt", caller.team = "growth", request.model = "smart"
  when openai/* fails 429, budget.team_month.used = 95%
  expect denied by interns, attempts 2
}
`

test('the whole language is checked', async () => {
  const policy = await checked(taste)
  expect(policy.rules.map((each) => `${each.index} ${each.kind} ${each.name}`)).toMatchInlineSnapshot(`
    [
      "0 allow staff",
      "1 deny interns",
      "2 restrict residency",
      "3 route eu",
      "4 route downgraded",
      "5 route smart",
      "6 route anything",
      "7 cache deterministic",
      "8 limit per_key",
      "9 limit free_tier",
      "10 limit seats",
      "11 budget team_month",
      "12 budget cap",
      "13 guard pii",
      "14 guard secrets",
      "15 rewrite cap_tokens",
      "16 shadow try_it",
      "17 log tags",
    ]
  `)
  expect(policy.possibleKinds).toEqual(['key', 'host'])
  expect(policy.declarations.every((each) => each.used)).toBe(true)
})
