/** A define as the check keeps it: its condition once lowered, and what that reads of the target. */
import type { Span } from '../diagnostics/source.ts'
import type { Cond } from './policy.ts'

export interface CheckedDefine {
  readonly cond: Cond
  /** What it reads of the target. */
  readonly reads: readonly TargetRead[]
}

/** An attribute of the target, where it stands. */
export interface TargetRead {
  readonly id: string
  readonly span: Span
}
