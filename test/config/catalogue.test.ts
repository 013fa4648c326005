/** The catalogue of a configuration: built in, pinned, added to and overridden. */
import { describe, expect, test } from 'vitest'
import { findRequested } from '../../src/config/catalogue.ts'
import { loadConfig } from '../../src/config/load.ts'
import { parseMoneyNanoUsd } from '../../src/config/quantities.ts'
import { sayAll } from './say.ts'
import { scratchFolder } from './scratch.ts'

async function load(gateway: string, lock?: string) {
  const directory = scratchFolder({
    'main.policy': '',
    'gateway.yaml': `policy: ./main.policy\n${gateway}`,
    ...(lock === undefined ? {} : { 'models.lock.yaml': lock }),
  })
  const result = await loadConfig(directory, { env: {} })
  return { catalogue: result.draft!.catalogue, said: sayAll(result.diagnostics, directory) }
}

const providers = `providers:
  openai: { type: openai, api_key: a, region: us }
  azure-eu: { type: azure-openai, api_key: a, base_url: "https://x.openai.azure.com", region: eu }
  anthropic: { type: anthropic, api_key: a }
  cohere: { type: cohere, api_key: a }
  openrouter: { type: openrouter, api_key: a }
  mistral: { type: mistral, api_key: a }
  gemini: { type: gemini, api_key: a }
  local: { type: ollama, region: eu }
  sandbox: { type: simulator }
`

describe('built in', () => {
  test('knows the models of each configured provider by its type', async () => {
    const { catalogue, said } = await load(providers)
    expect(said).toBe('')
    const ids = [
      'openai/gpt-5',
      'openai/gpt-4o-mini',
      'azure-eu/gpt-4o',
      'anthropic/claude-sonnet-4',
      'anthropic/claude-opus-4-1',
      'cohere/command-a',
      'mistral/mistral-large-latest',
      'openrouter/anthropic/claude-sonnet-4',
      'gemini/gemini-2.5-pro',
    ]
    for (const id of ids) expect(catalogue.byId.get(id)?.price?.input, id).toBeGreaterThan(0)
    expect(catalogue.byId.get('openai/gpt-4o-mini')?.price).toEqual({
      input: 150_000_000,
      output: 600_000_000,
      cachedInput: 75_000_000,
      search: 10_000_000,
    })
    expect(catalogue.byId.get('openai/gpt-4o-mini')?.region).toBe('us')
    expect(catalogue.byId.get('azure-eu/gpt-4o')?.region).toBe('eu')
    expect(catalogue.byId.get('anthropic/claude-sonnet-4')?.region).toBeUndefined()
    expect([...catalogue.open]).toEqual(['sandbox'])
  })

  test('a bare id means an entry where only one has it', async () => {
    const { catalogue } = await load(providers)
    expect(findRequested(catalogue, 'command-a')?.id).toBe('cohere/command-a')
    expect(findRequested(catalogue, 'gpt-4o')).toBeUndefined()
    expect(findRequested(catalogue, 'anthropic/claude-sonnet-4')?.provider).toBe('anthropic')
  })

  test('entries are sorted, and every price is a whole number', async () => {
    const { catalogue } = await load(providers)
    const ids = catalogue.entries.map((each) => each.id)
    expect(ids).toEqual(ids.toSorted())
    expect(new Set(ids).size).toBe(ids.length)
    for (const { id, price, model, provider } of catalogue.entries) {
      expect(`${provider}/${model}`).toBe(id)
      expect(id).toMatch(/^[a-z0-9_-]+\/\S+$/)
      for (const each of Object.values(price ?? {})) expect(Number.isSafeInteger(each), id).toBe(true)
    }
  })
})

describe('models', () => {
  test('add to the catalogue and override it key by key', async () => {
    const { catalogue, said } = await load(
      `${providers}models:
  openai/gpt-4o-mini: { price: { output: $0.7 }, capabilities: [tools], tags: [fast] }
  local/llama3.1:8b: { context: 131072, max_output: 4096, region: here }
  sandbox/echo:
`,
    )
    expect(said).toBe('')
    expect(catalogue.byId.get('openai/gpt-4o-mini')).toEqual({
      id: 'openai/gpt-4o-mini',
      provider: 'openai',
      model: 'gpt-4o-mini',
      region: 'us',
      tags: ['fast'],
      context: 128000,
      capabilities: ['tools'],
      price: { input: 150_000_000, output: 700_000_000, cachedInput: 75_000_000, search: 10_000_000 },
    })
    expect(catalogue.byId.get('local/llama3.1:8b')).toEqual({
      id: 'local/llama3.1:8b',
      provider: 'local',
      model: 'llama3.1:8b',
      region: 'here',
      tags: [],
      context: 131072,
      maxOutput: 4096,
    })
    expect(catalogue.byId.get('sandbox/echo')).toEqual({
      id: 'sandbox/echo',
      provider: 'sandbox',
      model: 'echo',
      tags: [],
    })
    expect([...catalogue.open]).toEqual([])
  })

  test('a lock file takes the place of the built-in catalogue', async () => {
    const { catalogue, said } = await load(
      `${providers}models: { openai/gpt-x: { context: 9, price: { cached_input: "$0.000001" } } }\n`,
      `version: 1
source: somewhere
models:
  openai/gpt-x: { context: 5, price: { input: 1.25, output: "10" }, region: eu }
  elsewhere/model: { context: 5 }
  cohere/rerank: { price: { search: 0.002 } }
`,
    )
    expect(said).toBe('')
    expect(catalogue.entries).toEqual([
      {
        id: 'cohere/rerank',
        provider: 'cohere',
        model: 'rerank',
        tags: [],
        price: { input: 0, output: 0, search: 2_000_000 },
      },
      {
        id: 'openai/gpt-x',
        provider: 'openai',
        model: 'gpt-x',
        region: 'eu',
        tags: [],
        context: 9,
        price: { input: 1_250_000_000, output: 10_000_000_000, cachedInput: 1000 },
      },
    ])
  })
})

test('money is exact by its decimal text', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['$1.25', 1_250_000_000],
    ['1.25', 1_250_000_000],
    ['0', 0],
    ['$0.000000001', 1],
    ['0.1', 100_000_000],
    ['1e-6', 1000],
    ['$1_000.50', 1_000_500_000_000],
    ['0.29', 290_000_000],
    ['4.35', 4_350_000_000],
    ['1.10000000000', 1_100_000_000],
    ['9007199.254740991', 9_007_199_254_740_991],
    ['9007199.254740992', undefined],
    ['0.0000000001', undefined],
    ['-1', undefined],
    ['$', undefined],
    ['', undefined],
    ['1.', undefined],
    ['.5', undefined],
    ['€1', undefined],
  ]
  for (const [text, nano] of cases) expect(parseMoneyNanoUsd(text), text).toBe(nano)
})
