/**
 * What limits and budgets count in, as the configuration says: this process's memory, or a store that replicas share.
 */
import type { GatewayConfig } from '../config/config.ts'
import { diagnostic, PolicyError } from '../diagnostics/diagnostic.ts'
import { createMemoryState } from '../state/memory.ts'
import { createRedisState } from '../state/redis.ts'
import { openSharedStore } from '../state/shared-store.ts'
import type { State } from '../state/state.ts'
import type { Environment } from './environment.ts'
import type { Logger } from './log.ts'

/** Throws a PolicyError where the package that speaks to the store is not installed. */
export async function openState(
  { state, gateway, spanOf }: GatewayConfig,
  { now, setTimer, requestId }: Environment,
  logger: Logger,
): Promise<State> {
  const { timeZone } = gateway
  if (state.kind === 'memory') return createMemoryState({ now, id: requestId, timeZone })
  const { url, onOutage } = state
  const onProblem = (problem: string) =>
    logger.error({ problem, onOutage }, 'the store of limits and budgets is out of reach')
  const store = await openSharedStore({ url, onProblem })
  if (store === undefined) {
    const message = '`state` is in Redis, but the package `ioredis` is not installed'
    throw new PolicyError([
      diagnostic('P907', { message, span: spanOf(['state', 'type']), help: 'install it: `npm install ioredis@6`' }),
    ])
  }
  return createRedisState({ store, now, setTimer, id: requestId, timeZone, onOutage })
}
