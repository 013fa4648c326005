/**
 * The catalogue that a gateway runs with: the entries pinned in `models.lock.yaml`, or the built-in
 * ones where there is no such file, and over them, key by key, those of `models:`.
 */
import { didYouMean } from '../diagnostics/suggest.ts'
import type { Building } from './building.ts'
import { isWritten, report } from './building.ts'
import type { Catalogue, CatalogueEntry, Price } from './catalogue.ts'
import type { ProviderConfig } from './config.ts'
import { parseMoneyNanoUsd } from './quantities.ts'
import type { RawModel } from './raw.ts'
import type { Path } from './tree.ts'
import { findTree, pathText } from './tree.ts'

/** What one file says of a model: what it leaves out is for the file below it. */
interface Overlay extends Omit<RawModel, 'price'> {
  readonly price?: Partial<Price>
}

/** By price key as written, as typed. */
const priceKeys = {
  input: 'input',
  output: 'output',
  cached_input: 'cachedInput',
  cache_write: 'cacheWrite',
  reasoning: 'reasoning',
  audio_input: 'audioInput',
  audio_output: 'audioOutput',
  image: 'image',
  request: 'request',
  search: 'search',
} as const

/** The built-in entries of a provider, by its type. */
export async function builtInEntries(provider: ProviderConfig): Promise<readonly CatalogueEntry[]> {
  const { models } = await import('./generated/models.js')
  return (models[provider.type] ?? []).map(([model, context, price]) => ({
    id: `${provider.name}/${model}`,
    provider: provider.name,
    model,
    ...(provider.region === undefined ? {} : { region: provider.region }),
    tags: [],
    ...(context ? { context } : {}),
    ...(price ? { price } : {}),
  }))
}

/** The catalogue of the configured providers; `lock` is `models.lock.yaml` where there is one. */
export async function buildCatalogue(
  building: Building,
  providers: ReadonlyMap<string, ProviderConfig>,
  lock: Building | undefined,
): Promise<Catalogue> {
  const entries = new Map<string, CatalogueEntry>()
  if (lock) {
    for (const [id, overlay] of overlaysOf(lock)) {
      const provider = providers.get(providerOf(id))
      if (!provider) continue
      checkPrice(lock, id, overlay.price ?? {})
      entries.set(id, entryOf(id, provider, overlay, undefined))
    }
  } else {
    for (const provider of providers.values()) {
      for (const entry of await builtInEntries(provider)) entries.set(entry.id, entry)
    }
  }
  for (const [id, overlay] of overlaysOf(building)) {
    const provider = providers.get(providerOf(id))
    if (provider) {
      checkPrice(building, id, { ...entries.get(id)?.price, ...overlay.price })
      entries.set(id, entryOf(id, provider, overlay, entries.get(id)))
    } else checkProvider(building, id)
  }
  return catalogueOf([...entries.values()], providers)
}

function checkProvider(building: Building, id: string): void {
  const name = providerOf(id)
  // A provider that is written but wrong has its own diagnostic.
  const written = findTree(building.written, ['providers'])
  const names = written?.kind === 'map' ? [...written.entries.keys()] : []
  if (names.includes(name)) return
  report(building, 'P907', ['models', id], {
    message: `\`${id}\` names the provider \`${name}\`, which is not in \`providers\``,
    help: didYouMean(name, names),
    part: 'key',
  })
}

const providerOf = (id: string): string => id.slice(0, id.indexOf('/'))

function overlaysOf(building: Building): readonly (readonly [string, Overlay])[] {
  return Object.entries(building.raw.models ?? {}).map(([id, raw]) => {
    const { price, ...rest } = raw ?? {}
    return [id, price === undefined ? rest : { ...rest, price: pricesOf(building, ['models', id, 'price'], price) }]
  })
}

/** Prices by their decimal text: what YAML reads as a number is not exact. */
function pricesOf(building: Building, at: Path, raw: NonNullable<RawModel['price']>): Partial<Price> {
  const price: Partial<Record<keyof Price, number>> = {}
  for (const [key, typed] of Object.entries(priceKeys)) {
    if (raw[key] === undefined) continue
    const tree = findTree(building.tree, [...at, key])
    const text = tree?.kind === 'scalar' ? tree.text : ''
    const nano = parseMoneyNanoUsd(text)
    if (nano !== undefined) price[typed] = nano
    else {
      const message = `the price \`${pathText([...at, key])}\` is too fine or too large, expected dollars with at most nine decimals, such as \`$1.25\``
      report(building, 'P904', [...at, key], { message })
    }
  }
  return price
}

/** A price that names only one of input and output would charge nothing for the other. */
function checkPrice(building: Building, id: string, price: Partial<Price>): void {
  if ((price.input === undefined) === (price.output === undefined)) return
  const at = ['models', id, 'price']
  const [present, absent] = price.input === undefined ? ['output', 'input'] : ['input', 'output']
  if (isWritten(building, [...at, absent])) return
  report(building, 'P907', at, {
    message: `\`${pathText(at)}\` has \`${present}\` and no \`${absent}\``,
    help: `add \`${absent}: $0\` where nothing is charged for it`,
    part: 'key',
  })
}

function entryOf(
  id: string,
  provider: ProviderConfig,
  overlay: Overlay,
  below: CatalogueEntry | undefined,
): CatalogueEntry {
  const region = overlay.region ?? below?.region ?? provider.region
  const context = overlay.context ?? below?.context
  const maxOutput = overlay.max_output ?? below?.maxOutput
  const capabilities = overlay.capabilities ?? below?.capabilities
  const price = overlay.price || below?.price ? { input: 0, output: 0, ...below?.price, ...overlay.price } : undefined
  return {
    id,
    provider: provider.name,
    model: id.slice(provider.name.length + 1),
    ...(region === undefined ? {} : { region }),
    tags: overlay.tags ?? below?.tags ?? [],
    ...(context === undefined ? {} : { context }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(price === undefined ? {} : { price }),
  }
}

/** A catalogue of the given entries, sorted by id. */
export function catalogueOf(
  entries: readonly CatalogueEntry[],
  providers: ReadonlyMap<string, ProviderConfig>,
): Catalogue {
  const sorted = entries.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const byModel = new Map<string, CatalogueEntry>()
  const shared = new Set<string>()
  for (const entry of sorted) {
    if (byModel.has(entry.model)) shared.add(entry.model)
    else byModel.set(entry.model, entry)
  }
  for (const model of shared) byModel.delete(model)
  const listed = new Set(sorted.map((each) => each.provider))
  const open = [...providers.values()].filter((each) => each.type === 'simulator' && !listed.has(each.name))
  return {
    entries: sorted,
    byId: new Map(sorted.map((each) => [each.id, each])),
    byModel,
    open: new Set(open.map((each) => each.name)),
  }
}
