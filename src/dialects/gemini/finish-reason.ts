/**
 * `finishReason` to and from the neutral stop. Google has one word, `STOP`, for an answer that ended, one that calls
 * tools, and one that met a stop sequence; and many for an answer that was withheld.
 */
import { compact, filledString } from '../json.ts'
import type { Json, Stop, StopReason } from '../neutral.ts'

const REASONS: ReadonlyMap<string, StopReason> = new Map([
  ['STOP', 'end'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['LANGUAGE', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['MODEL_ARMOR', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
  ['IMAGE_RECITATION', 'content_filter'],
])

/** With `enum-encoding=int` a server says numbers; these are the same in all of Google's APIs. */
const NUMBERS = ['', 'STOP', 'MAX_TOKENS', 'SAFETY', 'RECITATION', 'OTHER']

/** The model's own slips: it says nothing then, and another try can go well. */
const SLIPS = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
  'MALFORMED_RESPONSE',
  'NO_IMAGE',
])

/** The word of a candidate, or undefined where it has none yet. */
export function finishWord(value: Json | undefined): string | undefined {
  const word = typeof value === 'number' ? (NUMBERS[value] ?? String(value)) : filledString(value)
  return word === '' || word === 'FINISH_REASON_UNSPECIFIED' ? undefined : word
}

/** Whether an answer that ended so, and holds nothing, is the model's slip. */
export function isSlip(word: string | undefined): boolean {
  return word !== undefined && SLIPS.has(word)
}

export function decodeFinish(word: string | undefined, hasCalls: boolean): Stop {
  const said = word === undefined ? 'unknown' : (REASONS.get(word) ?? 'unknown')
  const reason = hasCalls && (said === 'end' || said === 'unknown') ? 'tool_calls' : said
  return compact({ reason, raw: word, dialect: word === undefined ? undefined : ('gemini' as const) })
}

export function encodeFinish(stop: Stop): string {
  if (stop.dialect === 'gemini' && stop.raw !== undefined) return stop.raw
  switch (stop.reason) {
    case 'length':
      return 'MAX_TOKENS'
    case 'content_filter':
    case 'refusal':
      return 'SAFETY'
    case 'end':
    case 'tool_calls':
    case 'stop_sequence':
    case 'pause':
    case 'unknown':
      return 'STOP'
  }
}
