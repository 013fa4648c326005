/**
 * Guards made ready for one request: its decision's guards, the detectors that they name, what was masked, and what
 * was found so far.
 */
import { LRUCache } from 'lru-cache'
import type { Guard } from '../graph/decision.ts'
import { parseRegex } from '../syntax/regex.ts'
import type { Detector } from './detector.ts'
import { createFindings, type Findings } from './findings.ts'
import type { Guarding } from './guarded-text.ts'
import { createScanner, type Scanner } from './scan.ts'
import { type Side, type Treatment, treatmentsOf } from './treatment.ts'
import { createVault, placeholderPattern, type Vault } from './vault.ts'

/** What the guards of a policy find things with; made once for a configuration. */
export interface Detectors {
  /** The detector of a name, or undefined where the name means a check that gives a verdict on a whole text. */
  readonly find: (name: string) => Detector | undefined
  /** A scanner for some of them; the same one for the same ones. */
  readonly scannerFor: (names: readonly string[], withPlaceholders: boolean) => Scanner
}

/** Most sets of detectors whose scanners are kept; each holds some megabytes, and twenty where texts do their worst. */
const maxScanners = 16

export function createDetectors(detectors: readonly Detector[]): Detectors {
  const byName = new Map(detectors.map((each) => [each.name, each]))
  const scanners = new LRUCache<string, Scanner>({ max: maxScanners })
  return {
    find: (name) => byName.get(name),
    scannerFor: (names, withPlaceholders) => {
      const key = `${withPlaceholders} ${names.join()}`
      const known = scanners.get(key)
      if (known !== undefined) return known
      const made = createScanner([
        ...names.map((each) => byName.get(each)!),
        ...(withPlaceholders ? [placeholder] : []),
      ])
      scanners.set(key, made)
      return made
    },
  }
}

/** Makes the scanners that the rules of a policy need, alone and all together, so that no request waits for them. */
export function prepareScanners(detectors: Detectors, rules: readonly Guard[]): void {
  const sets = rules.length > 1 ? [...rules.map((each) => [each]), rules] : rules.map((each) => [each])
  const masks = (guards: readonly Guard[]) =>
    guards.some(({ clauses }) => clauses.some((each) => each.action === 'mask' && each.in.includes('request')))
  for (const guards of sets.slice(0, maxScanners)) {
    for (const side of ['request', 'response'] as const) {
      const names = treatmentsOf(guards, side).flatMap(({ detector }) => (detectors.find(detector) ? [detector] : []))
      const restores = side === 'response' && masks(guards)
      if (names.length > 0) detectors.scannerFor(names, false)
      if (restores) detectors.scannerFor(names, true)
    }
  }
}

const placeholder: Detector = { name: 'placeholder', patterns: [placeholderOf(placeholderPattern)] }

function placeholderOf(pattern: string): Detector['patterns'][number] {
  const parsed = parseRegex(pattern, false)
  if ('error' in parsed) throw new Error(parsed.error)
  return { regex: parsed.regex, maxLength: 64 }
}

/** The guards of one request. */
export interface RequestGuards {
  /** Those that look through the request; undefined where none does. */
  readonly request: Guarding | undefined
  /** Those that look through the answer, for which masked values are put back; undefined where there is nothing to do. */
  readonly response: () => Guarding | undefined
  readonly findings: Findings
}

/** `taken` tells texts in the request that look like placeholders. */
export function openGuards(
  detectors: Detectors,
  guards: readonly Guard[],
  taken: (placeholder: string) => boolean,
): RequestGuards {
  const findings = createFindings()
  const vault = createVault(taken)
  const open = (side: Side): Guarding | undefined => {
    const treatments = treatmentsOf(guards, side).filter((each) => detectors.find(each.detector) !== undefined)
    const restores = side === 'response' && !vault.isEmpty()
    if (treatments.length === 0 && !restores) return undefined
    return guarding({ detectors, treatments, side, vault, findings, restores })
  }
  return { request: open('request'), response: () => open('response'), findings }
}

interface Parts {
  readonly detectors: Detectors
  readonly treatments: readonly Treatment[]
  readonly side: Side
  readonly vault: Vault
  readonly findings: Findings
  readonly restores: boolean
}

function guarding({ detectors, treatments, side, vault, findings, restores }: Parts): Guarding {
  const names = treatments.map((each) => each.detector)
  const scanner = detectors.scannerFor(names, restores)
  return { side, scanner, treatments: restores ? [...treatments, undefined] : treatments, vault, findings }
}
