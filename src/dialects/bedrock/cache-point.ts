/** Cache points: blocks of their own in this API, where other dialects mark the block before. */
import { filledString } from '../json.ts'
import type { JsonObject } from '../neutral.ts'
import { findFamily, takesCachePoints } from './family.ts'

/** The cache point that a mark stands for; none where the model takes none, which changes the price alone. */
export function encodeCachePoint(mark: JsonObject | undefined, model: string): readonly JsonObject[] {
  if (mark === undefined || !takesCachePoints(model)) return []
  // Nova keeps what it caches for one time only.
  const ttl = findFamily(model) === 'claude' ? filledString(mark['ttl']) : undefined
  return [{ cachePoint: { type: 'default', ...(ttl !== undefined && { ttl }) } }]
}

/** The blocks without cache points that have nothing of their own before them. */
export function withoutIdlePoints(blocks: readonly JsonObject[]): readonly JsonObject[] {
  return blocks.filter((block, at) => !('cachePoint' in block) || (0 < at && !('cachePoint' in blocks[at - 1]!)))
}
