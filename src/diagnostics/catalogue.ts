/**
 * Every diagnostic code, with what `policyc explain CODE` and docs/diagnostics.md say of it.
 *
 * An entry has a fixed shape: why the code exists, an example that draws it, an example that does not.
 */

export type Severity = 'error' | 'warning' | 'information'

export interface CatalogueEntry {
  readonly severity: Severity
  readonly title: string
  /** Why this is reported: what would go wrong at run time. */
  readonly because: string
  /** Text that draws the diagnostic. */
  readonly avoid: string
  /** The same intention, written well. */
  readonly prefer: string
}

export type Code = keyof typeof entries

const entries = {
  P101: {
    severity: 'error',
    title: 'the text does not fit the grammar',
    because: 'a statement that is not understood cannot be enforced, so nothing is guessed',
    avoid: 'allow staff caller.team == "core"',
    prefer: 'allow staff when caller.team == "core"',
  },
  P102: {
    severity: 'error',
    title: 'a character that the language has no use for',
    because: 'a stray character is most often a slip, and skipping it could change what a condition means',
    avoid: 'allow staff when caller.team == "core" ?',
    prefer: 'allow staff when caller.team == "core"',
  },
  P103: {
    severity: 'error',
    title: 'a form of another language',
    because: 'the intention is clear but the form is not of this language; the edit that mends it is offered',
    avoid: "allow staff when caller.team = 'core' && request.stream",
    prefer: 'allow staff when caller.team == "core" and request.stream',
  },
  P104: {
    severity: 'error',
    title: 'a literal that is not well formed',
    because: 'a number, string or unit that is read differently than it was meant changes limits and money',
    avoid: 'limit burst { 10 requests per 1mo }',
    prefer: 'limit burst { 10 requests per 1m }',
  },
  P105: {
    severity: 'error',
    title: 'look-alike or bidirectional characters',
    because: 'names that only look the same let a reviewer approve something else than what is enforced',
    avoid: 'allow stаff when caller.team == "core"',
    prefer: 'allow staff when caller.team == "core"',
  },
  P106: {
    severity: 'error',
    title: 'the file is not UTF-8 text',
    because: 'policies are text in git; bytes that are not UTF-8 would be replaced and mean something else',
    avoid: 'a policy saved as UTF-16 or Latin-1, or a binary file',
    prefer: 'the same file saved as UTF-8',
  },
  P107: {
    severity: 'error',
    title: 'the text is beyond a stated bound',
    because: 'everything is bounded, so that no input can hang validation',
    avoid: 'a condition nested 1,000 parentheses deep',
    prefer: 'a `define` for the inner parts, or a `set` or a table for long lists',
  },
  P108: {
    severity: 'error',
    title: 'a language version that this policyc does not know',
    because: 'a newer language may mean something else by the same words',
    avoid: 'language 7',
    prefer: 'language 1',
  },
  P109: {
    severity: 'error',
    title: 'a regular expression outside the linear-time dialect',
    because: 'back-references and look-around cannot be decided in linear time, nor proved about',
    avoid: 'deny odd when request.model matches /(a+)\\1/',
    prefer: 'deny odd when request.model matches /^(a|b)+$/',
  },
  P110: {
    severity: 'error',
    title: 'a clause that is missing, or that stands twice',
    because: 'of two clauses that say the same thing only one could be enforced',
    avoid: 'cache answers { ttl 1h  ttl 2h }',
    prefer: 'cache answers { ttl 2h }',
  },
  P201: {
    severity: 'error',
    title: 'a name that is not declared',
    because: 'a misspelt name would be a condition that is silently false',
    avoid: 'allow staff when known_temas',
    prefer: 'allow staff when known_teams',
  },
  P202: {
    severity: 'error',
    title: 'an attribute that does not exist',
    because: 'a misspelt attribute would be missing in every request, and its condition silently false',
    avoid: 'allow staff when caller.tema == "core"',
    prefer: 'allow staff when caller.team == "core"',
  },
  P203: {
    severity: 'error',
    title: 'types that do not fit',
    because: 'a comparison between different types could never hold',
    avoid: 'deny long when request.input_tokens > "8000"',
    prefer: 'deny long when request.input_tokens > 8000',
  },
  P204: {
    severity: 'error',
    title: 'a name that is declared twice',
    because: 'logs, headers and tests name rules; two rules of one name could not be told apart',
    avoid: 'allow staff\nallow staff when caller.team == "core"',
    prefer: 'allow staff\nallow core when caller.team == "core"',
  },
  P205: {
    severity: 'error',
    title: 'an import that cannot be followed',
    because: 'leaving a file out would drop its rules; imports stay inside the folder of the policy',
    avoid: 'import "../../elsewhere.policy"',
    prefer: 'import "./groups.policy"',
  },
  P206: {
    severity: 'error',
    title: 'imports that go round in a circle',
    because: 'each statement stands at one place, and a circle has no order',
    avoid: 'a.policy imports b.policy, which imports a.policy',
    prefer: 'a third file with what both need',
  },
  P207: {
    severity: 'error',
    title: 'a target, provider or model that is not configured',
    because: 'a call to a target that does not exist fails for the caller, at the worst time',
    avoid: 'route main { to openai/gpt-5o }',
    prefer: 'route main { to openai/gpt-5 }',
  },
  P208: {
    severity: 'error',
    title: 'an attribute that is read before it is known',
    because: 'caller and request come before the target; a rule that decides first cannot ask about what comes later',
    avoid: 'deny us when target.region == "us"',
    prefer: 'restrict no_us to target.region != "us"',
  },
  P209: {
    severity: 'error',
    title: 'a value that its clause cannot take',
    because: 'shares that do not sum to 100 %, or a limit of nothing, have no sensible meaning',
    avoid: 'route main { to 90% openai/gpt-5 | 20% anthropic/claude-sonnet-4 }',
    prefer: 'route main { to 80% openai/gpt-5 | 20% anthropic/claude-sonnet-4 }',
  },
  P210: {
    severity: 'error',
    title: 'a name of the wrong kind',
    because: 'a pool is a list of targets, a set a list of values, a define a condition; one cannot stand for another',
    avoid: 'set fast = ["gpt-5"]\nroute main { to any of fast }',
    prefer: 'pool fast = [openai/gpt-5]\nroute main { to any of fast }',
  },
  P211: {
    severity: 'error',
    title: 'a define that uses itself',
    because: 'a condition that is defined by itself has no value',
    avoid: 'define a = b\ndefine b = a',
    prefer: 'define a = caller.team == "core"\ndefine b = a',
  },
  P299: {
    severity: 'error',
    title: 'a statement that the gateway does not enforce yet',
    because: 'a clause that is accepted and not carried out is worse than none: somebody relies on it',
    avoid: 'a clause that this version of the gateway cannot carry out, such as `hedge after 2s`',
    prefer: 'the policy without the clause, until a version that enforces it',
  },
  P301: {
    severity: 'error',
    title: 'a condition that no request satisfies',
    because: 'a rule that can never match, or a law or a test that speaks of nothing, gives a false sense of safety',
    avoid: 'allow staff when caller.team == "core" and caller.team == "web"',
    prefer: 'allow staff when caller.team == "core" or caller.team == "web"',
  },
  P302: {
    severity: 'error',
    title: 'a rule that earlier rules shadow completely',
    because: 'the first match decides, so what this rule says never happens',
    avoid: 'route all { to openai/gpt-5 }\nroute core when caller.team == "core" { to openai/gpt-5-mini }',
    prefer: 'route core when caller.team == "core" { to openai/gpt-5-mini }\nroute all { to openai/gpt-5 }',
  },
  P303: {
    severity: 'warning',
    title: 'a rule whose removal changes no decision',
    because: 'a rule that does nothing is read as if it did something, by the next author and by auditors',
    avoid: 'allow staff when caller.team in ["core", "web"]\nallow web when caller.team == "web"',
    prefer: 'allow staff when caller.team in ["core", "web"]',
  },
  P304: {
    severity: 'warning',
    title: 'a declaration that nothing uses',
    because:
      'an unused set, define, pool or import is most often a rule that was forgotten, or a name that was mistyped',
    avoid: 'set interns = ["ada"]\nallow staff',
    prefer: 'set interns = ["ada"]\nallow staff when caller.id not in interns',
  },
  P401: {
    severity: 'error',
    title: 'an allowed request that no route takes',
    because: 'the caller is let in and then fails, at the worst time and with an error that names no rule',
    avoid: 'allow staff\nroute smart when request.model == "smart" { to openai/gpt-5 }',
    prefer: 'allow staff\nroute smart when request.model == "smart" { to openai/gpt-5 }\nroute rest { to requested }',
  },
  P402: {
    severity: 'error',
    title: 'an allowed request whose every candidate is restricted away',
    because: 'the policy chooses targets that it forbids itself, so these requests always fail',
    avoid: 'restrict eu when caller.region == "eu" to target.region == "eu"\nroute all { to openai/gpt-5 }',
    prefer:
      'restrict eu when caller.region == "eu" to target.region == "eu"\nroute all { to openai/gpt-5 else azure-eu/gpt-5 }',
  },
  P403: {
    severity: 'error',
    title: 'an allowed request that no budget covers',
    because: 'asked for with `--require budget`: what no budget covers can be spent without end',
    avoid: 'allow staff\nbudget team when has caller.team { $500 per month by caller.team }',
    prefer: 'allow staff\nbudget team { $500 per month by caller.team }',
  },
  P501: {
    severity: 'error',
    title: 'two rewrites that set one field differently',
    because: 'only one of the two could be sent, and which one would be chance',
    avoid: 'rewrite cold { temperature = 0 }\nrewrite warm when caller.team == "web" { temperature = 1 }',
    prefer:
      'rewrite cold when caller.team != "web" { temperature = 0 }\nrewrite warm when caller.team == "web" { temperature = 1 }',
  },
  P502: {
    severity: 'warning',
    title: 'an allow that a deny always overrides',
    because: 'any deny wins, so this allow lets nobody in',
    avoid: 'allow interns when caller.role == "intern"\ndeny interns_out when caller.role == "intern"',
    prefer:
      'allow interns when caller.role == "intern"\ndeny interns_out when caller.role == "intern" and request.model == "smart"',
  },
  P601: {
    severity: 'error',
    title: 'an assertion that fails',
    because: 'some request breaks what the policy states as a law',
    avoid: 'route all { to openai/gpt-5 }\nassert eu_only { every target.region == "eu" }',
    prefer:
      'restrict eu to target.region == "eu"\nroute all { to azure-eu/gpt-5 }\nassert eu_only { every target.region == "eu" }',
  },
  P602: {
    severity: 'error',
    title: 'a test that fails',
    because: 'some request that agrees with what is given is not treated as expected',
    avoid: 'allow staff when caller.team == "core"\ntest "core" { given caller.role = "dev" expect allowed }',
    prefer: 'allow staff when caller.team == "core"\ntest "core" { given caller.team = "core" expect allowed }',
  },
  P603: {
    severity: 'error',
    title: 'a proof that outgrew its bounds',
    because: 'what is not decided is not known to be safe, so it is never reported as such',
    avoid: 'hundreds of patterns on one attribute in one policy',
    prefer: 'a table whose column says what the patterns guess',
  },
  P604: {
    severity: 'information',
    title: 'a test with faults that holds of plain requests only',
    because:
      'tools or pictures leave a request fewer targets: the test passes for requests that ask no more than it gives, and this one comes to something else',
    avoid: 'test "t" { when openai/* fails 503 expect served by local/blind }',
    prefer: 'test "t" { given request.has_images = false when openai/* fails 503 expect served by local/blind }',
  },
  P701: {
    severity: 'warning',
    title: 'leaving out an attribute turns a denied request into an allowed one',
    because: 'the caller controls the attribute, so anybody who is denied just leaves it out',
    avoid: 'deny long when request.max_tokens > 4000',
    prefer: 'deny long when not has request.max_tokens or request.max_tokens > 4000',
  },
  P702: {
    severity: 'error',
    title: 'one cache entry for requests that are to be treated differently',
    because: 'an answer that was guarded, or that came from where it may, for one caller is given to another',
    avoid: 'guard pii when caller.region == "eu" { redact email in response }\ncache all { ttl 1h scope caller.org }',
    prefer:
      'guard pii when caller.region == "eu" { redact email in response }\ncache all { ttl 1h scope caller.org, caller.region }',
  },
  P703: {
    severity: 'error',
    title: 'a budget over a target with no known price',
    because: 'what cannot be counted cannot be limited',
    avoid: 'budget all { $500 per month }\nroute all { to local/llama3.1:8b }, with no price for it',
    prefer: 'models: { local/llama3.1:8b: { price: { input: $0, output: $0 } } } in gateway.yaml',
  },
  P704: {
    severity: 'warning',
    title: 'a route that none of its candidates can serve',
    because: 'every request that takes it asks for what no candidate can do, so it always fails',
    avoid: 'route tools when request.has_tools { to local/llama3.1:8b }, which has no tools',
    prefer: 'route tools when request.has_tools { to openai/gpt-5 }',
  },
  P705: {
    severity: 'warning',
    title: 'a decision that rests on what the caller itself may claim',
    because: 'headers and metadata are whatever the caller writes, so they are no ground for access or for counting',
    avoid: 'allow internal when request.header["x-internal"] == "yes"',
    prefer: 'allow internal when caller.roles has "internal"',
  },
  P706: {
    severity: 'error',
    title: 'a clause that an endpoint cannot enforce',
    because: 'a clause that is skipped on some endpoint is a hole that looks like a wall',
    avoid: 'guard pii when request.api == "speech" { redact email in response }',
    prefer: 'guard pii when request.api != "speech" { redact email in response }',
  },
  P707: {
    severity: 'warning',
    title: 'times or retries that cannot work',
    because: 'a clock that cannot run out before its deadline, and a retry that cannot succeed, do nothing',
    avoid: 'route all { to openai/gpt-5 retry 2 on 404 timeout 60s deadline 30s }',
    prefer: 'route all { to openai/gpt-5 retry 2 on 429, 5xx timeout 30s deadline 60s }',
  },
  P801: {
    severity: 'information',
    title: 'a slot that takes more than one diagram',
    because:
      'rules on independent attributes would multiply in one diagram, so they are kept in several or in an index',
    avoid: 'hundreds of rules that each ask other attributes',
    prefer: 'rules that begin with one attribute, such as the team; or a table in place of rules',
  },
  P802: {
    severity: 'information',
    title: 'how far a budget can be passed',
    because:
      'what an answer costs is known when it is there: what was reserved for it may have been less, and by how much at most is told',
    avoid: 'budget team { $500 per month } with no bound on the calls under way',
    prefer: 'limit few { 20 concurrent }\nbudget team { $500 per month }',
  },
  P901: {
    severity: 'error',
    title: 'a file that cannot be read',
    because: 'without its configuration the gateway would run with something else than what was written',
    avoid: 'policyc validate ./missing',
    prefer: 'policyc validate ./gateway.yaml',
  },
  P902: {
    severity: 'error',
    title: 'the YAML is not well formed',
    because: 'a key that slips to another level configures something else',
    avoid: 'listen: { host: 127.0.0.1, port: 8080',
    prefer: 'listen: { host: 127.0.0.1, port: 8080 }',
  },
  P903: {
    severity: 'error',
    title: 'a key that does not exist',
    because: 'an unknown key would be ignored, and what it was meant to do would not happen',
    avoid: 'lissten: { port: 8080 }',
    prefer: 'listen: { port: 8080 }',
  },
  P904: {
    severity: 'error',
    title: 'a value that is not what its key takes',
    because: 'a value that is read as something else configures something else',
    avoid: 'listen: { port: http }',
    prefer: 'listen: { port: 8080 }',
  },
  P905: {
    severity: 'error',
    title: 'an environment variable that is not set',
    because: 'an empty key or address fails on the first request instead of at the start',
    avoid: 'api_key: "${OPENAI_API_KEY}" with no such variable',
    prefer: 'api_key: "${OPENAI_API_KEY:-none}", or set the variable',
  },
  P906: {
    severity: 'error',
    title: 'a secret file that cannot be read',
    because: 'a missing secret fails on the first request instead of at the start',
    avoid: 'api_key: "file:/run/secrets/missing"',
    prefer: 'api_key: "file:/run/secrets/openai" with the file in place',
  },
  P907: {
    severity: 'error',
    title: 'parts of the configuration that do not fit together',
    because: 'a reference to what is not there, or two settings that exclude each other, cannot both be carried out',
    avoid: 'models: { opnai/gpt-5: {} } with a provider named openai',
    prefer: 'models: { openai/gpt-5: {} }',
  },
} as const satisfies Record<`P${number}`, CatalogueEntry>

/** The catalogue, by code. */
export const catalogue: Readonly<Record<Code, CatalogueEntry>> = entries
