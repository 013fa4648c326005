/**
 * What every pass of the check reads: the configuration, the declared names, the attributes, and where
 * to report. The maps are filled as passes go, so that one attribute is one object and one define is
 * lowered once.
 */
import type { Attribute } from '../graph/attribute.ts'
import type { ListLiteral } from '../syntax/ast-conditions.ts'
import type { CheckedDefine } from './checked-define.ts'
import type { CheckContext } from './context.ts'
import type { Names } from './names.ts'
import type { Candidate, Cond } from './policy.ts'
import type { Report } from './report.ts'

export interface Scope {
  readonly context: CheckContext
  readonly report: Report
  readonly names: Names
  /** By id; members of open families are added when they are first named. */
  readonly attributes: Map<string, Attribute>
  /** Tables whose key is not an attribute that can pick rows, with that key. */
  readonly brokenTables: Map<string, string>
  /** By name; a define that is missing here is broken, and reported. */
  readonly defines: Map<string, CheckedDefine>
  /** By name. */
  readonly pools: Map<string, readonly Candidate[]>
  /** Sets whose own text is reported, so that their uses are not. */
  readonly brokenSets: Set<ListLiteral>
  /** Conditions with the number of their tests and their depth, for the bounds on inlining. */
  readonly measures: WeakMap<Cond, Measure>
}

/** Of a condition with its defines written out. */
export interface Measure {
  readonly size: number
  readonly depth: number
}
