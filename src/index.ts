/**
 * The public API of `policyc`: everything that a program which embeds the gateway, or only decides, needs.
 */

export type { Policy } from './compile/load.ts'
export type { Workspace } from './compile/workspace.ts'
export { createWorkspace } from './compile/workspace.ts'
export type { GatewayConfig } from './config/config.ts'
export type { Explanation } from './decide/explain.ts'
export type { Facts } from './decide/facts.ts'
export type { Diagnostic, Edit, Related } from './diagnostics/diagnostic.ts'
export { PolicyError } from './diagnostics/diagnostic.ts'
export type { Position, Span } from './diagnostics/source.ts'
export type { Usage } from './dialects/neutral.ts'
export type { AttemptError, AttemptRecord } from './dispatch/outcome.ts'
export type { AttributeValue, HostAttribute, HostAttributes, HostContext } from './gateway/attributes.ts'
export type { Gateway, GatewayEvents, GatewayOptions } from './gateway/gateway.ts'
export { createGateway } from './gateway/gateway.ts'
export type { HostCaller } from './gateway/host-caller.ts'
export type { Logger } from './gateway/log.ts'
export { createLogger } from './gateway/log.ts'
export { nodeServerOptions } from './gateway/node.ts'
export type { CacheUse, RecordedUsage, UsageRecord } from './gateway/usage-record.ts'
export type {
  Access,
  Arm,
  Budget,
  Cache,
  Decision,
  Guard,
  Limit,
  LogPlan,
  Retry,
  Rewrite,
  RewriteField,
  Route,
  RuleName,
  Shadow,
  Step,
  Timeouts,
} from './graph/decision.ts'
export type { Finding } from './guards/findings.ts'
export type { Caller, CallerFields } from './identity/caller.ts'
export { loadPolicy } from './prove/load-policy.ts'
export type {
  BudgetAccount,
  Budgets,
  LimitCharge,
  LimitHold,
  Limits,
  Reservation,
  Standing,
  State,
  Take,
} from './state/state.ts'
