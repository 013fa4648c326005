/** `policyc replay LOG`: decides logged requests again under this policy. */
import type { Decision } from '../../graph/decision.ts'
import { exitStatus } from '../exit-status.ts'
import type { Io } from '../io.ts'
import { openAt } from '../open-at.ts'
import { readRecords } from '../replay-log.ts'
import { counted } from '../report.ts'

export interface ReplayOptions {
  readonly config?: string
  readonly json: boolean
}

export async function replay(log: string, options: ReplayOptions, io: Io): Promise<number> {
  const policy = await openAt(options.config, io)
  const counts = new Map<string, number>()
  let requests = 0
  for await (const { facts } of readRecords(log)) {
    requests++
    const decision = policy.decide(facts)
    for (const name of outcomesOf(decision)) counts.set(name, (counts.get(name) ?? 0) + 1)
    // A log may be large: each decision is written as it is made, on a line of its own.
    if (options.json) io.out(`${requests === 1 ? '{"version":1,"decisions":[' : ','}\n${JSON.stringify(decision)}`)
  }
  if (!options.json) io.out(summaryOf(requests, counts))
  else io.out(`${requests === 0 ? '{"version":1,"decisions":[' : ''}\n],"requests":${requests}}\n`)
  return exitStatus.ok
}

/** What is counted of a decision: who let it in or kept it out, and the route that it takes. */
function outcomesOf({ access, route }: Decision): readonly string[] {
  const by = access.rules.length === 0 ? 'default' : access.rules.join(', ')
  if (access.effect === 'deny') return [`denied by ${by}`]
  const left = route && route.steps.length === 0 ? ', no candidate left' : ''
  return [`allowed by ${by}`, route ? `routed by ${route.rule}${left}` : 'not routed']
}

function summaryOf(requests: number, counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return [
    counted(requests, 'request'),
    ...sorted.map(([name, count]) => `${String(count).padStart(8)}  ${name}`),
    '',
  ].join('\n')
}
