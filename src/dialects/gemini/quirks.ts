/** Where servers depart from Google's Gemini API. */
import type { Quirk } from '../quirk.ts'

/** Knows no `serviceTier`; its default is what it gives. */
export const noServiceTier: Quirk = {
  name: 'no_service_tier',
  fit: (body, { lose }) => {
    const { serviceTier, ...rest } = body
    if (serviceTier === undefined) return body
    if (serviceTier !== 'standard') lose('service_tier', 'a service tier is no part of a request to Vertex')
    return rest
  },
}
