/** Coverage of rules in the trace format of lcov (geninfo(1)): a rule is a function and the line of its name. */
import type { Coverage, CoveredRule } from '../scenario/coverage.ts'

export function renderLcov({ rules }: Coverage): string {
  const files = new Map<string, CoveredRule[]>()
  for (const each of rules) {
    const { path } = each.rule.nameSpan.source
    files.set(path, [...(files.get(path) ?? []), each])
  }
  return [...files].map(([path, own]) => recordOf(path, own)).join('')
}

function recordOf(path: string, rules: readonly CoveredRule[]): string {
  const lineOf = ({ rule }: CoveredRule): number => rule.nameSpan.source.positionAt(rule.nameSpan.start).line
  const hit = rules.filter((each) => each.by.length > 0).length
  const byLine = new Map<number, number>()
  for (const each of rules) byLine.set(lineOf(each), (byLine.get(lineOf(each)) ?? 0) + each.by.length)
  return [
    `SF:${path}`,
    ...rules.map((each) => `FN:${lineOf(each)},${each.rule.name}`),
    ...rules.map((each) => `FNDA:${each.by.length},${each.rule.name}`),
    `FNF:${rules.length}`,
    `FNH:${hit}`,
    ...[...byLine].sort(([a], [b]) => a - b).map(([line, hits]) => `DA:${line},${hits}`),
    `LF:${byLine.size}`,
    `LH:${[...byLine.values()].filter((hits) => hits > 0).length}`,
    'end_of_record\n',
  ].join('\n')
}
