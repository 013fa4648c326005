/**
 * Logged requests, decided by both policies: how many each region would have touched, and what that would have cost.
 * A line is the facts of a request, or a record that holds them under `facts` beside its `usage` and `costNanoUsd`.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Facts } from '../decide/facts.ts'
import type { Decision } from '../graph/decision.ts'
import { changesBetween } from '../prove/changes.ts'
import type { Region } from '../prove/diff.ts'
import { UsageError } from './exit-status.ts'
import type { OpenedSide } from './open-side.ts'
import { unreadable } from './unreadable.ts'

export interface Touched {
  readonly requests: number
  /** Nano-dollars, of requests whose cost is known. */
  readonly costBefore: number
  /** Estimated from the tokens that were used and the price of the first target. */
  readonly costAfter: number
}

export interface Replayed {
  readonly requests: number
  readonly changed: number
  readonly byRegion: readonly Touched[]
}

interface LoggedRequest {
  readonly facts: Facts
  readonly costBefore?: number
  readonly costAfter?: number
}

interface Sides {
  readonly before: OpenedSide
  readonly after: OpenedSide
}

/** Throws `UsageError` for a file that cannot be read or a line that is no request. */
export async function replayLog(path: string, sides: Sides, regions: readonly Region[]): Promise<Replayed> {
  const changedRequests: LoggedRequest[] = []
  let requests = 0
  for await (const record of readRecords(path)) {
    requests++
    const [before, after] = [sides.before.decide(record.facts), sides.after.decide(record.facts)]
    if (changesBetween(before, after).length === 0) continue
    const costAfter = estimate(sides.after, after, record)
    changedRequests.push({
      facts: record.facts,
      ...(record.costNanoUsd === undefined ? {} : { costBefore: record.costNanoUsd }),
      ...(costAfter === undefined ? {} : { costAfter }),
    })
  }
  return {
    requests,
    changed: changedRequests.length,
    byRegion: regions.map((each) => touchedIn(each, changedRequests)),
  }
}

function touchedIn(region: Region, requests: readonly LoggedRequest[]): Touched {
  const own = requests.filter((each) => region.contains(each.facts))
  const sum = (costs: readonly (number | undefined)[]): number =>
    costs.reduce<number>((all, each) => all + (each ?? 0), 0)
  return {
    requests: own.length,
    costBefore: sum(own.map((each) => each.costBefore)),
    costAfter: sum(own.map((each) => each.costAfter)),
  }
}

export interface LogRecord {
  readonly facts: Facts
  readonly costNanoUsd?: number
  readonly usage?: { readonly input?: number; readonly output?: number }
}

/** The records of a file of JSON lines. */
export async function* readRecords(path: string): AsyncIterable<LogRecord> {
  let number = 0
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      if (line.trim() !== '') yield recordOf(line, `\`${path}\`, line ${number}`)
    }
  } catch (error) {
    // What is wrong with a line says so itself.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    throw unreadable(path, error as NodeJS.ErrnoException)
  }
}

function recordOf(line: string, place: string): LogRecord {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new UsageError(`${place} is not JSON`, 'a log is one JSON object a line')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${place} is no object`, 'a line is the facts of a request, or a record with `facts`')
  return 'facts' in value && typeof value.facts === 'object' && value.facts !== null
    ? (value as LogRecord)
    : { facts: value as Facts }
}

/** What the tokens of the request cost at the first target of the decision. */
function estimate({ policy }: OpenedSide, { route }: Decision, { usage }: LogRecord): number | undefined {
  const [step] = route?.steps ?? []
  if (!policy || !step || usage?.input === undefined) return undefined
  const target = step.kind === 'target' ? step.target : step.kind === 'split' ? step.arms[0]!.target : step.targets[0]!
  const price = policy.config.catalogue.byId.get(target)?.price
  if (!price) return undefined
  return Math.round((usage.input * price.input + (usage.output ?? 0) * price.output) / 1e6)
}
