/** What grants access: keys and tokens by their form, private keys, and rows of characters that only chance makes. */
import type { Detector, DetectorPattern, Region } from '../detector.ts'
import { follows, pattern, standsAlone, whole } from './pattern.ts'
import {
  apiKeyForms,
  azureForms,
  githubForms,
  gitlabForms,
  googleForms,
  type SecretForm,
  slackForms,
  stripeForms,
} from './secret-forms.ts'

function byForms(name: string, forms: readonly SecretForm[]): Detector {
  return { name, patterns: forms.map(ofForm) }
}

function ofForm({ form, maxLength = 512 }: SecretForm): DetectorPattern {
  // A boundary in front keeps the automaton small: nothing begins within a word.
  return pattern(`\\b(?:${form})`, {
    maxLength,
    pick: whole((region) => standsAlone(region) && !isPlaceholder(region.text)),
  })
}

/** What documents write where a secret stands: `sk-xxxxxxxxxxxxxxxxxxxxxxxx`, `your-api-key-here`. */
function isPlaceholder(text: string): boolean {
  const tail = text.slice(-16)
  return /^(.)\1*$/.test(tail) || /your|example|placeholder|xxxx|changeme|insert/i.test(text)
}

const awsKey: Detector = {
  name: 'aws_key',
  patterns: [
    pattern('\\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}', { maxLength: 32, pick: whole(standsAlone) }),
    pattern('(?:\\b[A-Za-z0-9]|[/+])[A-Za-z0-9/+]{39}', {
      maxLength: 64,
      pick: whole(
        (region) =>
          !/[A-Za-z0-9/+]$/.test(region.before) &&
          !/^[A-Za-z0-9/+=]/.test(region.after) &&
          follows(region, /aws|amazon|secret[_ -]?(?:access)?[_ -]?key/i) &&
          isRandom(region.text, 3.5),
      ),
    }),
  ],
}

const begin = '-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----'
const end = '-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----'

const privateKey: Detector = {
  name: 'private_key',
  patterns: [
    // One that breaks off is one all the same. Line ends may be written as `\n`.
    pattern(`${begin}(?:[\\s\\\\nr]*[A-Za-z-]+: [^\\n]+)*[A-Za-z0-9+/=\\s\\\\]{24,}(?:${end})?`, { maxLength: 16_384 }),
  ],
}

const jwt: Detector = {
  name: 'jwt',
  patterns: [
    pattern('eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*', {
      maxLength: 8192,
      pick: whole((region) => !/[A-Za-z0-9_-]$/.test(region.before) && isJwt(region.text)),
    }),
  ],
}

function isJwt(text: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(text.split('.')[0]!, 'base64url').toString('utf8'))
    return typeof header === 'object' && header !== null && 'alg' in header
  } catch {
    return false
  }
}

const connectionString: Detector = {
  name: 'connection_string',
  patterns: [
    pattern('[A-Za-z][A-Za-z0-9+.-]*://[^\\s:@/"\'<>]*:[^\\s@/"\'<>]+@[A-Za-z0-9\\[]', {
      maxLength: 1024,
      pick: ({ text }) => {
        const start = text.indexOf('://') + 3
        const stop = text.length - 2
        const password = text.slice(text.indexOf(':', start) + 1, stop)
        const isMeant = !/^(?:[$<{*%[]|x{3,}|\.{3}|(?:your[_-]?)?pass(?:word)?$|pwd$|secret$)/i.test(password)
        return isMeant ? [{ start, end: stop }] : []
      },
    }),
  ],
}

const nameOfSecret =
  /(?:secret|token|passw(?:or)?d|passwd|pwd|api[_ -]?key|access[_ -]?key|private[_ -]?key|auth(?:orization)?|bearer|credential|client[_ -]?secret|signing[_ -]?key)["'`]?[ \t]{0,3}(?:is|[:=]{1,2}>?)?[ \t]{0,3}["'`]?$/i

const highEntropy: Detector = {
  name: 'high_entropy',
  patterns: [pattern('\\b[A-Za-z0-9+/_=.~-]{20,}', { maxLength: 1024, pick: whole(isHighEntropy) })],
}

/** After the name of a secret less chance will do; without one the text must look like nothing else. */
function isHighEntropy(region: Region): boolean {
  const { text } = region
  if (text.length > 512 || !standsAlone(region) || isPlaceholder(text)) return false
  if (/abcdefgh|23456789/i.test(text)) return false
  if (follows(region, nameOfSecret)) return /\d/.test(text) && !isOfWords(text) && isRandom(text, 3)
  const isKnown =
    /^[0-9a-f]+$/i.test(text) ||
    /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text) ||
    /^(?:sha\d+-|data:|https?:)/i.test(text) ||
    // Paths, file names, host names, and names made of words.
    text.split(/[/._=-]/).some((part) => /^[A-Za-z]{4,}$/.test(part) || /^[A-Z]?[a-z]{3,}(?:[A-Z][a-z]+)+$/.test(part))
  return !isKnown && !isOfWords(text) && text.length >= 24 && isRandom(text, 4)
}

/** Whether most of a text are words, as in the names of programs: `loadJsonV2ErrorCode`. */
function isOfWords(text: string): boolean {
  const words = text.match(/[A-Z]?[a-z]{2,}/g) ?? []
  return words.join('').length >= 0.7 * text.length
}

/** Whether letters of both cases and digits stand mixed, with so many bits of Shannon's entropy a character. */
function isRandom(text: string, bits: number): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((each) => each.test(text)).length
  return kinds >= (bits < 3.5 ? 2 : 3) && entropyOf(text) >= bits
}

function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

export const secretDetectors: readonly Detector[] = [
  awsKey,
  privateKey,
  byForms('api_key', apiKeyForms),
  byForms('github_token', githubForms),
  byForms('gitlab_token', gitlabForms),
  byForms('slack_token', slackForms),
  byForms('stripe_key', stripeForms),
  byForms('google_key', googleForms),
  byForms('azure_key', azureForms),
  jwt,
  connectionString,
  highEntropy,
]
