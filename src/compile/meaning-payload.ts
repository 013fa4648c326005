/**
 * What rules say, without their names and as canonical text: equal texts are one thing to say, whoever says it.
 */
import { refsOf } from '../decide/routes.ts'
import type { Amount, CandidateRef, Graph, GraphRule, GraphStep, RuleOf } from '../graph/graph.ts'

/** A value as JSON with the keys of its objects in order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** What the rule says; several things for a rewrite, one a field, and for a log, one a tag. */
export function sayingsOf(graph: Graph, rule: GraphRule): readonly string[] {
  const candidate = (each: CandidateRef): unknown => textOfCandidate(graph, each)
  const amount = (each: Amount): unknown =>
    each.kind === 'constant' ? each.value : [graph.attributes[each.attribute]!.id, each.times]
  switch (rule.kind) {
    case 'allow':
    case 'deny':
    case 'restrict':
      return []
    case 'route': {
      const { steps, retry, timeouts, hedgeMs, onLoss } = rule
      return [canonicalJson({ steps: steps.map((each) => stepOf(each, candidate)), retry, timeouts, hedgeMs, onLoss })]
    }
    case 'cache':
      return [canonicalJson({ ...rule.value, rule: '' })]
    case 'limit':
    case 'budget':
      return [canonicalJson({ ...rule.value, rule: '', amount: amount(rule.amount) })]
    case 'guard':
      return [canonicalJson(rule.value.clauses)]
    case 'rewrite':
      return rule.set.map(canonicalJson)
    case 'shadow':
      return [canonicalJson([rule.share, candidate(rule.candidate)])]
    case 'log':
      return rule.tags.map(canonicalJson)
  }
}

function textOfCandidate({ targets }: Graph, candidate: CandidateRef): string {
  switch (candidate.kind) {
    case 'target':
      return targets[candidate.target]!.id
    case 'requested':
      return 'requested'
    case 'open':
      return `${candidate.provider}/*`
  }
}

function stepOf(step: GraphStep, candidate: (each: CandidateRef) => unknown): unknown {
  switch (step.kind) {
    case 'target':
      return candidate(step.candidate)
    case 'split':
      return { by: step.stickyBy, arms: step.arms.map((arm) => [candidate(arm.candidate), arm.share]) }
    case 'choice':
      return { choice: step.by, of: step.candidates.map(candidate) }
  }
}

/** The candidates of a route or a shadow. */
export function candidatesOf(rule: RuleOf<'route'> | RuleOf<'shadow'>): readonly CandidateRef[] {
  return rule.kind === 'shadow' ? [rule.candidate] : rule.steps.flatMap(refsOf)
}

/** The attributes whose values a rule's decision holds, by id. */
export function attributesReadBy(graph: Graph, rule: GraphRule): readonly string[] {
  switch (rule.kind) {
    case 'limit':
    case 'budget':
      return rule.amount.kind === 'attribute' ? [graph.attributes[rule.amount.attribute]!.id] : []
    case 'rewrite':
      return rule.set.flatMap((field) => (field.kind === 'metadata' ? [field.attribute] : []))
    case 'log':
      return rule.tags.map((tag) => tag.attribute)
    case 'allow':
    case 'deny':
    case 'restrict':
    case 'route':
    case 'cache':
    case 'guard':
    case 'shadow':
      return []
  }
}
