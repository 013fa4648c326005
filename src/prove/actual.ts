/** What a decision did in place of what was claimed, in a few words, and the places that made it so. */
import type { Facts } from '../decide/facts.ts'
import type { Related } from '../diagnostics/diagnostic.ts'
import type { Decision } from '../graph/decision.ts'
import { targetsOfStep } from '../graph/targets-of-step.ts'
import { keeps } from '../reference/claim.ts'
import type { Claim } from '../syntax/ast.ts'
import type { Proof } from './proof.ts'
import { conditionSpan } from './rules.ts'

/** A request and its decision by the reference interpreter. */
export interface Decided {
  readonly facts: Facts
  readonly decision: Decision
}

/** One clause: "it is allowed by `staff`", "`openai/gpt-5` is a candidate". */
export function actualOf(proof: Proof, claim: Claim, { facts, decision }: Decided): string {
  switch (claim.kind) {
    case 'not':
      return `\`${textOf(claim.claim)}\` is so`
    case 'outcome':
      return outcomeOf(claim.word, decision)
    case 'target': {
      const [first] = decision.route?.steps ?? []
      if (decision.access.effect === 'deny') return outcomeOf('allowed', decision)
      if (!decision.route) return 'no route takes it'
      return first
        ? `the first step is ${quoted(targetsOfStep(first))}`
        : `no candidate of \`${decision.route.rule}\` is left`
    }
    case 'candidates': {
      if (decision.access.effect === 'deny') return outcomeOf('allowed', decision)
      const all = candidatesOf(decision)
      if (all.length === 0) return 'there is no candidate'
      const breaking = claim.quantifier === 'some' ? all : all.filter((id) => breaks(claim, id))
      const not = claim.quantifier === 'no' ? '' : 'not '
      return `${quoted(breaking)} ${breaking.length === 1 ? 'is a candidate' : 'are candidates'}, for which \`${conditionText(claim)}\` does ${not}hold`
    }
  }

  /** Whether a candidate alone would break the claim. */
  function breaks(of: Extract<Claim, { kind: 'candidates' }>, id: string): boolean {
    const alone: Decision = {
      ...decision,
      shadows: [],
      route: { rule: '', timeouts: {}, steps: [{ kind: 'target', target: id }] },
    }
    return !keeps({ policy: proof.reference(), facts }, alone, of)
  }
}

function outcomeOf(word: Extract<Claim, { kind: 'outcome' }>['word'], decision: Decision): string {
  const { access, route, cache } = decision
  const by = access.rules.length === 0 ? 'by default' : `by ${quoted(access.rules)}`
  if (access.effect === 'deny') return `it is denied ${by}`
  if (word === 'allowed' || word === 'denied') return `it is allowed ${by}`
  if (word === 'routed') return route ? `it is routed by \`${route.rule}\`` : 'no route takes it'
  if (word === 'cached')
    return cache ? `the cache rule is \`${cache.rule}\`${cache.off ? ', which is off' : ''}` : 'no cache rule matches'
  const lists = {
    limited: decision.limits,
    budgeted: decision.budgets,
    guarded: decision.guards,
    rewritten: decision.rewrites,
    shadowed: decision.shadows,
  }
  const rules = lists[word].map((each) => each.rule)
  return rules.length === 0 ? `it is not ${word}` : `it is ${word} by ${quoted(rules)}`
}

/** The rules of the decision that have to do with the claim. */
export function relatedOf(proof: Proof, claim: Claim, decision: Decision): readonly Related[] {
  const isOfAccess = claim.kind === 'outcome' && (claim.word === 'allowed' || claim.word === 'denied')
  const names =
    isOfAccess || decision.access.effect === 'deny' || !decision.route ? decision.access.rules : [decision.route.rule]
  const message =
    isOfAccess || !decision.route ? `${decision.access.effect === 'allow' ? 'allowed' : 'denied'} here` : 'taken here'
  return proof.policy.rules
    .filter((each) => names.includes(each.name))
    .map((each) => ({ message, span: conditionSpan(each) }))
}

function candidatesOf({ route, shadows }: Decision): readonly string[] {
  return [...new Set([...(route?.steps.flatMap(targetsOfStep) ?? []), ...shadows.map((each) => each.target)])]
}

function quoted(names: readonly string[]): string {
  return names.map((each) => `\`${each}\``).join(', ')
}

function textOf({ span }: Claim): string {
  return span.source.text.slice(span.start, span.end).replace(/\s+/g, ' ')
}

function conditionText(claim: Extract<Claim, { kind: 'candidates' }>): string {
  return textOf(claim).replace(/^(every|some|no)\s+/, '')
}
