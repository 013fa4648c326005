/**
 * What is known of a request when it is over: the record that `gateway.on('usage', …)` gives, one for each
 * model call, those that failed or whose client went away included.
 */
import type { Loss } from '../dialects/dialect.ts'
import type { Usage } from '../dialects/neutral.ts'
import type { AttemptRecord } from '../dispatch/outcome.ts'
import type { Finding } from '../guards/findings.ts'
import type { Api } from './endpoint.ts'

/** What one model call was, came to and cost; one is made for each, however it ended. */
export interface UsageRecord {
  readonly requestId: string
  /** When the request came, milliseconds since the epoch. */
  readonly startedAtMs: number
  readonly durationMs: number
  /** From the request's arrival to the first content of a stream. */
  readonly firstTokenMs?: number
  readonly api: Api
  /** The model that the client asked for; absent where the body was not read that far. */
  readonly model?: string
  readonly stream?: boolean
  /** Absent where the request was not authenticated. */
  readonly caller?: {
    readonly id: string
    readonly kind: string
    readonly key?: string
    readonly org?: string
    readonly team?: string
    readonly user?: string
  }
  /** The route that matched, or the rule that denied. */
  readonly rule?: string
  readonly target?: string
  readonly attempts: readonly AttemptRecord[]
  /** What the target could not express and the route let go (`on_loss degrade`); absent where nothing was lost. */
  readonly losses?: readonly Loss[]
  readonly usage: RecordedUsage
  /** Absent where the price of a target is not known. */
  readonly costNanoUsd?: number
  /** Whether the answer came from the cache; absent where no rule of the cache applies. */
  readonly cache?: CacheUse
  /** Budgets that have passed a threshold that warns; absent where none has. */
  readonly warnings?: readonly BudgetWarning[]
  /** 499 where the client went away. */
  readonly status: number
  /** The kind of failure, where the request failed: `denied`, `unauthenticated`, `exhausted`, … */
  readonly failure?: string
  /** What guards found and did, each rule's detector on each side once; never the text. Absent where they found nothing. */
  readonly findings?: readonly Finding[]
  /** What `tag` clauses of `log` rules gave. */
  readonly tags?: Readonly<Record<string, string>>
  /** The digest of the policy that decided. */
  readonly policy: string
}

/**
 * What the cache did for a call: gave an answer (`hit`), or one past its time while a new one is fetched (`stale`), or had
 * none (`miss`), or was told to stay away (`off`). Of a stale answer the record says what fetching the new one came to.
 */
export type CacheUse = 'hit' | 'stale' | 'miss' | 'off'

/** A budget that has passed a threshold that warns, and how much of it is used, as a fraction. */
export interface BudgetWarning {
  readonly budget: string
  readonly used: number
}

/** Token counts and where they come from: what nobody said is not zero. */
export interface RecordedUsage extends Omit<Usage, 'raw'> {
  readonly provenance: 'provider' | 'estimated' | 'none'
}
