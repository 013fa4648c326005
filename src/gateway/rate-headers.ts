/** Limits in the headers of an answer, as OpenAI writes them: for requests and for tokens the limit that is tightest. */
import type { Limit } from '../graph/decision.ts'
import type { Standing } from '../state/state.ts'

/** `standings` are those of `limits`, in order. */
export function rateHeaders(
  limits: readonly Limit[],
  standings: readonly Standing[],
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const unit of ['requests', 'tokens'] as const) {
    const own = limits.flatMap((limit, index) => (limit.unit === unit ? [{ limit, ...standings[index]! }] : []))
    const [tightest] = own.toSorted((a, b) => a.remaining - b.remaining || b.resetMs - a.resetMs)
    if (tightest === undefined) continue
    headers[`x-ratelimit-limit-${unit}`] = String(tightest.limit.amount)
    headers[`x-ratelimit-remaining-${unit}`] = String(tightest.remaining)
    headers[`x-ratelimit-reset-${unit}`] = formatReset(tightest.resetMs)
  }
  return headers
}

/** `120ms`, `1s`, `1.5s`, `6m0s`, `1h0m0s`: a duration as Go prints it. */
export function formatReset(ms: number): string {
  if (ms < 1000) return ms === 0 ? '0s' : `${ms}ms`
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor(ms / 60_000) % 60
  const seconds = `${(ms % 60_000) / 1000}s`
  return hours > 0 ? `${hours}h${minutes}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds
}
