/** The timing of retries: pure, told by a table of cases. */
import type { Retry } from '../graph/decision.ts'

/**
 * Milliseconds to wait before retry `attempt` (the first is 1), or undefined to give up. `hintMs` is what the
 * provider asks for, `draw` is in [0, 1).
 *
 * Exponential backoff with equal jitter (Brooker, "Exponential Backoff And Jitter"): half of the wait is certain,
 * so that a target in trouble is never hit again at once.
 */
export function retryDelayMs(
  retry: Retry,
  attempt: number,
  hintMs: number | undefined,
  draw: number,
): number | undefined {
  if (retry.count < attempt) return undefined
  const ceilingMs = Math.min(retry.backoffMaxMs, retry.backoffMinMs * 2 ** (attempt - 1))
  return Math.max(hintMs ?? 0, ceilingMs * (0.5 + draw / 2))
}
