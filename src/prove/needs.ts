/** What requests need of a target, and how the universe tells that they do. */
import type { Capability, CatalogueEntry } from '../config/catalogue.ts'
import { classSet } from '../graph/class-set.ts'
import type { Ref } from '../graph/diagram.ts'
import type { NumberClassifier } from '../graph/variable.ts'
import type { Proof } from './proof.ts'
import { everything, nothing } from './subject.ts'
import { placed } from './values.ts'

export interface Need {
  /** As in "every request needs …". */
  readonly what: string
  /** Whether the target has it, or may have it for all that is known. */
  readonly maySatisfy: (entry: CatalogueEntry) => boolean
  /** The requests that need it, of this target; undefined where no condition asks for it. */
  readonly where: (proof: Proof, entry: CatalogueEntry) => Ref | undefined
}

const features: readonly (readonly [attribute: string, capability: Capability, what: string])[] = [
  ['request.has_tools', 'tools', 'tools'],
  ['request.has_images', 'vision', 'vision'],
  ['request.has_audio', 'audio', 'audio'],
  ['request.has_schema', 'json_schema', 'JSON schemas'],
  ['request.has_reasoning', 'reasoning', 'reasoning'],
]

const endpoints: readonly (readonly [api: string, capability: Capability, what: string])[] = [
  ['embeddings', 'embeddings', 'embeddings'],
  ['rerank', 'rerank', 'reranking'],
  ['images', 'images', 'image generation'],
  ['speech', 'speech', 'speech'],
  ['transcription', 'transcription', 'transcription'],
  ['moderations', 'moderation', 'moderation'],
]

const lacks = (capability: Capability) => (entry: CatalogueEntry) =>
  entry.capabilities === undefined || entry.capabilities.includes(capability)

export const needs: readonly Need[] = [
  ...features.map(
    ([attribute, capability, what]): Need => ({
      what,
      maySatisfy: lacks(capability),
      where: (proof) => whereValue(proof, attribute, true),
    }),
  ),
  ...endpoints.map(
    ([api, capability, what]): Need => ({
      what,
      maySatisfy: lacks(capability),
      where: (proof) => whereValue(proof, 'request.api', api),
    }),
  ),
  {
    what: 'a larger context',
    maySatisfy: ({ context }) => context === undefined,
    where: (proof, { context }) => whereAbove(proof, 'request.input_tokens', context!),
  },
]

/** Where the attribute has this value; undefined where nothing tells it from others. */
export function whereValue(proof: Proof, id: string, wanted: Chosen): Ref | undefined {
  const found = valuesOf(proof, id)
  const own = found?.byClass.findIndex((values) => values?.includes(wanted)) ?? -1
  return found?.byClass[own]?.length === 1 ? proof.universe.where(found.variable, [own, own + 1]) : undefined
}

/** Where the attribute may have this value: everywhere, where nothing asks for it. */
export function wherePossibly(proof: Proof, id: string, wanted: Chosen): Ref {
  return whereClass(proof, id, (values) => values.includes(wanted)) ?? everything
}

/** Where the attribute has one of these values and cannot have another. */
export function whereSurely(proof: Proof, id: string, wanted: readonly Chosen[]): Ref {
  return whereClass(proof, id, (values) => values.every((each) => wanted.includes(each))) ?? nothing
}

type Chosen = string | boolean

function whereClass(proof: Proof, id: string, isMeant: (values: readonly Chosen[]) => boolean): Ref | undefined {
  const found = valuesOf(proof, id)
  if (!found) return undefined
  const classes = found.byClass.flatMap((values, number) => (values && isMeant(values) ? [number] : []))
  return proof.universe.where(found.variable, classSet(classes))
}

interface ValuesByClass {
  readonly variable: number
  /** For each class the values in it, of an enum or a boolean; empty places where there are none. */
  readonly byClass: readonly (readonly Chosen[] | undefined)[]
}

function valuesOf({ universe }: Proof, id: string): ValuesByClass | undefined {
  const variable = universe.variables.findIndex(
    (each) => each.kind === 'value' && universe.attributes[each.attribute]!.id === id,
  )
  if (variable < 0) return undefined
  const { path, values = [false, true] } = universe.attributes[universe.variables[variable]!.attribute]!
  const byClass: Chosen[][] = []
  for (const value of values) (byClass[universe.classOf(variable, placed(path, value))] ??= []).push(value)
  return { variable, byClass: Array.from(byClass) }
}

/** Where every value is above a number: classes are intervals, told by the thresholds of those who ask. */
function whereAbove({ universe }: Proof, id: string, least: number): Ref | undefined {
  const index = universe.variables.findIndex(
    (each) => each.kind === 'value' && universe.attributes[each.attribute]!.id === id,
  )
  if (index < 0) return undefined
  const { classes, members } = universe.variables[index]!
  const isAbove = ({ of }: (typeof classes)[number]): boolean =>
    members.some(({ part, variable }, at) => {
      const { classifier } = universe.parts[part]!.variables[variable]!
      return classifier.kind === 'number' && lowestOf(classifier, of[at]!) > least
    })
  return universe.where(index, classSet(classes.flatMap((each, number) => (isAbove(each) ? [number] : []))))
}

/** The least whole number of a class. */
function lowestOf({ thresholds, classes }: NumberClassifier, wanted: number): number {
  const piece = classes.indexOf(wanted)
  if (piece <= 0) return Number.NEGATIVE_INFINITY
  return piece % 2 === 1 ? Math.ceil(thresholds[(piece - 1) / 2]!) : Math.floor(thresholds[piece / 2 - 1]!) + 1
}
