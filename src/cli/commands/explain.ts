/** `policyc explain FACTS`: the decision for one request, which rules made it, and why the others did not. */
import { dirname, join, relative } from 'node:path'
import type { Explanation } from '../../decide/explain.ts'
import { exitStatus } from '../exit-status.ts'
import type { Io } from '../io.ts'
import { openAt } from '../open-at.ts'
import { readFacts } from '../read-facts.ts'
import { renderExplanation } from '../render-explanation.ts'

export interface ExplainOptions {
  readonly config?: string
  readonly json: boolean
}

export async function explain(factsPath: string, options: ExplainOptions, io: Io): Promise<number> {
  const policy = await openAt(options.config, io)
  const facts = await readFacts(factsPath, policy, io)
  io.out(
    options.json
      ? `${JSON.stringify(policy.decide(facts), null, 2)}\n`
      : `${renderExplanation(fromHere(policy.explain(facts), policy.config.policyPath), policy.graph)}\n`,
  )
  return exitStatus.ok
}

/** The places of rules from the working folder, as diagnostics show them. */
function fromHere(explanation: Explanation, policyPath: string | undefined): Explanation {
  if (policyPath === undefined) return explanation
  const folder = dirname(policyPath)
  const shown = (file: string) => {
    const path = join(folder, file)
    const near = relative(process.cwd(), path)
    return near.startsWith('..') ? path : near
  }
  const rules = explanation.rules.map((each) => ({
    ...each,
    place: { ...each.place, file: shown(each.place.file) },
  }))
  return { ...explanation, rules }
}
