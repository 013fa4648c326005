/**
 * The rivals, each with the same rules as its own documentation would have them written, and with its requests in
 * its own form before the clock runs. `npm --prefix bench ci --ignore-scripts` installs them; where one is missing,
 * the benchmark goes on without. That is why they are imported by name at run time, with as much of their types as
 * is used here.
 */
import manifest from '../package.json' with { type: 'json' }
import type { Answer, EngineSpec } from './engine.ts'
import type { Conditions, Request, Workload, WorkloadRule } from './workload.ts'

export interface Rival {
  readonly library: keyof typeof manifest.dependencies
  readonly version: string
  readonly how: string
  readonly create: (workload: Workload) => Promise<EngineSpec<unknown, unknown>>
}

function rival<Input, Output>(
  library: Rival['library'],
  how: string,
  create: (workload: Workload) => Promise<EngineSpec<Input, Output>>,
): Rival {
  return { library, version: manifest.dependencies[library], how, create: create as unknown as Rival['create'] }
}

/** The rivals, the quickest first. */
export const rivals: readonly Rival[] = [
  rival('@marcbachmann/cel-js', 'one compiled expression a rule, evaluated in order until settled', celJsSpec),
  rival('@bufbuild/cel', 'one planned expression a rule, evaluated in order until settled', bufbuildSpec),
  rival('casbin', 'deny-override effect, one matcher over attributes, enforceSync; access alone', casbinSpec),
  rival('json-rules-engine', 'one rule a rule, priorities in order, stopped once settled', jsonRulesSpec),
  rival('@gorules/zen-engine', 'two decision tables with first hit: access (denies first) and routes', zenSpec),
  rival('@cedar-policy/cedar-wasm', 'permit and forbid policies, preparsed, stateful; access alone', cedarSpec),
]

/** Whether the rival is installed. */
export async function isInstalled({ library }: Rival): Promise<boolean> {
  try {
    await importLibrary(library)
    return true
  } catch {
    return false
  }
}

/** The module, which the compiler must not look for: it may not be there. */
function importLibrary(name: string): Promise<unknown> {
  const path: string = name === '@cedar-policy/cedar-wasm' ? `${name}/nodejs` : name
  return import(path)
}

function rulesOf({ rules }: Workload, kind: WorkloadRule['kind']): readonly WorkloadRule[] {
  return rules.filter((rule) => rule.kind === kind)
}

/** Conditions in the C-like form that most of them read. */
function celText({ team, model, tier, region, minTokens }: Conditions): string {
  const tests = [
    team === undefined ? [] : [`caller.team == "${team}"`],
    model === undefined ? [] : [`request.model == "${model}"`],
    tier === undefined ? [] : [`caller.tier == "${tier}"`],
    region === undefined ? [] : [`caller.region == "${region}"`],
    minTokens === undefined ? [] : [`request.input_tokens >= ${minTokens}`],
  ].flat()
  return tests.length === 0 ? 'true' : tests.join(' && ')
}

const denied: Answer = { effect: 'deny', target: null }

/** Denies, allows and routes asked in this order, as far as needed. */
function expressionSpec<Input>(
  name: string,
  workload: Workload,
  compile: (text: string) => (input: Input) => unknown,
  prepare: (request: Request) => Input,
): EngineSpec<Input, Answer> {
  const compiled = (kind: WorkloadRule['kind']) =>
    rulesOf(workload, kind).map((rule) => ({ target: rule.target, matches: compile(celText(rule)) }))
  const denies = compiled('deny')
  const allows = compiled('allow')
  const routes = compiled('route')
  const decide = (input: Input): Answer => {
    for (const { matches } of denies) if (matches(input) === true) return denied
    if (!allows.some(({ matches }) => matches(input) === true)) return denied
    for (const { matches, target } of routes) if (matches(input) === true) return { effect: 'allow', target }
    return { effect: 'allow', target: null }
  }
  return { name, scope: 'access and route', prepare, decide, read: (answer) => answer }
}

type CelContext = {
  readonly caller: object
  readonly request: object
}

/** CEL's integers are 64 bits wide. */
function celContext({ caller, request }: Request): CelContext {
  return { caller, request: { ...request, input_tokens: BigInt(request.input_tokens) } }
}

interface CelJs {
  readonly Environment: new () => CelJsEnvironment
}

interface CelJsEnvironment {
  registerVariable(name: string, type: string): CelJsEnvironment
  parse(text: string): (context: CelContext) => unknown
}

async function celJsSpec(workload: Workload): Promise<EngineSpec<CelContext, Answer>> {
  const { Environment } = (await importLibrary('@marcbachmann/cel-js')) as CelJs
  const environment = new Environment().registerVariable('caller', 'map').registerVariable('request', 'map')
  return expressionSpec('@marcbachmann/cel-js', workload, (text) => environment.parse(text), celContext)
}

interface BufbuildCel {
  readonly CelScalar: { readonly STRING: unknown; readonly DYN: unknown }
  readonly mapType: (key: unknown, value: unknown) => unknown
  readonly celMap: (entries: ReadonlyMap<string, unknown>) => object
  readonly celEnv: (options: { readonly variables: Readonly<Record<string, unknown>> }) => unknown
  readonly parse: (text: string) => unknown
  readonly plan: (environment: unknown, parsed: unknown) => (context: CelContext) => unknown
}

async function bufbuildSpec(workload: Workload): Promise<EngineSpec<CelContext, Answer>> {
  const cel = (await importLibrary('@bufbuild/cel')) as BufbuildCel
  const record = cel.mapType(cel.CelScalar.STRING, cel.CelScalar.DYN)
  const environment = cel.celEnv({ variables: { caller: record, request: record } })
  const mapOf = (value: object): object => cel.celMap(new Map(Object.entries(value)))
  return expressionSpec(
    '@bufbuild/cel',
    workload,
    (text) => cel.plan(environment, cel.parse(text)),
    (request) => {
      const context = celContext(request)
      return { caller: mapOf(context.caller), request: mapOf(context.request) }
    },
  )
}

interface Casbin {
  readonly newModelFromString: (text: string) => unknown
  readonly StringAdapter: new (policy: string) => unknown
  readonly newEnforcer: (model: unknown, adapter: unknown) => Promise<CasbinEnforcer>
}

interface CasbinEnforcer {
  enforceSync(caller: object, request: object): boolean
}

const casbinModel = `
[request_definition]
r = caller, request

[policy_definition]
p = team, model, tier, region, tokens, eft

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = ${[
  "(p.team == '*' || r.caller.team == p.team)",
  "(p.model == '*' || r.request.model == p.model)",
  "(p.tier == '*' || r.caller.tier == p.tier)",
  "(p.region == '*' || r.caller.region == p.region)",
  'r.request.input_tokens >= p.tokens',
].join(' && ')}
`

async function casbinSpec({ rules }: Workload): Promise<EngineSpec<Request, boolean>> {
  const { newModelFromString, StringAdapter, newEnforcer } = (await importLibrary('casbin')) as Casbin
  const lines = rules
    .filter(({ kind }) => kind !== 'route')
    .map(({ kind, team = '*', model = '*', tier = '*', region = '*', minTokens = 0 }) =>
      ['p', team, model, tier, region, minTokens, kind].join(', '),
    )
  const enforcer = await newEnforcer(newModelFromString(casbinModel), new StringAdapter(lines.join('\n')))
  return {
    name: 'casbin',
    scope: 'access',
    prepare: (request) => request,
    decide: ({ caller, request }) => enforcer.enforceSync(caller, request),
    read: (isAllowed) => ({ effect: isAllowed ? 'allow' : 'deny', target: null }),
  }
}

interface JsonRules {
  readonly Engine: new (rules: readonly object[]) => JsonRulesEngine
}

interface JsonRulesEvent {
  readonly type: WorkloadRule['kind']
  readonly params?: { readonly target: string }
}

interface JsonRulesEngine {
  on(name: 'success', listener: (event: JsonRulesEvent) => void): void
  stop(): void
  run(facts: object): Promise<{ readonly events: readonly JsonRulesEvent[] }>
}

async function jsonRulesSpec({ rules }: Workload): Promise<EngineSpec<object, readonly JsonRulesEvent[]>> {
  const { Engine } = (await importLibrary('json-rules-engine')) as JsonRules
  const last = rules.length + 1
  // Denies run together, then allows, then routes one after the other; each priority stands for a step.
  const priorityOf = { deny: () => last + 2, allow: () => last + 1, route: (order: number) => last - order }
  const engine = new Engine(
    rules.map((rule, order) => ({
      priority: priorityOf[rule.kind](order),
      conditions: { all: jsonConditions(rule) },
      event: { type: rule.kind, ...(rule.kind === 'route' ? { params: { target: rule.target } } : {}) },
    })),
  )
  engine.on('success', ({ type }) => {
    if (type !== 'allow') engine.stop()
  })
  return {
    name: 'json-rules-engine',
    scope: 'access and route',
    prepare: ({ caller, request }) => ({ ...caller, ...request }),
    decide: async (facts) => (await engine.run(facts)).events,
    read: (events) => {
      const isAllowed = events.some(({ type }) => type === 'allow') && !events.some(({ type }) => type === 'deny')
      const route = events.find(({ type }) => type === 'route')
      return isAllowed ? { effect: 'allow', target: route?.params?.target ?? null } : denied
    },
  }
}

function jsonConditions({ minTokens, ...names }: WorkloadRule): readonly object[] {
  const equal = (['team', 'model', 'tier', 'region'] as const)
    .filter((fact) => names[fact] !== undefined)
    .map((fact) => ({ fact, operator: 'equal', value: names[fact] }))
  if (minTokens === undefined) return equal
  return [...equal, { fact: 'input_tokens', operator: 'greaterThanInclusive', value: minTokens }]
}

interface Zen {
  readonly ZenEngine: new () => { createDecision(content: object): ZenDecision }
}

interface ZenDecision {
  evaluate(context: Request): Promise<{ readonly result: Answer }>
}

async function zenSpec(workload: Workload): Promise<EngineSpec<Request, { readonly result: Answer }>> {
  const { ZenEngine } = (await importLibrary('@gorules/zen-engine')) as Zen
  const access = [...rulesOf(workload, 'deny'), ...rulesOf(workload, 'allow')]
  const decision = new ZenEngine().createDecision({
    nodes: [
      { id: 'request', name: 'request', type: 'inputNode' },
      zenTable('access', 'effect', access, ({ kind }) => kind),
      zenTable('route', 'target', rulesOf(workload, 'route'), ({ target }) => target),
      { id: 'answer', name: 'answer', type: 'outputNode' },
    ],
    edges: ['access', 'route'].flatMap((id) => [
      { id: `to-${id}`, sourceId: 'request', targetId: id },
      { id: `from-${id}`, sourceId: id, targetId: 'answer' },
    ]),
  })
  return {
    name: '@gorules/zen-engine',
    scope: 'access and route',
    prepare: (request) => request,
    decide: (request) => decision.evaluate(request),
    read: ({ result }) => (result.effect === 'allow' ? { effect: 'allow', target: result.target ?? null } : denied),
  }
}

function zenTable(
  id: string,
  output: string,
  rules: readonly WorkloadRule[],
  outcomeOf: (rule: WorkloadRule) => string,
): object {
  const cell = (value: string | undefined): string => (value === undefined ? '' : JSON.stringify(value))
  const fields = {
    team: 'caller.team',
    model: 'request.model',
    tier: 'caller.tier',
    region: 'caller.region',
    tokens: 'request.input_tokens',
  }
  return {
    id,
    name: id,
    type: 'decisionTableNode',
    content: {
      hitPolicy: 'first',
      inputs: Object.entries(fields).map(([name, field]) => ({ id: name, name, field })),
      outputs: [{ id: 'out', name: output, field: output }],
      rules: rules.map((rule) => ({
        _id: rule.name,
        team: cell(rule.team),
        model: cell(rule.model),
        tier: cell(rule.tier),
        region: cell(rule.region),
        tokens: rule.minTokens === undefined ? '' : `>= ${rule.minTokens}`,
        out: JSON.stringify(outcomeOf(rule)),
      })),
    },
  }
}

interface Cedar {
  readonly preparsePolicySet: (id: string, policies: { readonly staticPolicies: string }) => { readonly type: string }
  readonly statefulIsAuthorized: (call: object) => CedarAnswer
}

type CedarAnswer =
  | { readonly type: 'success'; readonly response: { readonly decision: 'allow' | 'deny' } }
  | { readonly type: 'failure'; readonly errors: readonly object[] }

async function cedarSpec({ rules }: Workload): Promise<EngineSpec<object, CedarAnswer>> {
  const cedar = (await importLibrary('@cedar-policy/cedar-wasm')) as Cedar
  const policies = rules.filter(({ kind }) => kind !== 'route').map(cedarPolicy)
  const id = `rules-${rules.length}`
  const { type } = cedar.preparsePolicySet(id, { staticPolicies: policies.join('\n') })
  if (type !== 'success') throw new Error('cedar-wasm does not take the policies')
  return {
    name: '@cedar-policy/cedar-wasm',
    scope: 'access',
    prepare: (request) => cedarCall(request, id),
    decide: (call) => cedar.statefulIsAuthorized(call),
    read: (answer) => {
      if (answer.type === 'failure') throw new Error(`cedar-wasm fails: ${JSON.stringify(answer.errors)}`)
      return { effect: answer.response.decision, target: null }
    },
  }
}

function cedarPolicy({ kind, team, model, tier, region, minTokens }: WorkloadRule): string {
  const tests = [
    team === undefined ? [] : [`principal.team == "${team}"`],
    tier === undefined ? [] : [`principal.tier == "${tier}"`],
    region === undefined ? [] : [`principal.region == "${region}"`],
    minTokens === undefined ? [] : [`context.input_tokens >= ${minTokens}`],
  ].flat()
  const resource = model === undefined ? 'resource' : `resource == Model::"${model}"`
  const when = tests.length === 0 ? '' : ` when { ${tests.join(' && ')} }`
  return `${kind === 'deny' ? 'forbid' : 'permit'} (principal, action, ${resource})${when};`
}

function cedarCall({ caller, request }: Request, id: string): object {
  const principal = { type: 'Caller', id: caller.team }
  return {
    principal,
    action: { type: 'Action', id: 'call' },
    resource: { type: 'Model', id: request.model },
    context: { input_tokens: request.input_tokens },
    preparsedPolicySetId: id,
    entities: [{ uid: principal, attrs: caller, parents: [] }],
  }
}
