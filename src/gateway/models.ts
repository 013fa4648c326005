/**
 * `GET /v1/models`: the catalogue entries that the caller could reach, in the shape of the client's dialect.
 */
import type { CatalogueEntry } from '../config/catalogue.ts'
import { findRequested } from '../config/catalogue.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import { compact } from '../dialects/json.ts'
import type { DialectName, JsonObject } from '../dialects/neutral.ts'
import type { Endpoint } from './endpoint.ts'
import type { Exchange, Step } from './exchange.ts'
import { done, failed } from './exchange.ts'
import { buildFacts } from './facts.ts'
import { identify } from './identify.ts'
import { findReachable } from './reachable.ts'
import type { Runtime } from './runtime.ts'

export async function listModels(
  exchange: Exchange,
  endpoint: Extract<Endpoint, { kind: 'models' }>,
  runtime: Runtime,
): Promise<Step<JsonObject>> {
  const caller = await identify(exchange, runtime)
  if (!caller.ok) return caller
  exchange.caller = caller.value
  const { api, one, list } = shapeOf(endpoint.dialect.name)
  const asked = { api, version: endpoint.version, model: '' } as const
  const facts = await buildFacts(exchange, caller.value, asked, runtime)
  if (!facts.ok) return facts
  const { catalogue } = runtime.policy.config
  const reachable = findReachable(facts.value, runtime)
  if (endpoint.id === undefined) return done(list(reachable.map((id) => catalogue.byId.get(id)!)))
  const entry = findRequested(catalogue, endpoint.id)
  if (entry !== undefined && reachable.includes(entry.id)) return done(one(entry))
  // An entry out of reach and one that does not exist look the same.
  const names = reachable.flatMap((id) => [id, catalogue.byId.get(id)!.model])
  const help = didYouMean(endpoint.id, names)
  return failed({ kind: 'unknown_model', model: endpoint.id, ...(help === undefined ? {} : { help }) })
}

/** How a dialect shows one model and a list of them. */
interface ModelShape {
  readonly api: 'chat' | 'messages'
  readonly one: (entry: CatalogueEntry) => JsonObject
  readonly list: (entries: readonly CatalogueEntry[]) => JsonObject
}

function shapeOf(dialect: DialectName): ModelShape {
  switch (dialect) {
    case 'anthropic':
      return anthropicShape
    case 'gemini':
      return geminiShape
    case 'openai-chat':
    case 'openai-responses':
    case 'openai-completions':
    case 'cohere':
    case 'bedrock':
      return openaiShape
  }
}

const openaiModel = ({ id, provider }: CatalogueEntry): JsonObject => ({
  id,
  object: 'model',
  created: 0,
  owned_by: provider,
})

const openaiShape: ModelShape = {
  api: 'chat',
  one: openaiModel,
  list: (entries) => ({ object: 'list', data: entries.map(openaiModel) }),
}

const anthropicModel = ({ id, model }: CatalogueEntry): JsonObject => ({
  type: 'model',
  id,
  display_name: model,
  created_at: '1970-01-01T00:00:00Z',
})

const anthropicShape: ModelShape = {
  api: 'messages',
  one: anthropicModel,
  list: (entries) => ({
    data: entries.map(anthropicModel),
    has_more: false,
    first_id: entries[0]?.id ?? null,
    last_id: entries.at(-1)?.id ?? null,
  }),
}

const geminiModel = ({ id, model, context, maxOutput }: CatalogueEntry): JsonObject =>
  compact({
    name: `models/${id}`,
    displayName: model,
    inputTokenLimit: context,
    outputTokenLimit: maxOutput,
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
  })

const geminiShape: ModelShape = {
  api: 'chat',
  one: geminiModel,
  list: (entries) => ({ models: entries.map(geminiModel) }),
}
