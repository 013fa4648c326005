/** The body of a request to one target: the client's own bytes where they will do, else the call in its dialect. */
import type { Loss, ProviderDialect } from '../dialects/dialect.ts'
import { fieldIn } from '../dialects/field-words.ts'
import { takesAsIs } from '../dialects/fit-body.ts'
import { parseJson } from '../dialects/json.ts'
import type { DialectName } from '../dialects/neutral.ts'
import type { Quirk } from '../dialects/quirk.ts'
import type { Provider } from '../providers/provider.ts'
import { type DispatchRequest, isTaskRequest, type TaskRequest } from './outcome.ts'
import { splice } from './splice.ts'
import type { Target } from './targets.ts'

export type EncodedBody =
  | {
      readonly ok: true
      readonly dialect: ProviderDialect
      readonly bytes: Uint8Array
      readonly losses: readonly Loss[]
    }
  /** What the target cannot express, where the route rejects that. */
  | { readonly ok: false; readonly loss: Loss }

/** Sent to a dialect that demands a limit, where the catalogue names none. */
const defaultMaxTokens = 4096

export function encodeBody(request: DispatchRequest, provider: Provider, target: Target): EncodedBody {
  const { call, raw, route } = request
  const dialect = provider.dialectOf?.(target.model) ?? dialectFor(request, provider)
  const { encoding } = provider
  const model = provider.nameOf?.(target.model) ?? target.model
  const mayForward = raw?.dialect === dialect.name && dialect.takesClientBodies !== false
  if (mayForward && (dialect !== provider.dialect || willDo(raw.bytes, encoding.quirks, model))) {
    const asksForUsage = call.stream && encoding.alwaysUsage !== false
    const bytes = splice(raw.bytes, { dialect: dialect.name, model, asksForUsage })
    if (bytes) return { ok: true, dialect, bytes, losses: [] }
  }
  const encoded = dialect.encodeRequest(call, {
    model,
    defaultMaxTokens: target.entry?.maxOutput ?? defaultMaxTokens,
    alwaysUsage: true,
    ...encoding,
  })
  const { body } = encoded
  const losses = encoded.losses.map((loss) => ({ ...loss, field: fieldIn(clientOf(request), loss.field) }))
  const loss = losses[0]
  if (loss && route.onLoss !== 'degrade') return { ok: false, loss }
  return { ok: true, dialect, bytes: new TextEncoder().encode(JSON.stringify(body)), losses }
}

/** Whether the provider takes the client's bytes as they are. Read only where it has quirks: most have none. */
function willDo(bytes: Uint8Array, quirks: readonly Quirk[] | undefined, model: string): boolean {
  if (quirks === undefined || quirks.length === 0) return true
  return takesAsIs(parseJson(new TextDecoder().decode(bytes)), quirks, model)
}

/** What the client speaks; of a task there is one form only. */
export function clientOf(request: DispatchRequest | TaskRequest): DialectName | undefined {
  return isTaskRequest(request) ? undefined : (request.dialect ?? request.raw?.dialect)
}

/** The client's own dialect where the provider speaks it, since nothing is lost then; else the provider's first. */
function dialectFor(request: DispatchRequest, provider: Provider): ProviderDialect {
  const spoken = clientOf(request)
  return provider.alsoSpeaks?.find(({ name }) => name === spoken) ?? provider.dialect
}
