/** What the reference interpreter needs of a checked policy. */
import type { CheckedPolicy } from '../check/policy.ts'
import { referenceTable } from '../reference/from-config.ts'
import type { ReferencePolicy } from '../reference/policy.ts'

/** The policy as the reference interpreter reads it: its statements as written, and what they are said of. */
export function referenceOf(policy: CheckedPolicy): ReferencePolicy {
  return {
    statements: policy.statements,
    catalogue: policy.catalogue.entries,
    regions: Object.fromEntries(policy.providerRegions),
    fixed: Object.fromEntries(policy.fixed),
    attributes: policy.declared,
    tables: policy.tables.map(referenceTable),
  }
}
