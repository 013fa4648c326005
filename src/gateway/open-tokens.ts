/** The checks of tokens that the configuration asks for, with their sockets. */
import type { CallersConfig } from '../config/config.ts'
import type { Tokens } from '../identity/tokens.ts'
import { createTokens } from '../identity/tokens.ts'
import type { Environment } from './environment.ts'
import type { Logger } from './log.ts'
import { createServiceClient } from './service-client.ts'

export interface OpenTokens extends Tokens {
  /** Ends every connection. */
  readonly close: () => Promise<void>
}

/** Undefined where no token of any kind is taken. */
export function openTokens(callers: CallersConfig, environment: Environment, logger: Logger): OpenTokens | undefined {
  if (callers.jwt.length === 0 && callers.introspection.length === 0) return undefined
  const client = createServiceClient(environment)
  const tokens = createTokens(callers, {
    ask: client.send,
    now: environment.now,
    // The host alone: the rest of an address may hold what is nobody's business.
    onProblem: (url, message) => logger.warn({ host: new URL(url).host }, `tokens cannot be checked: ${message}`),
  })
  return { ...tokens, close: client.close }
}
