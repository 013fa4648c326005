/** Every check, in the order of their codes. */
import type { Check } from './check.ts'
import { claimedGround } from './checks/claimed-ground.ts'
import { conflictingRewrites } from './checks/conflicting-rewrites.ts'
import { failingAssertion } from './checks/failing-assertion.ts'
import { failingTest } from './checks/failing-test.ts'
import { impossibleCondition } from './checks/impossible-condition.ts'
import { leavingOutGains } from './checks/leaving-out-gains.ts'
import { overriddenAllow } from './checks/overridden-allow.ts'
import { removableRule } from './checks/removable-rule.ts'
import { shadowedRule } from './checks/shadowed-rule.ts'
import { sharedAnswer } from './checks/shared-answer.ts'
import { starvedRoute } from './checks/starved-route.ts'
import { timesThatCannotFit } from './checks/times-that-cannot-fit.ts'
import { unableRoute } from './checks/unable-route.ts'
import { unbudgetedRequest } from './checks/unbudgeted-request.ts'
import { unguardableEndpoint } from './checks/unguardable-endpoint.ts'
import { unpricedBudget } from './checks/unpriced-budget.ts'
import { unroutedRequest } from './checks/unrouted-request.ts'
import { unusedDeclaration } from './checks/unused-declaration.ts'

export const checks: readonly Check[] = [
  impossibleCondition,
  shadowedRule,
  removableRule,
  unusedDeclaration,
  unroutedRequest,
  starvedRoute,
  unbudgetedRequest,
  conflictingRewrites,
  overriddenAllow,
  failingAssertion,
  failingTest,
  leavingOutGains,
  sharedAnswer,
  unpricedBudget,
  unableRoute,
  claimedGround,
  unguardableEndpoint,
  timesThatCannotFit,
]

/** Those without which no gateway can enforce the policy: loading stops at what they find. */
export const enforceability: readonly Check[] = [conflictingRewrites, unpricedBudget, unguardableEndpoint]

/** Those that tests draw. */
export const testChecks: readonly Check[] = [impossibleCondition, failingTest]
