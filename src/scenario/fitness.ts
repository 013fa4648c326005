/** Whether a target can take a call, as dispatch judges it: by what the catalogue says, and by what can be said to it. */
import type { Catalogue, CatalogueEntry } from '../config/catalogue.ts'
import type { ChatCall } from '../dialects/neutral.ts'
import { encodeBody } from '../dispatch/encode.ts'
import { findUnfit, needsOf } from '../dispatch/fit.ts'
import type { DispatchRequest } from '../dispatch/outcome.ts'
import type { Route } from '../graph/decision.ts'
import type { Provider } from '../providers/provider.ts'

export interface FitnessOptions {
  readonly catalogue: Catalogue
  readonly providers: ReadonlyMap<string, Provider>
}

/** `estimate`: too long by estimate, which is tried when nothing else is left. */
export type Fitness = 'fit' | 'estimate' | 'unfit'

export type FitnessOf = (target: string, request: DispatchRequest) => Fitness

export function createFitness({ catalogue, providers }: FitnessOptions): FitnessOf {
  return (id, request) => {
    const entry: CatalogueEntry | undefined = catalogue.byId.get(id)
    const name = entry?.provider ?? id.slice(0, id.indexOf('/'))
    const provider = providers.get(name)
    if (!provider) return 'unfit'
    const unfit = findUnfit(needsOf(request.call, request.estimatedInputTokens), id, entry)
    if (unfit && !unfit.isEstimate) return 'unfit'
    const target = { id, provider: name, model: entry?.model ?? id.slice(name.length + 1), entry }
    if (!encodeBody(request, provider, target).ok) return 'unfit'
    return unfit ? 'estimate' : 'fit'
  }
}

/** What dispatch is asked to carry out. */
export function dispatchRequest(call: ChatCall, route: Route, estimatedInputTokens: number): DispatchRequest {
  return { call, route, estimatedInputTokens, headers: {}, signal: new AbortController().signal }
}
