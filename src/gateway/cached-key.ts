/**
 * The key of a call in the cache: everything that its answer depends on, and the scope that its rule names.
 */
import { type BodyPart, type CacheKeyParts, cacheKey, type ScopeValue } from '../cache/cache-key.ts'
import { hasInexactNumber } from '../cache/canonical-json.ts'
import type { Facts, Policy } from '../compile/load.ts'
import type { ChatCall, Json } from '../dialects/neutral.ts'
import { isTask, type TaskCall } from '../dialects/task.ts'
import type { Cache, Decision, Route } from '../graph/decision.ts'
import { targetsOfStep } from '../graph/targets-of-step.ts'
import { forwardedHeaders } from './headers.ts'
import { hidesText } from './hidden-text.ts'
import { createReaders } from './meters.ts'
import type { GatewayRequest } from './request.ts'

/** A call that a cache rule may speak of. */
export interface CacheableCall {
  readonly facts: Facts
  readonly decision: Decision & { readonly route: Route }
  readonly client: Omit<CacheKeyParts['client'], 'headers'>
  /** After guards and rewrites. */
  readonly call: ChatCall | TaskCall
  /** What came, where it is what is sent, or where guards took out of it what may come back in the answer. */
  readonly came?: { readonly body: Json; readonly bytes: Uint8Array }
}

/** A rule that keeps answers. */
export type KeepingRule = Extract<Cache, { off: false }>

/** Makes the keys of a policy's calls. */
export type CacheKeys = (request: GatewayRequest, call: CacheableCall, rule: KeepingRule) => string

export function createCacheKeys(policy: Policy): CacheKeys {
  const scopes = createScopes(policy)
  const { region, env } = policy.config.gateway
  return ({ header }, { facts, decision, client, call, came }, { rule }) =>
    cacheKey({
      policy: policy.digest,
      rule,
      scope: scopes(rule, facts),
      instance: { region, env },
      client: { ...client, headers: forwardedHeaders(header) },
      call: isTask(call) ? { ...call, bytes: undefined } : call,
      ...(came === undefined ? {} : { body: bodyOf(came) }),
      guards: decision.guards,
      targets: decision.route.steps.flatMap(targetsOfStep),
      onLoss: decision.route.onLoss ?? 'reject',
    })
}

/** The values of each rule's scope: the caller's id where it names none. */
function createScopes({ checked }: Policy): (rule: string, facts: Facts) => readonly (readonly [string, ScopeValue])[] {
  const readerOf = createReaders(checked)
  const scopes = new Map(
    checked.rules.flatMap((each) =>
      each.kind === 'cache' && each.node.scope !== undefined
        ? [[each.name, each.scope.map(({ id }, at) => ({ id, read: readerOf(each.scope[at]!) }))] as const]
        : [],
    ),
  )
  return (rule, facts) =>
    scopes.get(rule)?.map(({ id, read }) => [id, read(facts) ?? null] as const) ?? [['caller.id', callerIdOf(facts)]]
}

function callerIdOf({ caller }: Facts): string | null {
  const id = typeof caller === 'object' && caller !== null ? (caller as Facts)['id'] : undefined
  return typeof id === 'string' ? id : null
}

function bodyOf({ body, bytes }: NonNullable<CacheableCall['came']>): BodyPart {
  const isTold = !hidesText(bytes, body) && !hasInexactNumber(body)
  return isTold ? { kind: 'value', value: body } : { kind: 'bytes', bytes }
}
