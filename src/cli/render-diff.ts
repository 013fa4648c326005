/** A difference for people: region by region the condition, what is decided before and after, and an example. */
import { layWitness } from '../diagnostics/lay-witness.ts'
import type { Decision } from '../graph/decision.ts'
import type { DecisionPart } from '../prove/changes.ts'
import type { Region } from '../prove/diff.ts'
import type { Compared } from './compared.ts'
import { describePart } from './describe-part.ts'
import { counted } from './report.ts'

export function renderDiff({ found, replayed }: Compared): string {
  if (found.equal) return ''
  const blocks = found.regions.map((region, index) => {
    const touched = replayed?.byRegion[index]
    return [
      `${titleOf(region)}${touched ? `, ${counted(touched.requests, 'logged request')}` : ''}`,
      `  when ${region.condition}${region.isExact ? '' : ' (part of it)'}`,
      ...partsOf(region).flatMap((part) => linesOf(part, region.before, region.after)),
      ...layWitness(region.witness, 100).map((line, at) => `${at === 0 ? '  for example ' : '              '}${line}`),
    ].join('\n')
  })
  const logged = replayed
    ? `; ${replayed.changed} of ${counted(replayed.requests, 'logged request')} decided differently`
    : ''
  return `${blocks.join('\n\n')}\n\n${counted(found.regions.length, 'difference')}${logged}\n`
}

/** `deny → allow`, or what changes where access stays. */
export function titleOf({ before, after, changes }: Region): string {
  const [old, now] = [before.access.effect, after.access.effect]
  return old === now ? changes.join(', ') : `${old} → ${now}`
}

/** Where access changes, the rest follows from it and is not told. */
export function partsOf({ before, after, changes }: Region): readonly DecisionPart[] {
  return before.access.effect === after.access.effect
    ? changes
    : ['access', ...(after.route ? (['route'] as const) : [])]
}

function linesOf(part: DecisionPart, before: Decision, after: Decision): string[] {
  return [`  - ${describePart(part, before)}`, `  + ${describePart(part, after)}`]
}
