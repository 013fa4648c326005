/** `policyc query COND`: whether there is a request such that the condition holds, and one that shows it. */
import { layWitness } from '../../diagnostics/lay-witness.ts'
import { Outgrown } from '../../graph/diagram.ts'
import { openProof } from '../../prove/proof.ts'
import { exitStatus, UsageError } from '../exit-status.ts'
import type { Io } from '../io.ts'
import { openAt } from '../open-at.ts'
import { readCondition } from '../read-condition.ts'

export interface QueryOptions {
  readonly config?: string
  readonly json: boolean
}

export async function query(text: string, options: QueryOptions, io: Io): Promise<number> {
  const policy = await openAt(options.config, io)
  const condition = readCondition(text, policy, io)
  try {
    const proof = openProof(policy, [condition])
    const witness = proof.witness(proof.holds(condition))
    if (options.json) {
      const decision = witness === undefined ? {} : { witness, decision: policy.decide(witness) }
      io.out(`${JSON.stringify({ version: 1, exists: witness !== undefined, ...decision }, null, 2)}\n`)
    } else if (witness === undefined) io.out('no request is so\n')
    else io.out(`${layWitness(witness, 100).join('\n')}\n`)
    return exitStatus.ok
  } catch (thrown) {
    if (thrown instanceof Outgrown)
      throw new UsageError('undecided: the question outgrew its bounds', 'ask about fewer things at once')
    throw thrown
  }
}
