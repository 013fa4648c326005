/** Ways to reach a person: e-mail addresses, telephone numbers, Internet addresses, postal addresses. */
import { parseAddress } from '../../graph/address.ts'
import type { Detector, Region } from '../detector.ts'
import { digitsOf, each, follows, pattern, standsAlone, whole } from './pattern.ts'

const emailForm =
  /(?<![\p{L}\p{N}_.+-])[\p{L}\p{N}_](?:[\p{L}\p{N}._%+'~-]{0,62}[\p{L}\p{N}_+-])?@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{1,30}|\p{L}{2,24})/giu

/** What ends in these is the name of a file: `logo@2x.png`. */
const fileEndings = /\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|jsx?|tsx?|mjs|cjs|json|html?|xml|ya?ml|toml|txt)$/i

const email: Detector = {
  name: 'email',
  patterns: [
    pattern(
      "[A-Za-z0-9_\\u00c0-\\u052f][A-Za-z0-9._%+'~\\u00c0-\\u052f-]*@[A-Za-z0-9\\u00c0-\\u052f.-]*[A-Za-z\\u00c0-\\u052f]{2}[A-Za-z0-9-]*",
      {
        maxLength: 512,
        pick: each(emailForm, (found, { after }) => {
          if (fileEndings.test(found)) return false
          // `git@github.com:` begins the address of a repository.
          return !(after === ':' && /^(?:git|hg|svn)@/i.test(found))
        }),
      },
    ),
  ],
}

const phoneWords =
  /\b(?:phones?|tele?(?:fon|phone)?|telefonnummer|call|mobile|mobil|cell|handy(?:nummer)?|fax|whatsapp|sms|text me|ring|reach me|m[óo]vil|tel[ée]fono|t[ée]l[ée]phone|number is|rufnummer)\b[^\d\n]{0,24}$/i

const internationalForm = /(?<!\d)(?:\(\+\d{1,3}\)|\+|00(?=[1-9]))[ ().-]{0,2}[1-9](?:[ ().\-/]{0,2}\d){6,13}(?!\d)/g
const americanForm = /(?<![\d.-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\d]|[.-]\d)/g
const trunkForm = /(?<![\d./-]|\d )\(?0[1-9]\d{0,4}\)?(?:[ /-]{1,2}\d{2,8}){1,5}(?![ ./-]?\d)/g
const bareForm = /(?<!\d)\(?\d(?:[ ().\-/]{0,2}\d){5,12}(?!\d)/g

const phone: Detector = {
  name: 'phone',
  patterns: [
    pattern('(?:\\(?\\+|\\(|\\b)\\d(?:[ ().\\-/]{0,2}\\d){5,}', {
      maxLength: 128,
      pick: (region) => {
        const spans = [
          ...each(internationalForm, (found, place) => isFree(place) && hasDigits(found, 8, 16))(region),
          ...each(americanForm, (found, place) => isFree(place) && hasDigits(found, 10, 11))(region),
          ...each(trunkForm, (found, place) => isFree(place) && hasDigits(found, 9, 12) && !isDate(found))(region),
          ...each(bareForm, (found, place) => isFree(place) && !isDate(found) && follows(place, phoneWords))(region),
        ].sort((a, b) => a.start - b.start || b.end - a.end)
        return spans.filter((span, i) => spans.slice(0, i).every((other) => other.end <= span.start))
      },
    }),
  ],
}

function isFree({ before, after }: Region): boolean {
  return !/[\p{L}\p{N}_#$€£=&%@]$/u.test(before) && !/^[\p{L}_%]/u.test(after)
}

function hasDigits(text: string, least: number, most: number): boolean {
  const count = digitsOf(text).length
  return least <= count && count <= most
}

function isDate(text: string): boolean {
  return /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:\D|$)/.test(text)
}

const words = new Uint32Array(4)

const ip: Detector = {
  name: 'ip',
  patterns: [
    pattern('\\b\\d{1,3}(?:\\.\\d{1,3}){3,}', {
      maxLength: 64,
      // Five parts, or a version by name, are no address; the end of a longer one is part of that.
      pick: whole(
        (region) =>
          parseAddress(region.text, words) &&
          !/[\p{L}\p{N}_.-]$/u.test(region.before) &&
          !/^[\p{L}\p{N}_]/u.test(region.after) &&
          !/::$|:[0-9a-f]{1,4}:$/i.test(region.before) &&
          !follows(region, /(?:version|release|\bv|build|section|§)[ :.]{0,2}$/i),
      ),
    }),
    pattern('[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,}(?:\\.\\d{1,3}){0,3}', {
      maxLength: 64,
      pick: (region) => {
        // A colon that ends a sentence's part is not the address's.
        const text = /[^:]:$/.test(region.text) ? region.text.slice(0, -1) : region.text
        const groups = text.split(':').filter((group) => group !== '').length
        const isAddress = parseAddress(text, words) && standsAlone(region) && (groups > 2 || /\d/.test(text))
        return isAddress ? [{ start: 0, end: text.length }] : []
      },
    }),
  ],
}

const streetEnd =
  '(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Place|Pl|Terrace|Parkway|Pkwy|Highway|Hwy|Crescent|Close)'
const word = "[A-Z\\u00c0-\\u00de][A-Za-z\\u00c0-\\u024f'.-]*"

/** Hints, not proofs: the usual written forms of some countries. */
const address: Detector = {
  name: 'address',
  patterns: [
    // 221 Baker Street, Apt 4, Springfield, IL 62704
    pattern(
      `\\b\\d{1,5}[A-Za-z]? (?:${word} ){1,4}${streetEnd}\\b\\.?(?:,? (?:Apt|Suite|Ste|Unit|#)\\.? ?[A-Za-z0-9-]{1,6})?(?:,? ${word}(?: ${word}){0,2},? [A-Z]{2} \\d{5}(?:-\\d{4})?)?`,
      { maxLength: 256 },
    ),
    pattern('\\bP\\.? ?O\\.? Box \\d{1,7}\\b', { ignoreCase: true, maxLength: 32 }),
    // Musterstraße 12a, 10115 Berlin
    pattern(
      `\\b[A-Z\\u00c0-\\u00de][a-z\\u00df-\\u00ff-]{2,}(?:stra(?:\\u00df|ss)e|str\\.|gasse|weg|allee|platz) \\d{1,4}(?: ?[a-z]\\b)?(?:,? \\d{5} ${word})?`,
      { maxLength: 128, pick: whole(({ after }) => !/^[\p{L}\p{N}]/u.test(after)) },
    ),
    // 12 rue de la Paix, 75002 Paris
    pattern(
      `\\b\\d{1,4}(?: ?bis| ?ter)?,? (?:rue|avenue|boulevard|chemin|impasse|place|quai) (?:de |du |des |la |le |les |l'|d'){0,3}${word}(?: ${word}){0,2}(?:,? \\d{5} ${word})?`,
      { maxLength: 160 },
    ),
    // Calle Mayor 5 · Via Roma 12 · Rua Augusta 100
    pattern(
      `\\b(?:Calle|Avenida|Plaza|Paseo|Via|Viale|Piazza|Corso|Rua|Travessa) (?:de |del |della |la |da |do |dos ){0,2}${word}(?: ${word}){0,2},? \\d{1,4}\\b`,
      { maxLength: 128 },
    ),
    // SW1A 1AA
    pattern('\\b[A-Z]{1,2}\\d[A-Z0-9]? \\d[ABD-HJLNP-UW-Z]{2}\\b', { maxLength: 16 }),
  ],
}

export const contactDetectors: readonly Detector[] = [email, phone, ip, address]
