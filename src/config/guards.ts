/** `guards:` as typed values: detectors and checks of the operator's own, by the name that policies use. */
import type { Span } from '../diagnostics/source.ts'
import type { Secret } from './secret.ts'

/** A detector or a check that the configuration adds to the built-in ones. */
export type GuardConfig =
  | PatternGuardConfig
  | WordsGuardConfig
  | HttpGuardConfig
  | ModerationGuardConfig
  | SchemaGuardConfig

interface GuardBase {
  readonly name: string
  /** The place of its name, for diagnostics. */
  readonly span: Span
}

/** Regular expressions in the linear-time dialect of the policy language. */
export interface PatternGuardConfig extends GuardBase {
  readonly kind: 'pattern'
  readonly patterns: readonly { readonly text: string; readonly span: Span }[]
  readonly ignoreCase: boolean
}

/** Words and phrases. */
export interface WordsGuardConfig extends GuardBase {
  readonly kind: 'words'
  readonly words: readonly string[]
  readonly ignoreCase: boolean
  /** Whether a letter or digit beside it makes it another word. */
  readonly wholeWords: boolean
}

/** What happens where a check cannot be asked: the text counts as found, or as passed. */
export type OnGuardError = 'block' | 'allow'

/** A service of the operator that is shown the text and says whether it may go on. */
export interface HttpGuardConfig extends GuardBase {
  readonly kind: 'http'
  readonly url: string
  /** Whether a host name may resolve to a private address. */
  readonly private: boolean
  readonly timeoutMs: number
  readonly onError: OnGuardError
  /** Signs what is sent. */
  readonly secret?: Secret
}

/** A moderation model of a configured provider. */
export interface ModerationGuardConfig extends GuardBase {
  readonly kind: 'moderation'
  readonly provider: string
  readonly model: string
  readonly timeoutMs: number
  readonly onError: OnGuardError
  /** The categories that count; all where absent. */
  readonly categories?: readonly string[]
  /** The least score that counts; the provider's own judgement where absent. */
  readonly threshold?: number
}

/** A JSON Schema that the text of an answer must satisfy. */
export interface SchemaGuardConfig extends GuardBase {
  readonly kind: 'json_schema'
  readonly schema: object | boolean
}

/** The kinds that say yes or no to a whole text, and so cannot take anything out of it. */
export function givesVerdict({ kind }: Pick<GuardConfig, 'kind'>): boolean {
  return kind === 'http' || kind === 'moderation' || kind === 'json_schema'
}
