/**
 * Facts aimed at a policy: seven values of ten are made from the constants that the policy tests the
 * attribute against, the rest are free; now and then one is missing, null or of the wrong type.
 *
 * A request is drawn as plain numbers and read against a policy afterwards. So one property can draw a
 * policy and its requests side by side, and both shrink; a number that shrinks to 0 leaves its attribute out.
 */
import fc from 'fast-check'
import type { Facts } from '../../src/reference/policy.ts'
import { near } from './constant.ts'
import { requestWords, type Word } from './vocabulary.ts'

/** One request, not yet read against a policy. */
export type Aim = readonly number[]

const width = 24

/** Draws a request that `factsOf` reads against a policy. */
export const aim: fc.Arbitrary<Aim> = fc.array(fc.noBias(fc.nat({ max: 0x7fffffff })), {
  minLength: width,
  maxLength: width,
})

/** The requests that a policy text is aimed at, alone. */
export function factsFor(policyText: string): fc.Arbitrary<Facts> {
  const read = aimedAt(policyText)
  return aim.map(read)
}

/** A policy together with requests that are aimed at it; both shrink. */
export function withFacts(
  policy: fc.Arbitrary<string>,
  requests: { readonly minLength: number; readonly maxLength: number },
): fc.Arbitrary<{ readonly policy: string; readonly facts: readonly Facts[] }> {
  return fc
    .tuple(policy, fc.array(aim, requests))
    .map(([text, aims]) => ({ policy: text, facts: aims.map(aimedAt(text)) }))
}

/** Reads requests against a policy. */
export function aimedAt(policyText: string): (aim: Aim) => Facts {
  const sets = setsOf(policyText)
  const words = [...requestWords, ...metersOf(policyText)].map((word) => ({
    word,
    mentioned: policyText.includes(word.name),
    candidates: constantsOf(policyText, word, sets).flatMap((each) => near(word, each)),
  }))
  const ordered = [...words.filter((each) => each.mentioned), ...words.filter((each) => !each.mentioned)]
  return (numbers) => {
    const facts: Record<string, unknown> = {}
    ordered.forEach(({ word, mentioned, candidates }, index) => {
      const drawn = mixed(numbers[index % width] ?? 0, Math.floor(index / width))
      const value = drawn === 0 ? undefined : valueFor(word, { drawn, mentioned, candidates })
      if (value !== undefined) place(facts, word.name, value)
    })
    return facts
  }
}

interface Draw {
  readonly drawn: number
  readonly mentioned: boolean
  readonly candidates: readonly unknown[]
}

/** Of a hundred: some missing, a few null or of the wrong type, the others near a constant or free. */
function valueFor(word: Word, { drawn, mentioned, candidates }: Draw): unknown {
  const how = drawn % 100
  const rest = Math.floor(drawn / 100)
  if (word.name.startsWith('tenant.')) return undefined
  if (!mentioned && how >= 25 && word.name !== 'request.model') return undefined
  if (how < 10) return undefined
  if (how < 12) return null
  if (how < 15) return wrong[rest % wrong.length]
  const isNear = how < 78 && candidates.length > 0
  const value = isNear ? candidates[rest % candidates.length] : freeValue(word, rest)
  if (word.type !== 'set') return value
  const other = candidates[Math.floor(rest / 64) % Math.max(1, candidates.length)]
  return rest % 5 === 0 ? [] : [value, ...(rest % 3 === 0 || other === undefined ? [] : [other])]
}

const wrong: readonly unknown[] = [
  17,
  'text',
  true,
  [],
  {},
  -5,
  1.5,
  ['a', 1],
  '2026-13-01',
  '1.2.3',
  '$1.2.3',
  Number.MAX_VALUE,
]

function freeValue(word: Word, rest: number): unknown {
  const text = ['a', 'core', 'é', 'free text', 'gpt-4o', 'alpha/large', 'small', 'gamma/new', '\u{1f600}', '\n', 'eu'][
    rest % 11
  ]
  switch (word.type) {
    case 'string':
      return word.isEnum ? word.constants[rest % word.constants.length] : text
    case 'set':
      return text
    case 'bool':
      return rest % 2 === 0
    case 'ip':
      return ['1.2.3.4', '10.255.0.1', 'fe80::1', '2001:db8::5', '::ffff:10.9.0.3'][rest % 5]
    case 'date':
      return ['2026-06-15', '1999-12-31', '2026-12-31', '2026-02-30'][rest % 4]
    case 'int':
      return rest % 300
    case 'percent':
      return (rest % 130) / 100
    case 'number':
      return (rest % 40) / 10 - 1
    default:
      return rest % 20_000
  }
}

/** Another number for the attributes beyond those that have one of their own; 0 stays 0. */
function mixed(drawn: number, round: number): number {
  return round === 0 ? drawn : (Math.imul(drawn, 2 * round + 0x61) >>> 1) % 0x7fffffff
}

/** Budgets, limits and providers that the policy reads. */
function metersOf(policyText: string): readonly Word[] {
  const names = new Set(policyText.match(/\b(?:budget|limit|provider)\.[a-z0-9_]+\.(?:used|healthy)\b/g) ?? [])
  return [...names].map((name) => ({ name, type: name.endsWith('.used') ? 'percent' : 'bool', constants: [] }))
}

function setsOf(policyText: string): ReadonlyMap<string, readonly string[]> {
  const found = policyText.matchAll(/^set (\w+) = \[(.*)\]$/gm)
  return new Map([...found].map(([, name = '', items = '']) => [name, literalsIn(items)]))
}

/** The constants that the policy tests an attribute against, as they are written in it. */
function constantsOf(policyText: string, word: Word, sets: ReadonlyMap<string, readonly string[]>): string[] {
  const escaped = word.name.replace(/[.[\]"]/g, '\\$&')
  const test = new RegExp(
    `${escaped} (?:==|!=|~=|<=?|>=?|(?:not )?in|starts_with|ends_with|contains|like|matches|has(?: any| all)?) (\\[[^\\]\\n]*\\]|/[^/\\n]*/i?|"(?:[^"\\\\]|\\\\.)*"|[\\w$%.-]+)`,
    'g',
  )
  return [...policyText.matchAll(test)].flatMap(([, operand = '']) => sets.get(operand) ?? literalsIn(operand))
}

function literalsIn(text: string): string[] {
  if (text.startsWith('/')) return [text]
  const literals = text.match(/"(?:[^"\\]|\\.)*"|[\w$%.-]+/g) ?? []
  return literals.map((each) => (each.startsWith('"') ? (JSON.parse(each) as string) : each))
}

/** Puts a value where its attribute stands in nested facts. */
function place(facts: Record<string, unknown>, name: string, value: unknown): void {
  const [, path = name, key] = /^([a-z_.]+)\["(.*)"\]$/.exec(name) ?? []
  const parts = [...path.split('.'), ...(key === undefined ? [] : [key])]
  let at = facts
  for (const part of parts.slice(0, -1)) {
    const next = Object.hasOwn(at, part) ? at[part] : {}
    at[part] = next
    at = next as Record<string, unknown>
  }
  at[parts.at(-1)!] = value
}
