/**
 * The small fixed world that generated policies and facts live in: providers, a catalogue, declared
 * attributes of every type, and a table keyed by the caller's team. One value says it as a configuration
 * does, the other as the reference interpreter reads it.
 */
import type { CatalogueEntry } from '../../src/config/catalogue.ts'
import type { Declared, ReferencePolicy, ReferenceTable } from '../../src/reference/policy.ts'

/** Where the paths of `worldConfig` start from. */
export const worldDirectory = import.meta.dirname

export interface WorldModel {
  readonly id: string
  readonly region?: string
  readonly tags?: readonly string[]
  readonly context?: number
  /** Dollars per million tokens, in and out. */
  readonly price?: readonly [input: string, output: string]
}

/** `sand` is a simulator without an entry: it takes any model name. */
export const providers: Readonly<
  Record<string, { readonly type: string; readonly region?: string; readonly base_url?: string }>
> = {
  alpha: { type: 'simulator', region: 'eu' },
  beta: { type: 'simulator', region: 'us' },
  gamma: { type: 'openai-compatible', base_url: 'http://127.0.0.1:9/v1', region: 'eu' },
  delta: { type: 'openai-compatible', base_url: 'http://127.0.0.1:9/v1' },
  sand: { type: 'simulator', region: 'us' },
}

/** `small` is a bare id of two entries, the others of one. */
export const models: readonly WorldModel[] = [
  { id: 'alpha/small', tags: ['fast', 'cheap'], context: 8_000, price: ['0.1', '0.4'] },
  { id: 'alpha/large', tags: ['smart'], context: 128_000, price: ['2.5', '10'] },
  { id: 'beta/small', tags: ['fast'], context: 16_000, price: ['0.15', '0.6'] },
  { id: 'beta/mid', region: 'eu', tags: [], context: 32_000, price: ['1', '3'] },
  { id: 'gamma/vendor/coder', tags: ['smart', 'code'], context: 64_000, price: ['0', '0'] },
  { id: 'delta/tiny:8b', tags: ['cheap'], price: ['0.000001', '0.02'] },
  { id: 'delta/plain' },
]

/** Declared attributes: every type, one with an enum, one required, some with a default. */
export const attributes: readonly Declared[] = [
  { path: 'caller.data_class', type: 'string', enum: ['public', 'internal', 'secret'], required: false },
  { path: 'signal.topic', type: 'string', required: false },
  { path: 'signal.level', type: 'string', enum: ['low', 'mid', 'high'], required: false, default: 'low' },
  { path: 'signal.count', type: 'int', required: true },
  { path: 'signal.delta', type: 'int', required: false },
  { path: 'signal.score', type: 'number', required: false },
  { path: 'signal.flagged', type: 'bool', required: false },
  { path: 'signal.trusted', type: 'bool', required: false, default: true },
  { path: 'signal.spend', type: 'money', required: false },
  { path: 'signal.share', type: 'percent', required: false },
  { path: 'signal.age', type: 'duration', required: false },
  { path: 'signal.payload', type: 'size', required: false },
  { path: 'signal.since', type: 'date', required: false },
  { path: 'signal.origin', type: 'ip', required: false },
  { path: 'signal.labels', type: 'set', required: false },
]

/** The table as `tenants.csv` has it. */
export const tenant: ReferenceTable = {
  name: 'tenant',
  key: 'caller.team',
  columns: { plan: 'string', seats: 'int', monthly_cap: 'money', trial: 'bool', rate: 'number' },
  rows: {
    core: { plan: 'pro', seats: 20, monthly_cap: '$500', trial: false, rate: 1.5 },
    growth: { plan: 'free', seats: 3, monthly_cap: '$0.25', trial: true, rate: 0.5 },
    labs: { plan: 'pro', seats: 0, trial: true },
    ops: { plan: 'enterprise', seats: 250, monthly_cap: '$12000.5', trial: false, rate: 2 },
    Core: { plan: 'free', seats: 1, monthly_cap: '$1', trial: true, rate: 0.25 },
    finance: { seats: 7, monthly_cap: '$99.99', rate: 1 },
  },
}

/** The world as `gateway.yaml` would say it. */
export const worldConfig = {
  gateway: { region: 'eu-west', time_zone: 'Europe/Berlin' },
  providers,
  models: Object.fromEntries(models.map((model) => [model.id, modelConfig(model)])),
  attributes: Object.fromEntries(
    attributes.map(({ path, type, enum: values, required, default: fallback }) => [
      path,
      {
        type,
        from: path.startsWith('caller.') ? 'key.metadata.data_class' : 'host',
        ...(values === undefined ? {} : { enum: values }),
        ...(required ? { required } : {}),
        ...(fallback === undefined ? {} : { default: fallback }),
      },
    ]),
  ),
  tables: { tenant: { file: './tenants.csv', key: tenant.key, columns: tenant.columns } },
  callers: {
    keys: true,
    anonymous: true,
    jwt: [{ issuer: 'https://id.test', audience: 'gateway', jwks_uri: 'https://id.test/jwks' }],
  },
}

function modelConfig({ region, tags, context, price }: WorldModel): Readonly<Record<string, unknown>> {
  return {
    ...(region === undefined ? {} : { region }),
    ...(tags === undefined ? {} : { tags }),
    ...(context === undefined ? {} : { context }),
    ...(price === undefined ? {} : { price: { input: `$${price[0]}`, output: `$${price[1]}` } }),
  }
}

function entryOf({ id, region, tags, context, price }: WorldModel): CatalogueEntry {
  const provider = id.slice(0, id.indexOf('/'))
  const where = region ?? providers[provider]!.region
  return {
    id,
    provider,
    model: id.slice(provider.length + 1),
    ...(where === undefined ? {} : { region: where }),
    tags: tags ?? [],
    ...(context === undefined ? {} : { context }),
    ...(price === undefined ? {} : { price: { input: nanoUsd(price[0]), output: nanoUsd(price[1]) } }),
  }
}

function nanoUsd(dollars: string): number {
  return Math.round(Number(dollars) * 1e9)
}

/** The world as the reference interpreter reads it, without any statement. */
export const world: ReferencePolicy = {
  statements: [],
  catalogue: models.map(entryOf),
  regions: Object.fromEntries(Object.entries(providers).map(([name, { region }]) => [name, region])),
  fixed: { 'gateway.region': 'eu-west' },
  attributes,
  tables: [tenant],
}
