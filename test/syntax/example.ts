/** A valid file with every kind of statement, for tests that damage it. */
export const example = `import "./groups.policy"

set    frontier  = ["gpt-5", "claude-opus-4-1", "smart"]
define eu_caller = caller.region in ["eu", "ch"]
pool   eu_models = [azure-eu/gpt-4o, bedrock-eu/anthropic.claude-sonnet-4, mistral/mistral-large-latest]

# Who may call, and what.
allow staff    when caller.kind == "jwt" and caller.team in known_teams
deny  interns  when caller.role == "intern" and request.model in frontier
               because "interns use the fast model" status 403

# Where a call may go,
# whatever the routes below say.
restrict residency when eu_caller to target.region == "eu" because "EU data stays in the EU"

route smart when request.model == "smart" and not (request.has_tools or budget.team_month.used >= 80%) {
  to   90% anthropic/claude-sonnet-4 | 10% openai/gpt-5   sticky by caller.id
  else fastest of eu_models
  else any of [openrouter/anthropic/claude-sonnet-4, ollama/llama3.1:8b]
  retry 2 on 429, 5xx, timeout  backoff 200ms to 5s
  connect 2s timeout 60s  first_token 8s  idle 20s  deadline 90s
  hedge after 2s
  on_loss degrade
}

route anything { to requested }
cache off_for_tools when request.has_tools { off }
cache deterministic when request.temperature == 0 and not request.has_tools {
  ttl 1h  stale 10m  scope caller.team, caller.region  semantic 0.95
}

limit  per_key    { 60 requests per 1m by caller.key  burst 10 }
limit  at_once    { 4 concurrent by caller.key }
limit  seats      { tenant.seats * 20 requests per 1m by caller.team }
budget team_month { $500 per month by caller.team  at 80% warn  at 100% deny }

guard pii when eu_caller { redact email, phone, card in request, response  block aws_key in request }
rewrite cap when caller.tier == "free" {
  max_tokens at most 1024
  temperature = 0.2
  system prepend "Be brief."
  header "x-tier" = "free"
  metadata "team" = caller.team
  service_tier = "flex"
}
shadow next when request.text matches /^(hi|hello)\\b/i { 5% to openai/gpt-5 }
log audit { capture none  tag "team" = caller.team }

assert residency_holds when eu_caller { every target.region == "eu", not denied by interns }
assert nothing_unpaid  when allowed   { budgeted by team_month }
assume staff_have_teams when caller.kind == "jwt" then has caller.team
assume known caller.roles has any ["admin", "user"]

test "interns are sent away from frontier models" {
  given  caller.role = "intern", caller.kind = "jwt", request.model = "smart", not has caller.tier
  when   openai/* fails 429
  when   anthropic/* stalls after 3 chunks
  when   budget.team_month.used = 95%
  expect denied by interns, attempts 2, failed with 504
}
`
