/** `policyc bounds`: what one request can cause at most, route by route. */
import { PolicyError } from '../../diagnostics/diagnostic.ts'
import { formatMoney } from '../../graph/literal-text.ts'
import { boundsOf, type RouteBounds } from '../../prove/bounds.ts'
import { tryOpen } from '../../prove/prove.ts'
import { exitStatus } from '../exit-status.ts'
import type { Io } from '../io.ts'
import { openAt } from '../open-at.ts'
import { counted } from '../report.ts'

export async function bounds(path: string | undefined, options: { readonly json: boolean }, io: Io): Promise<number> {
  const policy = await openAt(path, io)
  const opened = tryOpen(policy)
  if (opened.kind === 'undecided') throw new PolicyError([opened.diagnostic])
  const routes = boundsOf(opened.proof)
  io.out(
    options.json
      ? `${JSON.stringify({ version: 1, routes }, null, 2)}\n`
      : routes.map((each) => `${textOf(each)}\n`).join(''),
  )
  return exitStatus.ok
}

function textOf({ route, attempts, calls, latencyMs, costNanoUsd, unknown }: RouteBounds): string {
  const money =
    costNanoUsd === undefined
      ? `money unbounded: the price or context of ${listOf(unknown)} is not known`
      : `$${formatMoney(costNanoUsd)}`
  return `${route}: at most ${counted(attempts, 'attempt')}, ${counted(calls, 'provider call')}, ${latencyMs / 1000} s, ${money}`
}

/** Names that are told before the rest is counted. */
const listedMax = 3

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, listedMax).map((each) => `\`${each}\``)
  const more = names.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}
