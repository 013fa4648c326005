/** What tests reach, for people: how much of each, and what is missing. */
import type { Coverage } from '../scenario/coverage.ts'

export function renderCoverage({ rules, candidates, fallbacks }: Coverage): string {
  const parts = [
    section(
      'rules',
      rules.map(({ rule, by }) => ({ name: `${rule.kind} ${rule.name}`, isReached: by.length > 0 })),
    ),
    section('candidates', candidates),
    section('fallbacks', fallbacks),
  ]
  return parts.join('')
}

function section(what: string, items: readonly { readonly name: string; readonly isReached: boolean }[]): string {
  if (items.length === 0) return ''
  const reached = items.filter((each) => each.isReached).length
  const missing = items.filter((each) => !each.isReached).map((each) => `  no test reaches ${each.name}\n`)
  return `${what}: ${reached} of ${items.length} reached\n${missing.join('')}`
}
