/** P401: an allowed request that no route takes. */
import { type Check, replayed, wholePolicy } from '../check.ts'
import { namesOf } from '../rules.ts'

export const unroutedRequest: Check = {
  code: 'P401',
  run(proof, { report }) {
    const { regions, policy } = proof
    const witness = proof.witness(regions.minus(proof.allowed(), proof.either('route')))
    if (!witness) return
    const decision = proof.replay(witness)
    replayed(witness, decision.access.effect === 'allow' && decision.route === null)
    const routes = policy.rules.filter((each) => each.kind === 'route')
    const allow = policy.rules.find((each) => each.name === decision.access.rules[0])
    report({
      message: `${namesOf(decision.access.rules.map((name) => ({ name })))} allows requests that no route takes`,
      span: allow?.nameSpan ?? wholePolicy(proof).span,
      label: 'allowed here',
      related: routes.slice(-1).map((each) => ({ message: 'the last route does not take them', span: each.nameSpan })),
      help:
        routes.length === 0
          ? 'add a route, such as `route anything { to requested }`'
          : 'add a route without a condition at the end, or deny what is not to be served',
      witness,
    })
  },
}
