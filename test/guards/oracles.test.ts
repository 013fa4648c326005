/** Detectors against libraries that know the forms of all countries: how many of their examples are found. */
import fc from 'fast-check'
import { composeIBAN, getCountrySpecifications, isValidIBAN } from 'ibantools'
import { getCountries, getExampleNumber } from 'libphonenumber-js'
import examples from 'libphonenumber-js/mobile/examples'
import { expect, test } from 'vitest'
import { builtInDetectors } from '../../src/guards/built-in-detectors.ts'
import { createScanner } from '../../src/guards/scan.ts'

function finder(name: string): (text: string) => readonly string[] {
  const scanner = createScanner(builtInDetectors.filter((each) => each.name === name))
  return (text) => {
    const scan = scanner.open()
    return [scan.push(text), scan.end()].flatMap(({ matches }) => matches.map((each) => each.text))
  }
}

const phones = getCountries().flatMap((country) => getExampleNumber(country, examples) ?? [])
const findPhones = finder('phone')

test.each([
  ['international form', 0.99, (each: (typeof phones)[number]) => each.formatInternational(), ''],
  ['E.164', 0.99, (each: (typeof phones)[number]) => each.number as string, ''],
  ['national form behind a word for it', 0.95, (each: (typeof phones)[number]) => each.formatNational(), 'phone: '],
] as const)('telephone numbers of all countries in %s', (_, least, form, before) => {
  const missed = phones.filter((each) => !findPhones(`${before}${form(each)} please`).includes(form(each)))
  const recall = 1 - missed.length / phones.length
  expect([recall >= least, recall, missed.map(form).slice(0, 20)]).toEqual([true, recall, expect.anything()])
})

/** Territories whose accounts bear the letters of another country. */
const territories = new Set(['AX', 'BL', 'GF', 'GP', 'MF', 'MQ', 'NC', 'PF', 'PM', 'RE', 'TF', 'WF', 'YT'])
const findIbans = finder('iban')

test('IBANs of all countries, in one piece and in groups of four', () => {
  const countries = Object.entries(getCountrySpecifications()).flatMap(
    ([code, { chars, bban_regexp: form, IBANRegistry }]) =>
      IBANRegistry && chars && form && !territories.has(code) ? [{ code, form: new RegExp(form) }] : [],
  )
  expect(countries.length).toBeGreaterThan(70)
  fc.assert(
    fc.property(
      fc.constantFrom(...countries).chain(({ code, form }) => fc.tuple(fc.constant(code), fc.stringMatching(form))),
      ([countryCode, bban]) => {
        const iban = composeIBAN({ countryCode, bban })
        // Some countries check digits of their own within.
        fc.pre(iban !== null && isValidIBAN(iban))
        const grouped = iban!.replace(/(.{4})(?=.)/g, '$1 ')
        expect(findIbans(`to ${iban}, and ${grouped}.`)).toEqual([iban, grouped])
        const wrong = `${iban!.slice(0, 2)}${String((Number(iban!.slice(2, 4)) + 1) % 97).padStart(2, '0')}${iban!.slice(4)}`
        expect(findIbans(`to ${wrong}, please`)).toEqual([])
      },
    ),
    { numRuns: 500 },
  )
})
