/**
 * The model catalogue: which targets exist, where they run, what they can do and what they cost.
 * A closed table; everything about a target is a function of its entry.
 */

export const capabilities = [
  'tools',
  'vision',
  'audio',
  'documents',
  'json_schema',
  'reasoning',
  'embeddings',
  'rerank',
  'images',
  'speech',
  'transcription',
  'moderation',
] as const

export type Capability = (typeof capabilities)[number]

/**
 * Prices as integers: token prices in nano-dollars per million tokens, `image`, `request` and `search`
 * in nano-dollars each.
 */
export interface Price {
  readonly input: number
  readonly output: number
  readonly cachedInput?: number
  readonly cacheWrite?: number
  readonly reasoning?: number
  readonly audioInput?: number
  readonly audioOutput?: number
  readonly image?: number
  readonly request?: number
  readonly search?: number
}

export interface CatalogueEntry {
  /** `provider/model`. */
  readonly id: string
  /** A key of `providers`. */
  readonly provider: string
  /** The upstream's own model id. */
  readonly model: string
  /** The entry's own region, or its provider's. */
  readonly region?: string
  readonly tags: readonly string[]
  /** Context size in tokens. */
  readonly context?: number
  /** Largest answer in tokens. */
  readonly maxOutput?: number
  /** Complete where present; absent means unknown. */
  readonly capabilities?: readonly Capability[]
  /** Absent means unknown, which is not free. */
  readonly price?: Price
}

export interface Catalogue {
  /** Every entry, in a fixed order. */
  readonly entries: readonly CatalogueEntry[]
  readonly byId: ReadonlyMap<string, CatalogueEntry>
  /** A bare model id → its entry, only where exactly one entry has it. */
  readonly byModel: ReadonlyMap<string, CatalogueEntry>
  /** Providers that take any model name without an entry (a simulator of which no entry is listed). */
  readonly open: ReadonlySet<string>
}

/** The entry that a request's model name means: `provider/model`, or a bare id that one entry has. */
export function findRequested(catalogue: Catalogue, name: string): CatalogueEntry | undefined {
  return catalogue.byId.get(name) ?? catalogue.byModel.get(name)
}
