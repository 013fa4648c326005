/** The policy that a path on the command line means, compiled and ready to be asked. */
import { openPolicy, type Policy, readPolicy } from '../compile/load.ts'
import { hasErrors, PolicyError } from '../diagnostics/diagnostic.ts'
import { findConfig } from './find-config.ts'
import type { Io } from './io.ts'

/** Throws `PolicyError` for one with errors, which is told where the command is run. */
export async function openAt(path: string | undefined, io: Io): Promise<Policy> {
  const found = await findConfig(path)
  const { config, checked, diagnostics } = await readPolicy(found.path, { env: io.env })
  if (hasErrors(diagnostics) || !config || !checked) throw new PolicyError(diagnostics)
  return openPolicy(config, checked, diagnostics)
}
