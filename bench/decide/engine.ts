/** What every engine of the benchmark is: made from a workload, fed with its own form of the requests. */
import type { Request } from './workload.ts'

export interface Answer {
  readonly effect: 'allow' | 'deny'
  /** Of the first route that matches; null where access is denied, and where the engine does access alone. */
  readonly target: string | null
}

/** `access` is for engines that permit and forbid and know no routes. */
export type Scope = 'access and route' | 'access'

export interface EngineSpec<Input, Output> {
  readonly name: string
  readonly scope: Scope
  /** Puts a request into the engine's own form, before the clock runs. */
  readonly prepare: (request: Request) => Input
  /** The one thing that is timed; a promise is awaited. */
  readonly decide: (input: Input) => Output | Promise<Output>
  /** The answer in common form, for the check before timing. */
  readonly read: (output: Output) => Answer
}

export interface Engine extends EngineSpec<unknown, unknown> {
  /** CPU time from the rules to an engine that decides. */
  readonly buildMs: number
}

/** Builds an engine by the clock. What goes in as input comes from its own `prepare`, so the types may be forgotten. */
export async function buildEngine<Input, Output>(
  create: () => EngineSpec<Input, Output> | Promise<EngineSpec<Input, Output>>,
): Promise<Engine> {
  const before = process.cpuUsage()
  const spec = await create()
  const { user, system } = process.cpuUsage(before)
  return { ...(spec as unknown as EngineSpec<unknown, unknown>), buildMs: (user + system) / 1000 }
}
