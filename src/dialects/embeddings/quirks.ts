/** In what servers of OpenAI's embeddings depart from them. */
import type { Quirk } from '../quirk.ts'

/** Mistral's word for how long a vector is. */
export const mistralDimensions: Quirk = {
  name: 'output_dimension',
  fit(body) {
    if (!('dimensions' in body)) return body
    const { dimensions, ...rest } = body
    return dimensions === null || 'output_dimension' in body ? rest : { ...rest, output_dimension: dimensions! }
  },
}
