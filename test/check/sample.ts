/**
 * What fixtures of the check are written against: a small configuration with providers, a catalogue,
 * declared attributes and a table, and texts as files.
 */

import { type CheckResult, checkPolicy } from '../../src/check/check.ts'
import type { CheckContext } from '../../src/check/context.ts'
import { type LoadedFiles, loadPolicyFiles } from '../../src/check/imports.ts'
import type { CheckedPolicy } from '../../src/check/policy.ts'
import type { CatalogueEntry } from '../../src/config/catalogue.ts'
import { Source } from '../../src/diagnostics/source.ts'

const source = new Source('gateway.yaml', '')
const span = { source, start: 0, end: 0 }

function entry(id: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry {
  const slash = id.indexOf('/')
  return { id, provider: id.slice(0, slash), model: id.slice(slash + 1), tags: [], ...more }
}

const entries = [
  entry('openai/gpt-5', { region: 'us', tags: ['smart'] }),
  entry('openai/gpt-4o-mini', { region: 'us' }),
  entry('anthropic/claude-sonnet-4', { region: 'us' }),
  entry('azure-eu/gpt-4o', { region: 'eu' }),
  entry('mistral/mistral-large-latest', { region: 'eu' }),
]

export const context: CheckContext = {
  gateway: { region: 'eu-west', env: 'production', timeZone: 'Europe/Berlin' },
  providers: new Map(
    ['openai', 'anthropic', 'azure-eu', 'mistral', 'sandbox'].map((name) => [name, { name, region: 'us' }]),
  ),
  catalogue: {
    entries,
    byId: new Map(entries.map((each) => [each.id, each])),
    byModel: new Map(entries.map((each) => [each.model, each])),
    open: new Set(['sandbox']),
  },
  attributes: [
    {
      path: 'caller.data_class',
      type: 'string',
      enum: ['public', 'internal', 'secret'],
      required: false,
      from: { kind: 'key_metadata', path: 'data_class' },
      span,
    },
    { path: 'signal.topic', type: 'string', required: false, from: { kind: 'host' }, span },
    {
      path: 'signal.vip',
      type: 'bool',
      required: false,
      default: false,
      from: { kind: 'header', name: 'x-vip' },
      span,
    },
    { path: 'signal.age', type: 'duration', required: false, from: { kind: 'host' }, span },
    { path: 'signal.spend', type: 'money', required: true, from: { kind: 'host' }, span },
    { path: 'signal.share', type: 'percent', required: false, from: { kind: 'host' }, span },
  ],
  guards: [
    { name: 'employee', kind: 'pattern' },
    { name: 'company_dlp', kind: 'http' },
    { name: 'reply_shape', kind: 'json_schema' },
  ],
  tables: [
    {
      name: 'tenant',
      keyAttribute: 'caller.team',
      columns: [
        { name: 'plan', type: 'string', optional: false },
        { name: 'seats', type: 'int', optional: false },
        { name: 'monthly_cap', type: 'money', optional: true },
      ],
      rows: new Map([['core', ['pro', 20, 500_000_000_000]]]),
    },
  ],
  callers: { keys: true, jwt: [], introspection: [], anonymous: false },
}

/** Files by their path under the policy's folder; the first is the main one. */
export type Files = Readonly<Record<string, string>>

export function notFound(): Error {
  return Object.assign(new Error('no such file'), { code: 'ENOENT' })
}

/** Loads from texts in memory. */
export function loadTexts(files: Files): Promise<LoadedFiles> {
  const read = async (path: string): Promise<Uint8Array> => {
    const text = files[path.replace('policies/', '')]
    if (text === undefined) throw notFound()
    return new TextEncoder().encode(text)
  }
  return loadPolicyFiles({ path: `policies/${Object.keys(files)[0]}` }, { read, list: async () => Object.keys(files) })
}

export async function checkTexts(files: Files, within: CheckContext = context): Promise<CheckResult> {
  return checkPolicy(await loadTexts(files), within)
}

export function checkText(text: string, within: CheckContext = context): Promise<CheckResult> {
  return checkTexts({ 'main.policy': text }, within)
}

/** The checked policy of a text without mistakes. */
export async function checked(text: string): Promise<CheckedPolicy> {
  const { policy, diagnostics } = await checkText(text)
  if (!policy) throw new Error(diagnostics.map((each) => `${each.code} ${each.message}`).join('\n'))
  return policy
}
