/**
 * Samples of variables that are one test each: a set with the element and one without it, a word that matches and one
 * that does not.
 */
import type { Attribute } from '../graph/attribute.ts'
import type { Sample } from '../graph/variable.ts'
import type { DraftVariable } from './partitioned.ts'
import { findValue } from './sample.ts'

/** The variable with a sample for each class that has a value; the other kinds have theirs from their partition. */
export function withClassSamples(attribute: Attribute, variable: DraftVariable): DraftVariable {
  switch (variable.classifier.kind) {
    case 'string':
    case 'bool':
    case 'number':
    case 'ip':
      return variable
    case 'present':
    case 'element':
    case 'pattern':
      return { ...variable, samples: [sampleOf(attribute, variable, 0), sampleOf(attribute, variable, 1)] }
  }
}

function sampleOf(attribute: Attribute, draft: DraftVariable, wanted: number): Sample {
  // A missing value may be in the class too, and says less.
  const { missing: _, ...variable } = draft
  const found = findValue(attribute, [{ variable: { ...variable, attribute: 0 }, class: wanted }])
  return found.kind === 'value' ? found.value : undefined
}
