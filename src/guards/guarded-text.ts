/**
 * A text on its way through guards, in pieces or whole: what is found in it is replaced, noted, or stops everything.
 */
import type { Findings } from './findings.ts'
import { type Blocked, blockedBy } from './findings.ts'
import type { Decided, Match, Scan, Scanner } from './scan.ts'
import type { Side, Treatment } from './treatment.ts'
import { strengthOf } from './treatment.ts'
import type { Vault } from './vault.ts'

/** One side of one request, ready to guard its texts. */
export interface Guarding {
  readonly side: Side
  readonly scanner: Scanner
  /** By detector of the scanner; undefined for placeholders, which are put back. */
  readonly treatments: readonly (Treatment | undefined)[]
  readonly vault: Vault
  readonly findings: Findings
}

/** What becomes of the next part of a text; lengths are those of the text that came. */
export type Part =
  | { readonly kind: 'keep'; readonly text: string }
  /** Stands in place of what the following `drop`s take away. */
  | { readonly kind: 'put'; readonly text: string; readonly isRestored: boolean }
  | { readonly kind: 'drop'; readonly length: number }
  /** Nothing more of this text may go on. */
  | { readonly kind: 'block'; readonly blocked: Blocked }

export interface GuardedText {
  readonly push: (text: string) => readonly Part[]
  readonly end: () => readonly Part[]
}

/** `name` is what the text is called where it stands, such as the key of a field. */
export function openText(guarding: Guarding, name?: string): GuardedText {
  const scan: Scan = guarding.scanner.open(name)
  let at = 0
  /** Up to where the text is replaced already. */
  let replaced = 0
  const parts = ({ text, matches }: Decided): readonly Part[] => {
    const out: Part[] = []
    const from = at
    const to = from + text.length
    const pass = (until: number): void => {
      const dropped = Math.min(until, replaced)
      if (dropped > at) out.push({ kind: 'drop', length: dropped - at })
      at = Math.max(at, dropped)
      if (until > at) out.push({ kind: 'keep', text: text.slice(at - from, until - from) })
      at = Math.max(at, until)
    }
    for (const match of byStrength(matches, guarding)) {
      const found = consider(guarding, match, replaced)
      if (found === undefined) continue
      if (found.kind === 'block') return [...out, found]
      pass(match.start)
      out.push(found)
      replaced = match.end
    }
    pass(to)
    return out
  }
  return { push: (text) => parts(scan.push(text)), end: () => parts(scan.end()) }
}

/** Where two begin at one place, the one that takes away more comes first. */
function byStrength(matches: readonly Match[], { treatments }: Guarding): readonly Match[] {
  if (matches.length < 2) return matches
  const strength = ({ detector }: Match) => strengthOf(treatments[detector]?.action ?? 'flag')
  return [...matches].sort((a, b) => a.start - b.start || strength(b) - strength(a) || b.end - a.end)
}

type Replacement = Extract<Part, { kind: 'put' | 'block' }>

/** What a match is replaced by; undefined where the text stays. Of one that overlaps another, the rest counts. */
function consider(guarding: Guarding, match: Match, replaced: number): Replacement | undefined {
  const { treatments, vault, findings, side } = guarding
  const treatment = treatments[match.detector]
  if (treatment === undefined) {
    const value = vault.valueOf(match.text)
    return value === undefined || match.start < replaced ? undefined : { kind: 'put', text: value, isRestored: true }
  }
  const { action, detector } = treatment
  if (side === 'response' && action === 'mask' && vault.holds(match.text)) return undefined
  findings.note(treatment, side)
  if (action === 'block') return { kind: 'block', blocked: blockedBy(treatment) }
  if (action === 'flag' || match.end <= replaced) return undefined
  if (action === 'redact') return { kind: 'put', text: redactedText(detector), isRestored: false }
  const rest = match.text.slice(Math.max(0, replaced - match.start))
  const text = side === 'request' ? vault.mask(detector, rest) : vault.hide(detector, rest)
  return { kind: 'put', text, isRestored: false }
}

/** What stands in place of a text that was taken out. */
export function redactedText(detector: string): string {
  return `[redacted ${detector}]`
}
