/**
 * `GET /v1/models`: the catalogue entries that the caller could reach, in the shape of the client's dialect.
 */
import type { CatalogueEntry } from '../config/catalogue.ts'
import { findRequested } from '../config/catalogue.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import type { JsonObject } from '../dialects/neutral.ts'
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
  const caller = await identify(exchange.request, runtime)
  if (!caller.ok) return caller
  exchange.caller = caller.value
  const isAnthropic = endpoint.dialect.name === 'anthropic'
  const asked = { api: isAnthropic ? 'messages' : 'chat', version: endpoint.version, model: '' } as const
  const facts = await buildFacts(exchange, caller.value, asked, runtime)
  if (!facts.ok) return facts
  const { catalogue } = runtime.policy.config
  const shape = isAnthropic ? anthropicModel : openaiModel
  const reachable = findReachable(facts.value, runtime)
  if (endpoint.id === undefined) {
    const data = reachable.map((id) => shape(catalogue.byId.get(id)!))
    const first = reachable[0] ?? null
    const last = reachable.at(-1) ?? null
    return done(isAnthropic ? { data, has_more: false, first_id: first, last_id: last } : { object: 'list', data })
  }
  const entry = findRequested(catalogue, endpoint.id)
  if (entry !== undefined && reachable.includes(entry.id)) return done(shape(entry))
  // An entry out of reach and one that does not exist look the same.
  const names = reachable.flatMap((id) => [id, catalogue.byId.get(id)!.model])
  const help = didYouMean(endpoint.id, names)
  return failed({ kind: 'unknown_model', model: endpoint.id, ...(help === undefined ? {} : { help }) })
}

function openaiModel({ id, provider }: CatalogueEntry): JsonObject {
  return { id, object: 'model', created: 0, owned_by: provider }
}

function anthropicModel({ id, model }: CatalogueEntry): JsonObject {
  return { type: 'model', id, display_name: model, created_at: '1970-01-01T00:00:00Z' }
}
