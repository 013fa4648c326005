/** A difference as a comment on a pull request. */
import type { Compared } from './compared.ts'
import { describePart } from './describe-part.ts'
import { partsOf, titleOf } from './render-diff.ts'
import { counted } from './report.ts'

/** Regions that are told whole; the rest is counted. */
const most = 50

export function renderDiffMarkdown({ before, after, found, replayed }: Compared): string {
  const head = '### Policy change\n\n'
  if (found.equal) return `${head}\`${before.name}\` and \`${after.name}\` decide every request alike.\n`
  const gained = found.regions.filter(
    (each) => each.before.access.effect === 'deny' && each.after.access.effect === 'allow',
  )
  const warning = gained.length === 0 ? '' : `**${counted(gained.length, 'difference')} let denied requests in.**\n\n`
  const rows = found.regions.slice(0, most).map((region, index) => {
    const parts = partsOf(region)
    const cells = [
      titleOf(region),
      code(region.condition),
      parts.map((part) => code(describePart(part, region.before))).join('<br>'),
      parts.map((part) => code(describePart(part, region.after))).join('<br>'),
      code(JSON.stringify(region.witness)),
      ...(replayed ? [String(replayed.byRegion[index]?.requests ?? 0)] : []),
    ]
    return `| ${cells.join(' | ')} |`
  })
  const columns = ['change', 'when', 'before', 'after', 'for example', ...(replayed ? ['logged requests'] : [])]
  const rest = found.regions.length > most ? `\n… and ${found.regions.length - most} more.\n` : ''
  return `${head}${warning}| ${columns.join(' | ')} |\n|${columns.map(() => ' --- ').join('|')}|\n${rows.join('\n')}\n${rest}`
}

/** Code in a cell: bars would end the cell, and back-ticks the code. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|').replaceAll('`', "'")}\``
}
