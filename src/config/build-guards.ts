/** Reads `guards:`, with the files of words and schemas that it names. */
import { readFileSync } from 'node:fs'
import type { Building } from './building.ts'
import { fileAt, report, secretAt, spanAt } from './building.ts'
import type { GuardConfig } from './guards.ts'
import { parseDurationMs } from './quantities.ts'
import type { RawGuard } from './raw.ts'

const usualTimeoutMs = 2000
/** Most words of one list, and the longest of them. */
const maxWords = 20_000
const maxWordLength = 200
const maxFileBytes = 4 * 1024 * 1024

export function buildGuards(building: Building): readonly GuardConfig[] {
  return Object.entries(building.raw.guards ?? {}).map(([name, raw]) => buildGuard(building, name, raw))
}

function buildGuard(building: Building, name: string, raw: RawGuard): GuardConfig {
  const base = { name, span: spanAt(building, ['guards', name], 'key') }
  switch (raw.type) {
    case 'pattern': {
      const patterns = (raw.patterns ?? []).map((text, i) => ({
        text,
        span: spanAt(building, ['guards', name, 'patterns', i]),
      }))
      return { ...base, kind: 'pattern', patterns, ignoreCase: raw.ignore_case ?? false }
    }
    case 'words':
      return {
        ...base,
        kind: 'words',
        words: wordsOf(building, name, raw),
        ignoreCase: raw.ignore_case ?? true,
        wholeWords: raw.whole_words ?? true,
      }
    case 'http': {
      const secret = secretAt(building, ['guards', name, 'secret'])
      const how = { url: raw.url ?? '', private: raw.private ?? false, ...asking(raw) }
      return { ...base, kind: 'http', ...how, ...(secret === undefined ? {} : { secret }) }
    }
    case 'moderation':
      return { ...base, kind: 'moderation', ...targetOf(building, name, raw), ...asking(raw), ...countingOf(raw) }
    case 'json_schema':
      return { ...base, kind: 'json_schema', schema: schemaOf(building, name, raw) }
  }
}

function asking(raw: RawGuard) {
  const timeoutMs = raw.timeout === undefined ? undefined : parseDurationMs(raw.timeout)
  return { timeoutMs: timeoutMs ?? usualTimeoutMs, onError: raw.on_error ?? ('block' as const) }
}

function countingOf({ categories, threshold }: RawGuard) {
  return { ...(categories === undefined ? {} : { categories }), ...(threshold === undefined ? {} : { threshold }) }
}

function targetOf(building: Building, name: string, { target = '' }: RawGuard) {
  const slash = target.indexOf('/')
  const provider = target.slice(0, slash)
  const { type } = building.raw.providers?.[provider] ?? {}
  if (type === undefined || !speaksModeration.has(type)) {
    const what =
      type === undefined ? `there is no provider \`${provider}\`` : `\`${provider}\` has no moderation models`
    const help = `the providers that have them are of type ${[...speaksModeration].map((each) => `\`${each}\``).join(', ')}`
    report(building, 'P907', ['guards', name, 'target'], { message: what, help })
  }
  return { provider, model: target.slice(slash + 1) }
}

/** Types of providers that answer at `/moderations` as OpenAI does. */
const speaksModeration: ReadonlySet<string> = new Set(['openai', 'openai-compatible', 'mistral'])

function wordsOf(building: Building, name: string, raw: RawGuard): readonly string[] {
  const text = raw.file === undefined ? '' : readAt(building, ['guards', name, 'file'], raw.file)
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith('#'))
  const words = [...new Set([...(raw.words ?? []), ...lines].map((each) => each.trim()))].filter((each) => each !== '')
  const isTooLong = words.some((each) => each.length > maxWordLength)
  if (words.length === 0 || words.length > maxWords || isTooLong) {
    const message =
      words.length === 0
        ? `\`${name}\` has no words`
        : `\`${name}\` has ${isTooLong ? `a word of more than ${maxWordLength} characters` : `more than ${maxWords} words`}`
    report(building, 'P907', ['guards', name], { message, part: 'key' })
    return []
  }
  return words
}

function schemaOf(building: Building, name: string, raw: RawGuard): object | boolean {
  if ((raw.schema === undefined) === (raw.file === undefined)) {
    const has = raw.file === undefined ? 'neither' : 'both'
    const message = `\`${name}\` has ${has} \`schema\` ${has === 'both' ? 'and' : 'nor'} \`file\``
    report(building, 'P907', ['guards', name], { message, help: 'write one of them', part: 'key' })
    return true
  }
  if (raw.schema !== undefined) return raw.schema
  try {
    const parsed: unknown = JSON.parse(readAt(building, ['guards', name, 'file'], raw.file ?? '') || '{}')
    if (typeof parsed === 'boolean' || (typeof parsed === 'object' && parsed !== null)) return parsed
  } catch {
    // Told below, as what is JSON and no schema is.
  }
  report(building, 'P907', ['guards', name, 'file'], { message: `the file of \`${name}\` is not a JSON schema` })
  return true
}

/** The text of a file that the configuration names; empty where it cannot be read, which is reported. */
function readAt(building: Building, path: readonly string[], file: string): string {
  const problems = building.diagnostics.length
  const absolute = fileAt(building, path, file)
  if (building.diagnostics.length > problems) return ''
  const text = readFileSync(absolute, 'utf8')
  if (text.length <= maxFileBytes) return text
  report(building, 'P907', path, { message: `the file is larger than ${maxFileBytes} bytes` })
  return ''
}
