/** `policyc diff OLD NEW`: the requests that a change would treat differently, proved. */
import type { Cond } from '../../check/policy.ts'
import type { Policy } from '../../compile/load.ts'
import { Outgrown } from '../../graph/diagram.ts'
import { type Diff, diffPolicies, type Region, type Where } from '../../prove/diff.ts'
import type { Compared } from '../compared.ts'
import { exitStatus, UsageError } from '../exit-status.ts'
import type { Io } from '../io.ts'
import { type OpenedSide, openSide, revisionsOf, withRevision } from '../open-side.ts'
import { readCondition } from '../read-condition.ts'
import { renderDiff } from '../render-diff.ts'
import { renderDiffJson } from '../render-diff-json.ts'
import { renderDiffMarkdown } from '../render-diff-markdown.ts'
import { replayLog } from '../replay-log.ts'

export interface DiffOptions {
  readonly where?: string
  /** Fails if anything outside of the condition changes. */
  readonly only?: string
  readonly exitCode: boolean
  readonly noNewAccess: boolean
  /** A file of logged requests. */
  readonly replay?: string
  readonly format: 'pretty' | 'json' | 'markdown'
}

export async function diff(before: string, after: string | undefined, options: DiffOptions, io: Io): Promise<number> {
  const revisions = await revisionsOf(before)
  if (!revisions) {
    if (after === undefined)
      throw new UsageError('`diff` compares two policies', 'policyc diff OLD NEW, or policyc diff main..HEAD [path]')
    return compare(await openSide(before, io), await openSide(after, io), options, io)
  }
  const path = after ?? '.'
  const old = await withRevision(revisions.before, path, (at) => openSide(at, io, revisions.before))
  const { after: revision } = revisions
  const changed =
    revision === undefined
      ? await openSide(path, io, 'the work tree')
      : await withRevision(revision, path, (at) => openSide(at, io, revision))
  return compare(old, changed, options, io)
}

async function compare(before: OpenedSide, after: OpenedSide, options: DiffOptions, io: Io): Promise<number> {
  const conditions = after.policy ?? before.policy
  const read = (text: string): Where => {
    if (!conditions)
      throw new UsageError('a condition needs a policy to read names from', 'name a folder for one of the two')
    return { condition: readCondition(text, conditions, io), policy: conditions.checked }
  }
  const where = options.where === undefined ? undefined : read(options.where)
  const only = options.only === undefined ? undefined : read(options.only)
  const found = decided(() => diffPolicies(before, after, where))
  const outside = only && decided(() => diffPolicies(before, after, outsideOf(only, where)))
  const replayed =
    options.replay === undefined ? undefined : await replayLog(options.replay, { before, after }, found.regions)
  print({ before, after, found, replayed }, options, io)
  return statusOf({ found, outside }, options, io)
}

/** Everything that is not in the condition. */
function outsideOf({ condition, policy }: Where, where: Where | undefined): Where {
  const span = spanOf(condition, policy)
  const not: Cond = { kind: 'not', of: condition, span }
  return { policy, condition: where ? { kind: 'and', of: [not, where.condition], span } : not }
}

function spanOf(condition: Cond, { sources }: Policy['checked']): Extract<Cond, { kind: 'not' }>['span'] {
  return condition.kind === 'const' ? { source: sources[0]!, start: 0, end: 0 } : condition.span
}

function decided<T>(run: () => T): T {
  try {
    return run()
  } catch (thrown) {
    if (thrown instanceof Outgrown)
      throw new UsageError('undecided: the comparison outgrew its bounds', 'compare less of it, with --where')
    throw thrown
  }
}

function print(compared: Compared, { format }: DiffOptions, io: Io): void {
  const render = { json: renderDiffJson, markdown: renderDiffMarkdown, pretty: renderDiff }[format]
  io.out(render(compared))
}

interface Findings {
  readonly found: Diff
  readonly outside: Diff | undefined
}

function statusOf({ found, outside }: Findings, options: DiffOptions, io: Io): number {
  let isFailed = options.exitCode && !found.equal
  const gained = found.regions.filter(isNewAccess)
  if (options.noNewAccess && gained.length > 0) {
    io.err(
      `new access: ${gained.length === 1 ? 'a region' : `${gained.length} regions`} of denied requests would be allowed\n`,
    )
    isFailed = true
  }
  const [stray] = outside?.regions ?? []
  if (stray) {
    io.err(`outside of \`${options.only}\` something changes: ${stray.condition}\n`)
    isFailed = true
  }
  return isFailed ? exitStatus.failed : exitStatus.ok
}

function isNewAccess({ before, after }: Region): boolean {
  return before.access.effect === 'deny' && after.access.effect === 'allow'
}
