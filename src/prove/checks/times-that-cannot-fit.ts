/** P707: times or retries that cannot fit their deadline, and retries on what never succeeds again. */
import type { RouteRule } from '../../check/policy.ts'
import type { Span } from '../../diagnostics/source.ts'
import { type Check, type Reporting, wholePolicy } from '../check.ts'
import type { Proof } from '../proof.ts'
import { aboutRule } from '../rules.ts'

export const timesThatCannotFit: Check = {
  code: 'P707',
  run(proof, reporting) {
    for (const rule of proof.policy.rules) {
      if (rule.kind !== 'route') continue
      reporting.each([rule], aboutRule, (route) => {
        checkClocks(route, reporting)
        checkHedge(route, reporting)
        checkWaits(route, reporting)
        checkClasses(proof, route, reporting)
      })
    }
  },
}

type Clock = RouteRule['node']['timeouts'][number]['kind']

/** A clock that can only run out after another that ends the attempt or the request. */
const within: readonly (readonly [inner: Clock, outer: Clock])[] = [
  ['timeout', 'deadline'],
  ['connect', 'timeout'],
  ['connect', 'deadline'],
  ['first_token', 'timeout'],
  ['first_token', 'deadline'],
  ['idle', 'timeout'],
  ['idle', 'deadline'],
]

function checkClocks({ name, node }: RouteRule, { report }: Reporting): void {
  const clocks = new Map(node.timeouts.map((each) => [each.kind, each]))
  const told = new Set<Clock>()
  for (const [inner, outer] of within) {
    const a = clocks.get(inner)
    const b = clocks.get(outer)
    if (!a || !b || told.has(inner) || a.duration.ms <= b.duration.ms) continue
    told.add(inner)
    report({
      message: `\`${inner}\` of \`${name}\` never runs out: \`${outer}\` is shorter`,
      span: a.span,
      related: [{ message: 'ends it before', span: b.span }],
      help: `make \`${inner}\` shorter than \`${outer}\`, or leave it out`,
    })
  }
}

/** A hedge that would begin when the attempt that it hedges is over. */
function checkHedge({ name, node }: RouteRule, { report }: Reporting): void {
  const { hedge, timeouts } = node
  const ends = timeouts.find(
    ({ kind, duration }) => (kind === 'timeout' || kind === 'deadline') && hedge && duration.ms <= hedge.after.ms,
  )
  if (!hedge || !ends) return
  report({
    message: `\`hedge\` of \`${name}\` never begins: \`${ends.kind}\` is over by then`,
    span: hedge.span,
    related: [{ message: 'ends it before', span: ends.span }],
    help: `hedge earlier than \`${ends.kind}\`, or leave it out`,
  })
}

/** Waits between retries that alone take longer than all attempts may. */
function checkWaits({ name, node, retry, timeouts }: RouteRule, { report }: Reporting): void {
  if (!retry || !node.retry || timeouts.deadlineMs === undefined) return
  let leastMs = 0
  for (let attempt = 1; attempt <= retry.count; attempt++) {
    leastMs += Math.min(retry.backoffMaxMs, retry.backoffMinMs * 2 ** (attempt - 1)) / 2
    if (leastMs < timeouts.deadlineMs) continue
    const deadline = node.timeouts.find((each) => each.kind === 'deadline')
    report({
      message: `retry ${attempt} of \`${name}\` never happens: the waits before it take longer than the deadline`,
      span: node.retry.span,
      related: deadline ? [{ message: 'is over before', span: deadline.span }] : [],
      help: 'retry fewer times, wait less, or move the deadline',
    })
    return
  }
}

/** Statuses that the same request meets again however often it is sent. */
const hopeless = new Set(['400', '402', '403', '404', '405', '406', '410', '413', '414', '415', '422', '501'])

function checkClasses(proof: Proof, { name, node }: RouteRule, { report }: Reporting): void {
  const classes: readonly { readonly text: string; readonly span: Span }[] = node.retry?.on ?? []
  for (const { text, span } of classes) {
    const isHopeless = hopeless.has(text) || (text === '401' && !hasSpareKeys(proof))
    if (!isHopeless) continue
    report({
      message: `\`${name}\` retries on ${text}, which the same request meets again`,
      span: span ?? wholePolicy(proof).span,
      help: 'leave it out; `else` goes to another target where that may help',
    })
  }
}

/** Whether some provider has several keys, of which the next may be taken. */
function hasSpareKeys({ config }: Proof): boolean {
  return config !== undefined && [...config.providers.values()].some((each) => each.apiKeys.length > 1)
}
