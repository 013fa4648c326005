/** An explanation as text: the decision slot by slot, then every rule that had no part in it, and why. */
import type { ExplainedRule, Explanation, FailedTest } from '../decide/explain.ts'
import type { FactValue } from '../decide/facts.ts'
import type { Route, Step } from '../graph/decision.ts'
import type { Graph } from '../graph/graph.ts'
import { formatDate } from '../graph/literal-text.ts'

/** `explanation` must have its places as readers want them: a graph names files from the folder of its policy. */
export function renderExplanation({ decision, rules, filtered }: Explanation, graph: Graph): string {
  const { access, route } = decision
  const named = (names: readonly string[]) =>
    names.map((name) => placed(rules.find((each) => each.rule === name))).join(', ')
  const lines: string[] = []
  if (access.rules.length === 0) lines.push('deny, because no allow rule matches')
  else lines.push(`${access.effect} by ${named(access.rules)}`)
  if (access.because !== undefined) lines.push(`  because ${access.because}`)
  if (access.status !== undefined) lines.push(`  status ${access.status}`)
  if (access.effect === 'allow') {
    lines.push(route === null ? 'no route matches' : `route ${named([route.rule])}`)
    if (route !== null) lines.push(...routeLines(route))
    for (const { step, target, by } of filtered) {
      const why = by.length === 0 ? 'the model that was asked for reaches no target' : `by restrict ${named(by)}`
      lines.push(`  left out of step ${step + 1}: ${target}, ${why}`)
    }
  }
  const others = rules.filter((each) => each.decided && !['allow', 'deny', 'route'].includes(each.kind))
  for (const each of others) lines.push(`${each.kind} ${placed(each)}`)
  const idle = rules.filter((each) => !each.decided)
  if (idle.length > 0) lines.push('', 'without effect:', ...table(idle.map((each) => idleRow(each, decision, graph))))
  return lines.join('\n')
}

function placed(rule: ExplainedRule | undefined): string {
  if (rule === undefined) return ''
  return `\`${rule.rule}\` (${placeOf(rule)})`
}

function placeOf({ place }: ExplainedRule): string {
  return `${place.file}:${place.line}:${place.column}`
}

function routeLines(route: Route): string[] {
  const lines = route.steps.map((step, index) => `  ${index + 1}. ${stepText(step)}`)
  if (route.steps.length === 0) lines.push('  no candidate is left')
  const { retry, timeouts } = route
  if (retry) {
    lines.push(
      `  retry ${retry.count} on ${retry.on.join(', ')}, backoff ${ms(retry.backoffMinMs)} to ${ms(retry.backoffMaxMs)}`,
    )
  }
  const clocks = [
    ['connect', timeouts.connectMs],
    ['first_token', timeouts.firstTokenMs],
    ['idle', timeouts.idleMs],
    ['timeout', timeouts.attemptMs],
    ['deadline', timeouts.deadlineMs],
    ['hedge after', route.hedgeMs],
  ] as const
  const set = clocks.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${ms(value)}`]))
  if (set.length > 0) lines.push(`  ${set.join(', ')}`)
  return lines
}

function stepText(step: Step): string {
  switch (step.kind) {
    case 'target':
      return step.target
    case 'split': {
      const arms = step.arms.map((each) => `${percent(each.share)} ${each.target}`).join(' | ')
      return step.stickyBy === undefined ? arms : `${arms}, sticky by ${step.stickyBy}`
    }
    case 'choice':
      return `${step.by === 'any' ? 'any' : step.by} of ${step.targets.join(', ')}`
  }
}

function idleRow(rule: ExplainedRule, decision: Explanation['decision'], graph: Graph): readonly string[] {
  return [`${rule.kind} ${rule.rule}`, placeOf(rule), whyIdle(rule, decision, graph)]
}

function whyIdle(rule: ExplainedRule, { access, route, cache }: Explanation['decision'], graph: Graph): string {
  if (!rule.matched) return rule.failed === undefined ? 'its condition never holds' : failureText(rule.failed, graph)
  if (access.effect === 'deny') return 'matches, but access is denied'
  if (rule.kind === 'route' && route !== null) return `matches, but \`${route.rule}\` comes first`
  if (rule.kind === 'cache' && cache !== null) return `matches, but \`${cache.rule}\` comes first`
  return 'matches, but there is nothing that it applies to'
}

function failureText({ condition, attribute, value }: FailedTest, graph: Graph): string {
  const type = graph.attributes.find((each) => each.id === attribute)?.type
  const shown = value === undefined ? 'is missing' : `is ${valueText(value, type)}`
  return condition === attribute ? `${attribute} ${shown}` : `${condition}: ${attribute} ${shown}`
}

function valueText(value: NonNullable<FactValue>, type: string | undefined): string {
  if (typeof value !== 'number') return JSON.stringify(value)
  switch (type) {
    case 'percent':
      return percent(value)
    case 'duration':
      return ms(value)
    case 'size':
      return `${value}B`
    case 'money':
      return `$${value / 1e9}`
    case 'date':
      return formatDate(value)
    default:
      return String(value)
  }
}

function percent(fraction: number): string {
  return `${Number((fraction * 100).toFixed(4))}%`
}

function ms(value: number): string {
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const) {
    if (value >= size && value % size === 0) return `${value / size}${unit}`
  }
  return `${value}ms`
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => `  ${row[0]!.padEnd(widths[0]!)}  ${row[1]!.padEnd(widths[1]!)}  ${row[2]}`)
}
