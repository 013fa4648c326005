/**
 * Addresses as Google's clients write them: the model, and what is asked of it, stand in the path; how a stream comes,
 * and sometimes the key, in the query.
 */
import type { CallAddress } from '../dialects/dialect.ts'

export interface GoogleAddress extends CallAddress {
  /** A stream comes as one JSON array, unless server-sent events are asked for. */
  readonly isArray: boolean
}

/** `models/MODEL:METHOD`, with the project, the location and the publisher before it that Vertex has. */
const shape = /^(?:(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/[^/]+\/)?models\/(.+):([A-Za-z]+)$/

const methods = new Set(['generateContent', 'streamGenerateContent'])
const knownMethods = new Set(['countTokens', 'embedContent', 'batchEmbedContents', 'computeTokens', 'predict'])

/** The call that a path asks for; `known` where it is one of Google's that is not served, else undefined. */
export function findGoogleAddress(path: string, query: string): GoogleAddress | 'known' | undefined {
  const [, written = '', method = ''] = shape.exec(path) ?? []
  const model = decode(written)
  if (!model) return undefined
  if (!methods.has(method)) return knownMethods.has(method) ? 'known' : undefined
  const stream = method === 'streamGenerateContent'
  return { model, stream, isArray: stream && new URLSearchParams(query).get('alt') !== 'sse' }
}

/** The credential that a query carries: Google's older clients send it so. */
export function findQueryKey(query: string): string | undefined {
  return new URLSearchParams(query).get('key')?.trim() || undefined
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
