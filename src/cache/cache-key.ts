/**
 * Keys of cached answers: a digest of everything that an answer depends on and of who may share it, so that no caller's
 * words are kept with the answer.
 */
import { createHash } from 'node:crypto'
import type { Json } from '../dialects/neutral.ts'
import type { Guard } from '../graph/decision.ts'
import { canonicalJson } from './canonical-json.ts'

/** What tells one entry from another. */
export interface CacheKeyParts {
  /** The digest of the policy, and the rule that says how long and for whom an answer is kept. */
  readonly policy: string
  readonly rule: string
  /** The attributes of the scope with this request's values; a value that is missing is null, which no text equals. */
  readonly scope: readonly (readonly [attribute: string, value: ScopeValue])[]
  readonly instance: { readonly region?: string | undefined; readonly env?: string | undefined }
  /** How the client speaks, and so how the answer is written. */
  readonly client: {
    readonly api: string
    readonly version: string
    readonly dialect: string
    readonly isArray: boolean
    /** Headers of the client's that go on to providers. */
    readonly headers: Readonly<Record<string, string>>
  }
  /** The call as it is sent, after guards and rewrites. */
  readonly call: object
  /** What the client sent, where that is what goes on or what comes back in the answer. */
  readonly body?: BodyPart
  /** What the answer passes. */
  readonly guards: readonly Guard[]
  /** The targets that the answer may come from, and whether they may leave out what they cannot express. */
  readonly targets: readonly string[]
  readonly onLoss: 'reject' | 'degrade'
}

/** A body as its value says it, or as its bytes do where the value does not tell all. */
export type BodyPart =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }

export type ScopeValue = string | number | boolean | readonly string[] | null

/** The key of an entry; equal for equal parts only. */
export function cacheKey({ scope, guards, targets, body, ...parts }: CacheKeyParts): string {
  const text = canonicalJson({
    ...parts,
    scope: scope.map(([attribute, value]) => [attribute, Array.isArray(value) ? [...value].sort() : value]),
    guards,
    targets: [...new Set(targets)].sort(),
    body: body?.kind === 'bytes' ? { kind: 'bytes', digest: digestOf(body.bytes) } : body,
  })
  return digestOf(text)
}

function digestOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64url')
}
