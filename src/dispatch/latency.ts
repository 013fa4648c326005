/**
 * Peak-EWMA of the time to first token (as in Finagle's `PeakEwma`): a slow answer counts at once, fast ones win
 * trust back slowly. Read, it fades towards zero with time, so that a target that was slow once is asked again.
 */
export interface Latency {
  readonly valueMs: number
  readonly atMs: number
}

/** The time in which an old measure keeps a weight of 1/e. */
const fadeMs = 60_000

export function observe(latency: Latency | undefined, sampleMs: number, nowMs: number): Latency {
  if (!latency) return { valueMs: sampleMs, atMs: nowMs }
  const weight = Math.exp(-Math.max(0, nowMs - latency.atMs) / fadeMs)
  const valueMs = latency.valueMs < sampleMs ? sampleMs : latency.valueMs * weight + sampleMs * (1 - weight)
  return { valueMs, atMs: nowMs }
}

export function latencyAt(latency: Latency, nowMs: number): number {
  return latency.valueMs * Math.exp(-Math.max(0, nowMs - latency.atMs) / fadeMs)
}
