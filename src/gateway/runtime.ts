/**
 * What a running gateway is made of: the parts that every request is handled with.
 */
import type { Policy } from '../compile/load.ts'
import type { DispatchRequest, FailedOutcome, Outcome, TaskOutcome, TaskRequest } from '../dispatch/outcome.ts'
import type { Guards } from '../guards/guards.ts'
import type { BadCredentials } from '../identity/bad-credentials.ts'
import type { KeyStore } from '../identity/key-store.ts'
import type { State } from '../state/state.ts'
import type { Admission } from './admission.ts'
import type { HostAttributes } from './attributes.ts'
import type { Environment } from './environment.ts'
import type { ExpectedOutput } from './expected-output.ts'
import type { HostCaller } from './host-caller.ts'
import type { Logger } from './log.ts'
import type { Meters } from './meters.ts'
import type { Caching } from './open-caching.ts'
import type { OpenTokens } from './open-tokens.ts'
import type { TimeFacts } from './time-facts.ts'
import type { UsageRecord } from './usage-record.ts'

export interface Runtime {
  readonly policy: Policy
  /** As `modelNamesOf` gives them. */
  readonly modelNames: readonly string[]
  readonly dispatcher: Dispatching
  readonly admission: Admission
  /** What limits and budgets have counted. */
  readonly state: State
  readonly meters: Meters
  readonly expectedOutput: ExpectedOutput
  readonly guards: Guards
  readonly caching: Caching
  /** Absent where virtual keys are off. */
  readonly keys: KeyStore | undefined
  /** Absent where no tokens are taken. */
  readonly tokens: OpenTokens | undefined
  readonly badCredentials: BadCredentials
  readonly hostCaller: HostCaller | undefined
  readonly hostAttributes: HostAttributes
  readonly environment: Environment
  readonly timeFacts: (nowMs: number) => TimeFacts
  readonly logger: Logger
  readonly report: (record: UsageRecord) => void
}

/** What the gateway needs of dispatch. */
export interface Dispatching {
  run(request: DispatchRequest): Promise<Outcome>
  runTask(request: TaskRequest): Promise<TaskOutcome | FailedOutcome>
  /** Whether a provider can be called now: some target of it is not cooling down. */
  healthy(provider: string): boolean
  close(): Promise<void>
}
