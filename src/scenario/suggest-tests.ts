/** Tests for what no test reaches, ready to be pasted: what they give is a request of the rule, what they expect is it. */
import type { AnyRule, Value } from '../check/policy.ts'
import type { Facts } from '../decide/facts.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Ref } from '../graph/diagram.ts'
import { literalText } from '../graph/literal-text.ts'
import { whereGiven } from '../prove/given.ts'
import type { Proof } from '../prove/proof.ts'
import { readerOf } from '../prove/values.ts'
import { whereDecides } from './coverage.ts'

const words: Readonly<Record<AnyRule['kind'], string | undefined>> = {
  allow: 'allowed',
  deny: 'denied',
  route: 'routed',
  cache: 'cached',
  limit: 'limited',
  budget: 'budgeted',
  guard: 'guarded',
  rewrite: 'rewritten',
  shadow: 'shadowed',
  restrict: undefined,
  log: undefined,
}

/** One test for each rule that can be claimed; a rule that no request comes to has none. */
export function suggestTests(proof: Proof, rules: readonly AnyRule[]): readonly string[] {
  return rules.flatMap((rule) => {
    const word = words[rule.kind]
    if (word === undefined || (rule.kind === 'cache' && rule.value.off)) return []
    const decides = whereDecides(proof, proof.ruleOf(rule))
    const facts = proof.witness(decides)
    const given = facts && enough(proof, facts, decides)
    if (!given) return []
    const title = JSON.stringify(`${rule.kind} ${rule.name}`)
    const line = given.length === 0 ? '' : `  given  ${given.map(textOf).join(', ')}\n`
    return [`test ${title} {\n${line}  expect ${word} by ${rule.name}\n}`]
  })
}

interface Given {
  readonly attribute: Attribute
  /** Undefined where it is missing. */
  readonly value: Value | undefined
}

/** What has to be given of the request so that every request with it is in the region; undefined where nothing is enough. */
function enough(proof: Proof, facts: Facts, region: Ref): readonly Given[] | undefined {
  const { regions, universe } = proof
  const all = universe.attributes
    .filter(({ phase }) => phase !== 'target')
    .map((attribute): Given => ({ attribute, value: readerOf(attribute)(facts) }))
  const isSaid = ({ attribute: { path } }: Given): boolean => hasPath(facts, path)
  const given = all.filter(isSaid)
  const left = (list: readonly Given[]): Ref =>
    regions.minus(
      regions.and(proof.possible, ...list.map(({ attribute, value }) => whereGiven(proof, attribute, value))),
      region,
    )
  // What is left out of the request is said only where it matters.
  for (const each of all.filter((one) => !isSaid(one))) {
    const rest = left(given)
    if (proof.isEmpty(rest)) break
    if (left([...given, each]) !== rest) given.push(each)
  }
  return proof.isEmpty(left(given)) ? given : undefined
}

function hasPath(facts: Facts, path: readonly string[]): boolean {
  let at: unknown = facts
  for (const name of path) at = (at as Facts | undefined)?.[name]
  return at !== undefined
}

function textOf({ attribute: { id, type }, value }: Given): string {
  if (value === undefined) return `not has ${id}`
  if (typeof value === 'object') return `${id} = [${value.map((each) => JSON.stringify(each)).join(', ')}]`
  return `${id} = ${literalText(type, value)}`
}
