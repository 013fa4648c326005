/** A test as a proof: what is not given may be anything, and every claim must hold whatever it is. */
import type { PolicyTest } from '../check/policy.ts'
import type { Facts } from '../decide/facts.ts'
import type { Related } from '../diagnostics/diagnostic.ts'
import type { Span } from '../diagnostics/source.ts'
import { keeps } from '../reference/claim.ts'
import type { Expectation } from '../syntax/ast.ts'
import { actualOf, relatedOf } from './actual.ts'
import { whereClaimed } from './claims.ts'
import { givenOf } from './given.ts'
import type { Proof } from './proof.ts'
import { settlingAttribute } from './settle.ts'

export interface FailedClaim {
  readonly expected: string
  /** What happens instead, as a clause. */
  readonly actual: string
  readonly span: Span
  readonly related: readonly Related[]
  /** One request that completes what is given and breaks the claim. */
  readonly witness: Facts
  readonly isReplayed: boolean
  /** An attribute and a value that, once given, make the claim hold: `caller.tier = "paid"`. */
  readonly settling?: string
}

/** The claims of the test that do not hold of every request with what is given. */
export function failuresOf(proof: Proof, test: PolicyTest): readonly FailedClaim[] {
  const { regions } = proof
  const given = givenOf(proof, test)
  const nodes = test.node.expect.filter((each): each is ClaimExpectation => each.kind === 'claim')
  return test.claims.flatMap((claim, index): FailedClaim[] => {
    const holds = whereClaimed(proof, claim)
    const found = proof.witness(regions.minus(given.region, holds))
    if (!found) return []
    const node = nodes[index]!.claim
    const witness = given.within(found)
    const decision = proof.replay(witness)
    const settling = settlingAttribute(proof, given.region, holds)
    return [
      {
        expected: textOf(node.span),
        actual: actualOf(proof, node, { facts: witness, decision }),
        span: node.span,
        related: relatedOf(proof, node, decision),
        witness,
        isReplayed: !keeps({ policy: proof.reference(), facts: witness }, decision, node),
        ...(settling === undefined ? {} : { settling }),
      },
    ]
  })
}

type ClaimExpectation = Extract<Expectation, { kind: 'claim' }>

function textOf({ source, start, end }: Span): string {
  return source.text.slice(start, end).replace(/\s+/g, ' ')
}
