/** Money that is somebody's: payment cards and bank accounts, by their check digits. */
import type { Detector, Region, Span } from '../detector.ts'
import { luhn, mod97 } from './check-digits.ts'
import { pattern, standsAlone } from './pattern.ts'

/** Beginnings of card numbers by issuer, and the lengths that their numbers have (ISO/IEC 7812). */
const cards: readonly (readonly [beginning: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]],
  [/^(?:30[0-5]|3095|36|3[89])/, [14, 16, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [12, 13, 14, 15, 16, 17, 18, 19]],
  [/^(?:220[0-4]|60|81|82|508)/, [16]],
]

const card: Detector = {
  name: 'card',
  patterns: [pattern('\\b\\d(?:[ -]?\\d){11,}', { maxLength: 512, pick: findCards })],
}

/** A card number is some whole groups of a run of digits: never a part of a group. */
function findCards(region: Region): readonly Span[] {
  const groups = [...region.text.matchAll(/\d+/g)].map((each) => ({ start: each.index, digits: each[0] }))
  const spans: Span[] = []
  for (let first = 0; first < groups.length; ) {
    const last = lastGroupOf(groups, first)
    const start = groups[first]!.start
    const end = last === undefined ? start : groups[last]!.start + groups[last]!.digits.length
    const isAlone =
      last !== undefined &&
      standsAlone({
        before: start === 0 ? region.before : ' ',
        after: end === region.text.length ? region.after : ' ',
      })
    if (isAlone) spans.push({ start, end })
    first = isAlone ? last + 1 : first + 1
  }
  return spans
}

function lastGroupOf(groups: readonly { readonly digits: string }[], first: number): number | undefined {
  let digits = ''
  let best: number | undefined
  for (let last = first; last < groups.length && digits.length <= 19; last++) {
    digits += groups[last]!.digits
    if (digits.length >= 12 && luhn(digits) && isIssued(digits)) best = last
  }
  return best
}

function isIssued(digits: string): boolean {
  return cards.some(([beginning, lengths]) => lengths.includes(digits.length) && beginning.test(digits))
}

/** The length of account numbers by country (the SWIFT registry of IBAN). */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 ' +
    'FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 ' +
    'LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 ' +
    'SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

const iban: Detector = {
  name: 'iban',
  patterns: [pattern('\\b[A-Z]{2}\\d{2}(?:[ -]?[A-Z0-9]){11,}', { ignoreCase: true, maxLength: 256, pick: findIbans })],
}

function findIbans({ text, before, after }: Region): readonly Span[] {
  const spans: Span[] = []
  const beginning = /[A-Za-z]{2}\d{2}/g
  for (let match = beginning.exec(text); match !== null; match = beginning.exec(text)) {
    const start = match.index
    const end = endOfIban(text, start)
    const isAlone =
      end !== undefined &&
      standsAlone({ before: before + text.slice(0, start), after: end < text.length ? text[end]! : after })
    if (isAlone) spans.push({ start, end })
    beginning.lastIndex = isAlone ? end : start + 1
  }
  return spans
}

function endOfIban(text: string, start: number): number | undefined {
  const length = ibanLengths[text.slice(start, start + 2).toUpperCase()]
  let plain = ''
  let end = start
  for (; end < text.length && plain.length < (length ?? 0); end++)
    if (/[A-Za-z0-9]/.test(text[end]!)) plain += text[end]
  if (length === undefined || plain.length < length) return undefined
  const upper = plain.toUpperCase()
  return mod97(upper.slice(4) + upper.slice(0, 4)) === 1 ? end : undefined
}

export const financeDetectors: readonly Detector[] = [card, iban]
