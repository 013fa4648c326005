/**
 * What generated conditions are made of: every attribute with a small pool of constants, as a policy writes
 * them. The pools hold near-misses of each other (prefixes, case variants, neighbours), because that is
 * where a compiler goes wrong.
 */
import type { AttributeType } from '../../src/graph/attribute.ts'

export interface Word {
  /** As a policy writes it. */
  readonly name: string
  readonly type: AttributeType
  /** Texts for strings, dates, addresses and sets; else literals as a policy writes them. */
  readonly constants: readonly string[]
  /** A closed list: no other constant may stand in a condition. */
  readonly isEnum?: boolean
  readonly optional?: boolean
}

const teams = ['core', 'growth', 'labs', 'Core', 'cor', 'core2', '']
const modelNames = [
  'small',
  'large',
  'mid',
  'vendor/coder',
  'alpha/small',
  'beta/mid',
  'tiny:8b',
  'gpt-5',
  'gpt-4o',
  '',
]
const regions = ['eu', 'us', 'ch', 'EU']
const roles = ['admin', 'intern', 'Admin', 'admins']
const hours = ['0', '8', '18', '23']
const tokens = ['0', '1', '100', '8k', '128_000']
const moneyAmounts = ['$0', '$0.25', '$500', '$12_000.5', '$0.000000001']
const addresses = [
  '10.0.0.0/8',
  '10.1.0.0/16',
  '192.168.1.7',
  '2001:db8::/32',
  '::1',
  '::ffff:10.9.0.0/112',
  '0.0.0.0/0',
]
const days = ['2026-12-24', '2026-12-25', '2024-02-29', '2026-01-01']

function optionalText(name: string, constants: readonly string[]): Word {
  return { name, type: 'string', constants, optional: true }
}

/** What the request and its caller show: any condition may read them. */
export const requestWords: readonly Word[] = [
  { name: 'request.api', type: 'string', constants: ['chat', 'messages', 'embeddings', 'rerank'], isEnum: true },
  { name: 'request.model', type: 'string', constants: modelNames },
  optionalText('request.version', ['v1', 'v2', 'V2']),
  ...['stream', 'has_tools', 'has_images', 'has_audio', 'has_schema', 'has_reasoning'].map(
    (each): Word => ({ name: `request.${each}`, type: 'bool', constants: [] }),
  ),
  { name: 'request.messages', type: 'int', constants: ['1', '2', '10'] },
  { name: 'request.input_tokens', type: 'int', constants: tokens },
  { name: 'request.max_tokens', type: 'int', constants: tokens, optional: true },
  { name: 'request.temperature', type: 'number', constants: ['0', '0.7', '1', '1.5'], optional: true },
  { name: 'request.bytes', type: 'size', constants: ['0B', '10KB', '10KiB', '1MB'] },
  { name: 'request.text', type: 'string', constants: ['hello', 'secret', 'aaa', 'a\nb', 'É'] },
  optionalText('request.header["x-team"]', teams),
  optionalText('request.header["X-Trace"]', ['on', 'off', 'ON']),
  optionalText('request.metadata["project"]', ['apollo', 'Apollo', 'apo']),
  { name: 'caller.id', type: 'string', constants: ['u1', 'u2', 'u12', ''] },
  { name: 'caller.kind', type: 'string', constants: ['key', 'jwt', 'host', 'anonymous'], isEnum: true },
  optionalText('caller.key', ['k1', 'k2']),
  optionalText('caller.org', ['acme', 'acme-eu', 'ACME']),
  optionalText('caller.team', teams),
  optionalText('caller.user', ['ann', 'bob']),
  optionalText('caller.role', roles),
  optionalText('caller.tier', ['free', 'pro']),
  optionalText('caller.region', regions),
  { name: 'caller.roles', type: 'set', constants: roles },
  { name: 'caller.scopes', type: 'set', constants: ['chat', 'chat:write', 'embed'] },
  { name: 'caller.tags', type: 'set', constants: ['gold', 'Gold', 'old'] },
  { name: 'caller.ip', type: 'ip', constants: addresses, optional: true },
  optionalText('caller.claims["dept"]', ['eng', 'ops', 'en']),
  { name: 'time.hour', type: 'int', constants: hours, optional: true },
  { name: 'time.weekday', type: 'string', constants: ['mon', 'fri', 'sat', 'sun'], isEnum: true, optional: true },
  { name: 'time.date', type: 'date', constants: days, optional: true },
  { name: 'gateway.region', type: 'string', constants: ['eu-west', 'us-east', 'eu'] },
  { name: 'gateway.env', type: 'string', constants: ['production', 'staging', ''] },
  {
    name: 'caller.data_class',
    type: 'string',
    constants: ['public', 'internal', 'secret'],
    isEnum: true,
    optional: true,
  },
  optionalText('signal.topic', ['medical', 'legal', 'med', 'Legal']),
  { name: 'signal.level', type: 'string', constants: ['low', 'mid', 'high'], isEnum: true },
  { name: 'signal.count', type: 'int', constants: ['0', '1', '5'] },
  { name: 'signal.delta', type: 'int', constants: ['-1', '0', '7'], optional: true },
  { name: 'signal.score', type: 'number', constants: ['0', '0.1', '0.5', '-0.5'], optional: true },
  { name: 'signal.flagged', type: 'bool', constants: [], optional: true },
  { name: 'signal.trusted', type: 'bool', constants: [] },
  { name: 'signal.spend', type: 'money', constants: moneyAmounts, optional: true },
  { name: 'signal.share', type: 'percent', constants: ['0%', '0.5%', '80%', '100%'], optional: true },
  { name: 'signal.age', type: 'duration', constants: ['250ms', '30s', '1h', '7d'], optional: true },
  { name: 'signal.payload', type: 'size', constants: ['1B', '10KB', '10KiB'], optional: true },
  { name: 'signal.since', type: 'date', constants: days, optional: true },
  { name: 'signal.origin', type: 'ip', constants: addresses, optional: true },
  { name: 'signal.labels', type: 'set', constants: ['pii', 'code', 'PII'], optional: true },
  optionalText('tenant.plan', ['free', 'pro', 'enterprise']),
  { name: 'tenant.seats', type: 'int', constants: ['0', '3', '20'], optional: true },
  { name: 'tenant.monthly_cap', type: 'money', constants: ['$0.25', '$500'], optional: true },
  { name: 'tenant.trial', type: 'bool', constants: [], optional: true },
  { name: 'tenant.rate', type: 'number', constants: ['0.5', '1', '1.5'], optional: true },
]

/** What a candidate shows: only the condition after the `to` of a restrict, and claims, may read them. */
export const targetWords: readonly Word[] = [
  { name: 'target.id', type: 'string', constants: ['alpha/small', 'alpha/large', 'beta/mid', 'delta/tiny:8b'] },
  { name: 'target.provider', type: 'string', constants: ['alpha', 'beta', 'gamma', 'sand'] },
  { name: 'target.model', type: 'string', constants: ['small', 'large', 'vendor/coder'] },
  optionalText('target.region', ['eu', 'us']),
  { name: 'target.tags', type: 'set', constants: ['fast', 'cheap', 'smart'] },
  { name: 'target.context', type: 'int', constants: ['8k', '32k', '100k'], optional: true },
  { name: 'target.price_in', type: 'money', constants: ['$0', '$0.1', '$1'], optional: true },
  { name: 'target.price_out', type: 'money', constants: ['$0.4', '$3'], optional: true },
]

/** Patterns of the linear-time dialect, each with texts that it finds and texts that it only nearly does. */
export const patterns: readonly { readonly pattern: string; readonly near: readonly string[] }[] = [
  { pattern: '/^gpt-/', near: ['gpt-', 'gpt-5', 'xgpt-', 'GPT-5', 'gpt'] },
  { pattern: '/-(mini|nano)$/i', near: ['gpt-mini', 'x-NANO', '-mini\n', '-mıni', 'mini'] },
  { pattern: '/^[a-k]+[0-9]{1,2}$/i', near: ['core2', 'K9', 'k99', '\u212a9', 'k999', 'z9'] },
  { pattern: '/a.c/', near: ['abc', 'a\nc', 'a\u2028c', 'aéc', 'a\u{1f600}c', 'ac'] },
  { pattern: '/^(core|growth)?$/', near: ['', 'core', 'growth', 'Core', 'coregrowth'] },
  { pattern: '/[^a-z]s/i', near: ['1s', 'as', 'AS', '\u017fs', ' \u017f', 's'] },
  { pattern: '/\\d{3}|\\w+-\\s/', near: ['123', 'a- ', 'a-\u00a0', '12', '١٢٣'] },
]

/** Globs, each with texts that it stands for and texts that it only nearly does. */
export const globs: readonly { readonly glob: string; readonly near: readonly string[] }[] = [
  { glob: 'gpt-*', near: ['gpt-', 'gpt-5', 'GPT-5', 'gpt', 'xgpt-1'] },
  { glob: '*/small', near: ['/small', 'alpha/small', 'alpha/small2', 'small'] },
  { glob: 'c?re', near: ['core', 'c\nre', 'c\u{1f600}re', 'cre', 'coore'] },
  { glob: '*o*e*', near: ['core', 'oe', 'eo', 'o\ne', ''] },
  { glob: 'a.c', near: ['a.c', 'abc'] },
  { glob: '*', near: ['', 'x'] },
]
