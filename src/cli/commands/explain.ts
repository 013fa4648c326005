/** `policyc explain FACTS`: the decision for one request, which rules made it, and why the others did not. */
import { openPolicy, readPolicy } from '../../compile/load.ts'
import { hasErrors } from '../../diagnostics/diagnostic.ts'
import { exitStatus } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import type { Io } from '../io.ts'
import { readFacts } from '../read-facts.ts'
import { renderExplanation } from '../render-explanation.ts'
import { statusOf, tellDiagnostics } from '../report.ts'

export interface ExplainOptions {
  readonly config?: string
  readonly json: boolean
}

export async function explain(factsPath: string, options: ExplainOptions, io: Io): Promise<number> {
  const found = await findConfig(options.config)
  const { config, checked, diagnostics } = await readPolicy(found.path, { env: io.env })
  if (hasErrors(diagnostics) || !config || !checked) {
    tellDiagnostics(diagnostics, io)
    return statusOf(diagnostics)
  }
  const policy = openPolicy(config, checked, diagnostics)
  const facts = await readFacts(factsPath, policy, io)
  io.out(
    options.json
      ? `${JSON.stringify(policy.decide(facts), null, 2)}\n`
      : `${renderExplanation(policy.explain(facts), policy.graph)}\n`,
  )
  return exitStatus.ok
}
