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
  P801: {
    severity: 'information',
    title: 'a slot that takes more than one diagram',
    because:
      'rules on independent attributes would multiply in one diagram, so they are kept in several or in an index',
    avoid: 'hundreds of rules that each ask other attributes',
    prefer: 'rules that begin with one attribute, such as the team; or a table in place of rules',
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
