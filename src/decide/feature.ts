/**
 * Features: from facts straight to the class of a variable. Reading and classifying in one step, with the usual
 * cases (a plain string among constants, a count among thresholds) written out: they are most of deciding.
 */
import type { Attribute } from '../graph/attribute.ts'
import type { Variable } from '../graph/variable.ts'
import { type Classify, createClassifier } from './classify.ts'
import { type Facts, type Reader, rawReader } from './facts.ts'
import { flatCopy } from './flat.ts'

/** The class of a variable for the facts of a request. */
export type Feature = (facts: Facts) => number

export function createFeature(variable: Variable, attribute: Attribute, read: Reader): Feature {
  const classify = createClassifier(variable)
  return (
    plainString(variable, attribute, classify) ??
    plainCount(variable, attribute, classify) ??
    ((facts) => classify(read(facts)))
  )
}

/** A string of any value at a path of two parts, told apart by equality alone. */
function plainString(variable: Variable, attribute: Attribute, classify: Classify): Feature | undefined {
  const { classifier } = variable
  if (classifier.kind !== 'string' || classifier.automaton || attribute.type !== 'string') return undefined
  if (attribute.values || attribute.column || attribute.path.length !== 2) return undefined
  const raw = rawReader(attribute.path)
  const constants = new Map(flatCopy(classifier.constants))
  const missing = classify(attribute.optional ? undefined : ((attribute.fallback as string | undefined) ?? ''))
  const other = classifier.other ?? missing
  return (facts) => {
    const value = raw(facts)
    if (typeof value !== 'string') return missing
    const found = constants.get(value)
    return found === undefined ? other : found
  }
}

/** A whole number at a path of two parts. */
function plainCount(variable: Variable, attribute: Attribute, classify: Classify): Feature | undefined {
  const { classifier } = variable
  if (classifier.kind !== 'number' || attribute.type !== 'int' || attribute.column || attribute.path.length !== 2)
    return undefined
  const raw = rawReader(attribute.path)
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = attribute
  const missing = classify(attribute.optional ? undefined : ((attribute.fallback as number | undefined) ?? 0))
  return (facts) => {
    const value = raw(facts)
    if (!Number.isSafeInteger(value)) return missing
    return (value as number) < min || (value as number) > max ? missing : classify(value as number)
  }
}
