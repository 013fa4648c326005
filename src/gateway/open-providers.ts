/**
 * The configured providers, ready to be called.
 */
import type { GatewayConfig } from '../config/config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic, PolicyError } from '../diagnostics/diagnostic.ts'
import { createProvider } from '../providers/create-provider.ts'
import type { Provider } from '../providers/provider.ts'
import type { Environment } from './environment.ts'

/** Throws a PolicyError where one of them cannot be made of its configuration. */
export function openProviders(config: GatewayConfig, { now, setTimer }: Environment): ReadonlyMap<string, Provider> {
  const providers = new Map<string, Provider>()
  const problems: Diagnostic[] = []
  for (const [name, provider] of config.providers) {
    const created = createProvider(provider, { now, setTimer })
    if (created.ok) providers.set(name, created.provider)
    else {
      const { message, help } = created
      problems.push(diagnostic('P907', { message, help, span: config.spanOf(['providers', name]) }))
    }
  }
  if (problems.length > 0) throw new PolicyError(problems)
  return providers
}
