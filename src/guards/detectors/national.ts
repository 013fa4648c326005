/**
 * Numbers that states give to people. One that has a form of its own is known by form and check digit; a plain row of
 * digits only where a word before it says what it is as well.
 */
import type { Detector, DetectorPattern } from '../detector.ts'
import { luhn, mod11Over10, remainder, verhoeff, weighted } from './check-digits.ts'
import { digitsOf, follows, pattern, standsAlone, whole } from './pattern.ts'

interface NationalId {
  readonly form: string
  /** Whether the check digits are right; `plain` has neither separators nor small letters. */
  readonly isValid: (plain: string) => boolean
  /** Words that must stand before; those of numbers that need none are left out. */
  readonly words?: RegExp
}

const lettersOfDni = 'TRWAGMYFPDXBNJZSQVHLCKE'

const ids: readonly NationalId[] = [
  // Canada: social insurance number.
  { form: '\\d{3}[ -]?\\d{3}[ -]?\\d{3}', isValid: luhn, words: /\b(?:SIN|NAS|social insurance)\b/i },
  // United Kingdom: national insurance number, then NHS number.
  {
    form: '[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]',
    isValid: (plain) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(plain),
  },
  {
    form: '\\d{3}[ -]?\\d{3}[ -]?\\d{4}',
    isValid: (plain) => (11 - (weighted(plain, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(plain[9]),
    words: /\bNHS\b/i,
  },
  // Germany: tax identification number.
  {
    form: '[1-9]\\d ?\\d{3} ?\\d{3} ?\\d{3}',
    isValid: mod11Over10,
    words: /steuer|\b(?:tax|IdNr|TIN|Identifikationsnummer)/i,
  },
  // France: numéro de sécurité sociale.
  {
    form: '[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3} ?\\d{2}',
    isValid: (plain) => {
      const number = plain.slice(0, 13).replace('2A', '19').replace('2B', '18')
      return 97 - remainder(number, 97) === Number(plain.slice(13))
    },
  },
  // Spain: DNI and NIE.
  {
    form: '(?:[XYZ][ -]?)?\\d{7,8}[ -]?[A-HJ-NP-TV-Z]',
    isValid: (plain) => {
      const number = Number(plain.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2'))
      return plain.length === 9 && lettersOfDni[number % 23] === plain.at(-1)
    },
  },
  // Italy: codice fiscale.
  { form: '[A-Z]{6}\\d{2}[A-EHLMPRST]\\d{2}[A-Z]\\d{3}[A-Z]', isValid: isCodiceFiscale },
  // Netherlands: burgerservicenummer.
  {
    form: '\\d{4}[. ]?\\d{2}[. ]?\\d{3}',
    isValid: (plain) => Number(plain) > 0 && weighted(plain, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    words: /\b(?:BSN|burgerservicenummer|sofinummer)\b/i,
  },
  // Belgium: rijksregisternummer, those born since 2000 with a 2 before.
  {
    form: '\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}',
    isValid: (plain) =>
      [plain.slice(0, 9), `2${plain.slice(0, 9)}`].some((each) => 97 - remainder(each, 97) === Number(plain.slice(9))),
  },
  // Poland: PESEL.
  {
    form: '\\d{11}',
    isValid: (plain) => (10 - (weighted(plain, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === Number(plain[10]),
    words: /\bPESEL\b/i,
  },
  // Sweden: personnummer.
  {
    form: '(?:19|20)?\\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\\d|3[01]|[6-8]\\d|9[01])[-+]\\d{4}',
    isValid: (plain) => luhn(plain.slice(-10)),
  },
  // Finland: henkilötunnus.
  {
    form: '(?:[0-2]\\d|3[01])(?:0[1-9]|1[0-2])\\d{2}[-+ABCDEFYXWVU]\\d{3}[0-9A-FHJ-NPR-Y]',
    isValid: (plain) => {
      const digits = `${plain.slice(0, 6)}${plain.slice(-4, -1)}`
      return '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(digits) % 31] === plain.at(-1)
    },
  },
  // Norway: fødselsnummer.
  {
    form: '\\d{6} ?\\d{5}',
    isValid: (plain) =>
      weighted(plain, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
      weighted(plain, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    words: /f(?:ø|o)dselsnummer|personnummer|\bfnr\b/i,
  },
  // Denmark: CPR number, which has had no check digit since 2007.
  {
    form: '(?:[0-2]\\d|3[01])(?:0[1-9]|1[0-2])\\d{2}-?\\d{4}',
    isValid: () => true,
    words: /\bCPR\b|personnummer/i,
  },
  // Portugal: NIF.
  {
    form: '\\d{3} ?\\d{3} ?\\d{3}',
    isValid: (plain) => {
      const rest = 11 - (weighted(plain, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)
      return (rest > 9 ? 0 : rest) === Number(plain[8])
    },
    words: /\b(?:NIF|contribuinte)\b/i,
  },
  // Switzerland: AHV number, an EAN-13.
  {
    form: '756\\.?\\d{4}\\.?\\d{4}\\.?\\d{2}',
    isValid: (plain) => weighted(plain, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  },
  // Brazil: CPF.
  {
    form: '\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}',
    isValid: isCpf,
  },
  { form: '\\d{11}', isValid: isCpf, words: /\bCPF\b/i },
  // India: Aadhaar, then PAN.
  { form: '[2-9]\\d{3}[ -]\\d{4}[ -]\\d{4}', isValid: verhoeff },
  { form: '[2-9]\\d{11}', isValid: verhoeff, words: /\b(?:Aadhaar|Aadhar|UIDAI|UID)\b/i },
  {
    form: '[A-Z]{3}[ABCFGHLJPT][A-Z]\\d{4}[A-Z]',
    isValid: () => true,
    words: /\bPAN\b|permanent account/i,
  },
  // Australia: tax file number, then Medicare number.
  {
    form: '\\d{3} ?\\d{3} ?\\d{3}',
    isValid: (plain) => weighted(plain, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    words: /\bTFN\b|tax file/i,
  },
  {
    form: '[2-6]\\d{3} ?\\d{5} ?\\d',
    isValid: (plain) => weighted(plain, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(plain[8]),
    words: /\bmedicare\b/i,
  },
  // China: resident identity number.
  {
    form: '[1-8]\\d{5}(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\\d|3[01])\\d{3}[0-9Xx]',
    isValid: (plain) =>
      '10X98765432'[weighted(plain, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === plain[17],
  },
  // South Korea: resident registration number.
  {
    form: '\\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\\d|3[01])-[1-8]\\d{6}',
    isValid: (plain) => (11 - (weighted(plain, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === Number(plain[12]),
  },
  // Turkey: kimlik numarası.
  { form: '[1-9]\\d{10}', isValid: isKimlik, words: /\b(?:TCKN|T\.?C\.?|kimlik)/i },
  // South Africa: identity number.
  {
    form: '\\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\\d|3[01]) ?\\d{4} ?[01]\\d{2}',
    isValid: luhn,
    words: /\b(?:ID|identity|RSA)\b/i,
  },
  // Mexico: CURP.
  { form: '[A-Z][AEIOUX][A-Z]{2}\\d{6}[HMX][A-Z]{5}[A-Z0-9]\\d', isValid: isCurp },
  // Singapore: NRIC and FIN.
  { form: '[STFG]\\d{7}[A-Z]', isValid: isNric },
]

function isCodiceFiscale(plain: string): boolean {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
  const worth = (character: string) => (/\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65)
  const sum = [...plain.slice(0, 15)].reduce((all, each, i) => all + (i % 2 === 0 ? odd[worth(each)]! : worth(each)), 0)
  return String.fromCharCode(65 + (sum % 26)) === plain[15]
}

function isCpf(plain: string): boolean {
  if (/^(\d)\1*$/.test(plain)) return false
  const check = (weights: readonly number[]) => ((weighted(plain, weights) * 10) % 11) % 10
  return (
    check([10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(plain[9]) &&
    check([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(plain[10])
  )
}

function isKimlik(plain: string): boolean {
  const tenth = ((weighted(plain, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10) + 10) % 10 === Number(plain[9])
  return tenth && weighted(plain, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10 === Number(plain[10])
}

function isCurp(plain: string): boolean {
  const alphabet = '0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ'
  const sum = [...plain.slice(0, 17)].reduce((all, each, i) => all + alphabet.indexOf(each) * (18 - i), 0)
  return (10 - (sum % 10)) % 10 === Number(plain[17])
}

function isNric(plain: string): boolean {
  const first = plain[0]!
  const sum = weighted(plain.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + (first === 'T' || first === 'G' ? 4 : 0)
  return ('ST'.includes(first) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === plain[8]
}

function patternOf({ form, isValid, words }: NationalId): DetectorPattern {
  return pattern(`\\b(?:${form})`, {
    maxLength: 64,
    pick: whole(
      (region) =>
        standsAlone(region) &&
        !/[\d][.,-]$/.test(region.before) &&
        (words === undefined || follows(region, words)) &&
        isValid(region.text.toUpperCase().replace(/[ .-]/g, '')),
    ),
  })
}

const nationalId: Detector = { name: 'national_id', patterns: ids.map(patternOf) }

/** Area, group and serial are never all zeros; areas 666 and from 900 on were never given out. */
function isSsn(text: string): boolean {
  return /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digitsOf(text))
}

const ssn: Detector = {
  name: 'ssn',
  patterns: [
    pattern('\\b\\d{3}[ -]?\\d{2}[ -]?\\d{4}', {
      maxLength: 32,
      pick: whole((region) => {
        const isWritten = /^\d{3}([ -])\d{2}\1\d{4}$/.test(region.text)
        const isNamed = follows(region, /\bSSNs?\b|social[ _-]?security|\bss#/i)
        return (
          isSsn(region.text) &&
          standsAlone(region) &&
          !/\d[.,-]$/.test(region.before) &&
          !/^-/.test(region.after) &&
          (isWritten || isNamed)
        )
      }),
    }),
  ],
}

export const nationalDetectors: readonly Detector[] = [ssn, nationalId]
