/** The files that `policyc init` writes, by path. A test holds them to be without a diagnostic, formatted and served. */

const gatewayYaml = `# The gateway: where it listens, which providers it calls, who may call it.
policy: ./policies/main.policy

listen: { host: 127.0.0.1, port: 8080 }

# Read by policies as gateway.region and gateway.env; time.* is in this zone.
gateway: { region: local, env: development, time_zone: UTC }

providers:
  # Answers by itself: no key, no network. Model ids such as error-503 or slow-500 make it misbehave.
  sandbox: { type: simulator, region: local }

  # Real providers: set the variable, then take away the \`#\`.
  # openai: { type: openai, api_key: "\${OPENAI_API_KEY}", region: us }
  # anthropic: { type: anthropic, api_key: "\${ANTHROPIC_API_KEY}", region: us }
  # local: { type: openai-compatible, base_url: http://127.0.0.1:11434/v1, region: local }

models:
  # Prices are dollars per million tokens.
  sandbox/fast: { context: 32000, price: { input: $0, output: $0 } }
  sandbox/smart: { context: 128000, price: { input: $0, output: $0 } }

callers:
  # Virtual keys: \`policyc keys create --team core\` makes one and shows it once.
  keys: true
  anonymous: false
`

const mainPolicy = `# Who may call, and where calls go. \`policyc explain\` shows why a request was decided as it was.

# Everybody who signs in with a key that belongs to a team.
allow teams when has caller.team

# \`smart\` is a name of our own: callers keep it while the models behind it change.
route smart when request.model == "smart" {
  to sandbox/smart
  else sandbox/fast
  retry 2 on 429, 5xx, timeout backoff 200ms to 2s
  timeout 60s
}

# Any other model goes where its name says.
route anything { to requested }

# Laws hold of every request, and tests of every request that agrees with what they give: \`policyc validate\` proves them.
assert strangers_are_denied when not has caller.team { denied }

test "a team gets what it names" {
  given caller.team = "core", request.model = "sandbox/fast"
  expect allowed by teams, routed by anything, target sandbox/fast
}

test "smart falls back" {
  given caller.team = "core", request.model = "smart"
  when sandbox/smart fails 503
  expect served by sandbox/fast, attempts 4
}
`

const workflow = `name: policy
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  validate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - run: npx --yes policyc fmt --check
      - run: npx --yes policyc validate --strict --format github
      - run: npx --yes policyc test --coverage --format github
`

export const starterFiles: Readonly<Record<string, string>> = {
  'gateway.yaml': gatewayYaml,
  'policies/main.policy': mainPolicy,
  '.github/workflows/policy.yml': workflow,
}

/** Keys and records of this machine. */
export const ignoredPaths = ['/data/', '.env'] as const
