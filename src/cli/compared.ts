/** Two policies and their difference, as it is told. */
import type { Diff } from '../prove/diff.ts'
import type { OpenedSide } from './open-side.ts'
import type { Replayed } from './replay-log.ts'

export interface Compared {
  readonly before: OpenedSide
  readonly after: OpenedSide
  readonly found: Diff
  readonly replayed: Replayed | undefined
}
