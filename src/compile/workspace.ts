/**
 * What one build of a policy leaves to the next, so that an edit of one rule costs little more than that rule.
 *
 * A workspace is a value that its owner keeps and hands in each time (a gateway that reloads, an editor). Results do
 * not depend on it (`test/compile/rebuild.test.ts`). It holds the texts of the last build as they were parsed and the
 * partitions of the last two, whatever came before, and nothing of it is changed once it is there, so that policies
 * that were built from it stay as they are.
 */
import type { ParsedTexts } from '../check/imports.ts'
import { createKept, type Kept } from './kept.ts'
import type { PartitionedAttribute } from './partitioned.ts'

/** What building one policy leaves behind for building it again; each builder keeps its own. */
/** What the last build of one policy left; results do not depend on it. */
export interface Workspace {
  /** Each file as it was last read. */
  texts: ParsedTexts
  /** The classes of attributes, by what is asked of them. */
  readonly partitions: Kept<PartitionedAttribute>
  /** Whether a pattern has an automaton of its own, by pattern. */
  readonly fitting: Kept<boolean>
}

/** An empty workspace; one is for one policy. */
export function createWorkspace(): Workspace {
  return { texts: new Map(), partitions: createKept(), fitting: createKept() }
}
