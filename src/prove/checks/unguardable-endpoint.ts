/**
 * P706: a guard over an endpoint whose text cannot be looked through: sound and pictures are none. An endpoint counts
 * where the guard speaks of it alone, or where a target that serves it may be called.
 */
import type { GuardRule } from '../../check/policy.ts'
import type { Capability } from '../../config/catalogue.ts'
import type { Facts } from '../../decide/facts.ts'
import type { Ref } from '../../graph/diagram.ts'
import { inForce, isUsable, reachedBy, speakers } from '../candidates.ts'
import { type Check, replayed } from '../check.ts'
import { wherePossibly, whereSurely } from '../needs.ts'
import type { Proof } from '../proof.ts'
import { aboutRule } from '../rules.ts'

interface Endpoint {
  readonly api: string
  readonly side: 'request' | 'response'
  readonly capability: Capability
  readonly what: string
}

const unguardable: readonly Endpoint[] = [
  { api: 'speech', side: 'response', capability: 'speech', what: 'the answer of `speech` is sound' },
  { api: 'images', side: 'response', capability: 'images', what: 'the answer of `images` is pictures' },
  {
    api: 'transcription',
    side: 'request',
    capability: 'transcription',
    what: 'the request of `transcription` is sound',
  },
]

export const unguardableEndpoint: Check = {
  code: 'P706',
  run(proof, { report, each }) {
    const guards = proof.policy.rules.filter((rule) => rule.kind === 'guard')
    each(guards, aboutRule, (rule) => {
      for (const endpoint of unguardable) {
        const index = rule.value.clauses.findIndex((clause) => clause.in.includes(endpoint.side))
        const witness = index < 0 ? undefined : coveredRequest(proof, rule, endpoint)
        if (!witness) continue
        replayed(
          witness,
          proof.replay(witness).guards.some((guard) => guard.rule === rule.name),
        )
        report({
          message: `\`${rule.name}\` cannot guard the ${endpoint.side} of \`${endpoint.api}\`: ${endpoint.what}`,
          span: rule.node.clauses[index]?.span ?? rule.nameSpan,
          related: [{ message: 'covers it', span: rule.whenSpan ?? rule.nameSpan }],
          help: `leave it out: \`request.api != ${JSON.stringify(endpoint.api)}\`, and deny what must not go unguarded`,
          witness,
        })
      }
    })
  },
}

/** A request to the endpoint that the guard covers: where it is meant for such endpoints alone, or the request is served. */
function coveredRequest(proof: Proof, rule: GuardRule, { api, side, capability }: Endpoint): Facts | undefined {
  const { regions } = proof
  const covered = regions.and(proof.when(proof.ruleOf(rule)), proof.allowed())
  const there = regions.and(covered, wherePossibly(proof, 'request.api', api))
  const alike = unguardable.flatMap((each) => (each.side === side ? [each.api] : []))
  const isMeant = proof.isEmpty(regions.minus(covered, whereSurely(proof, 'request.api', alike)))
  const found = proof.witness(isMeant ? there : regions.and(there, whereServed(proof, capability)))
  // What the policy does not tell from other endpoints is told in the example.
  return found && { ...found, request: { ...(found['request'] as Facts | undefined), api } }
}

/** Where a target may be called that can do this. */
function whereServed(proof: Proof, capability: Capability): Ref {
  const { regions } = proof
  return regions.or(
    speakers(proof).map((speaker) => {
      const able = reachedBy(proof, speaker).filter(({ targets }) =>
        targets.some((target) => proof.entry(target)?.capabilities?.includes(capability)),
      )
      return regions.and(inForce(proof, speaker), regions.or(able.map((reached) => isUsable(proof, reached))))
    }),
  )
}
