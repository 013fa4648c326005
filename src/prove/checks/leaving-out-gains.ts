/** P701: leaving out an optional attribute that the caller controls turns a denied request into an allowed one. */
import { atomsOf } from '../../check/atoms.ts'
import type { AnyRule } from '../../check/policy.ts'
import type { Facts } from '../../decide/facts.ts'
import type { Attribute } from '../../graph/attribute.ts'
import { falseRef } from '../../graph/diagram.ts'
import { attributesWhere, dependsOn, withoutAttribute } from '../caller-control.ts'
import { type Check, replayed, wholePolicy } from '../check.ts'
import type { Proof } from '../proof.ts'

export const leavingOutGains: Check = {
  code: 'P701',
  run(proof, { report, each }) {
    const { regions, universe } = proof
    const controlled = attributesWhere(
      proof,
      ({ optional, trust, phase }) => optional && (trust === 'request' || trust === 'claimed') && phase !== 'target',
    ).filter((attribute) => dependsOn(proof, proof.allowed(), attribute))
    each(
      controlled,
      (attribute) => ({ ...wholePolicy(proof), what: `\`${universe.attributes[attribute]!.id}\`` }),
      (attribute) => {
        const { id, path } = universe.attributes[attribute]!
        const gained = regions.and(
          withoutAttribute(proof, regions.and(proof.allowed(), proof.possible), attribute),
          proof.denied(),
        )
        if (gained === falseRef) return
        const witness = proof.witness(gained)
        if (!witness) return
        const without = leftOut(witness, path)
        const before = proof.replay(witness)
        const after = proof.replay(without)
        replayed(witness, before.access.effect === 'deny' && after.access.effect === 'allow')
        const rule = readerOf(proof, [...before.access.rules, ...after.access.rules], id)
        const [atom] = rule ? atomsOf(rule.when).filter((each) => rests(each.attribute, id)) : []
        report({
          message: `leaving out \`${id}\` turns a denied request into an allowed one`,
          span: atom?.span ?? rule?.nameSpan ?? wholePolicy(proof).span,
          label: 'does not see a request without it',
          related: proof.policy.rules
            .filter((each) => after.access.rules.includes(each.name) && each !== rule)
            .map((each) => ({ message: 'allows it then', span: each.nameSpan })),
          help: `say what holds without it: \`not has ${id}\` or \`has ${id}\``,
          witness,
        })
      },
    )
  },
}

/** Of those rules the first that reads the attribute, denies before allows. */
function readerOf({ policy }: Proof, names: readonly string[], id: string): AnyRule | undefined {
  const reads = (rule: AnyRule): boolean => atomsOf(rule.when).some((each) => rests(each.attribute, id))
  const readers = policy.rules.filter(reads)
  return readers.find((rule) => names.includes(rule.name)) ?? readers.find((rule) => rule.kind === 'deny') ?? readers[0]
}

/** Whether the attribute is the one of that id, or a column whose row it picks. */
function rests({ id: own, column }: Attribute, id: string): boolean {
  return own === id || column?.key === id
}

function leftOut(facts: Facts, [first, ...rest]: readonly string[]): Facts {
  const { [first!]: value, ...others } = facts
  if (rest.length === 0 || typeof value !== 'object' || value === null) return others
  return { ...others, [first!]: leftOut(value as Facts, rest) }
}
