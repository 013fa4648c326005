/** Every check, in the order of their codes. */
import type { Check } from './check.ts'
import { conflictingRewrites } from './checks/conflicting-rewrites.ts'
import { failingAssertion } from './checks/failing-assertion.ts'
import { failingTest } from './checks/failing-test.ts'
import { impossibleCondition } from './checks/impossible-condition.ts'
import { overriddenAllow } from './checks/overridden-allow.ts'
import { shadowedRule } from './checks/shadowed-rule.ts'
import { starvedRoute } from './checks/starved-route.ts'
import { unbudgetedRequest } from './checks/unbudgeted-request.ts'
import { unroutedRequest } from './checks/unrouted-request.ts'
import { unusedDeclaration } from './checks/unused-declaration.ts'

export const checks: readonly Check[] = [
  impossibleCondition,
  shadowedRule,
  unusedDeclaration,
  unroutedRequest,
  starvedRoute,
  unbudgetedRequest,
  conflictingRewrites,
  overriddenAllow,
  failingAssertion,
  failingTest,
]
