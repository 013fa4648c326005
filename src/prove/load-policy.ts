/** Loading a policy: read, checked, compiled, and proved free of what no gateway could enforce. */
import { type LoadOptions, openPolicy, type Policy, type PolicySource, readPolicy } from '../compile/load.ts'
import { hasErrors, PolicyError } from '../diagnostics/diagnostic.ts'
import { findUnenforceable } from './prove.ts'

/**
 * Loads, checks and compiles a policy.
 *
 * @throws {PolicyError} with every diagnostic, where anything makes the policy impossible to use or to enforce.
 */
export async function loadPolicy(source: PolicySource, options: LoadOptions = {}): Promise<Policy> {
  const { config, checked, diagnostics } = await readPolicy(source, options)
  if (hasErrors(diagnostics) || !config || !checked) throw new PolicyError(diagnostics)
  const policy = openPolicy(config, checked, diagnostics, options)
  const unenforceable = findUnenforceable(policy)
  if (unenforceable.length > 0) throw new PolicyError([...policy.diagnostics, ...unenforceable])
  return policy
}
