/** A Gemini generateContent answer → the neutral answer. */
import {
  compact,
  createReader,
  fieldsBeside,
  filledString,
  finiteNumber,
  isArray,
  isObject,
  type Reader,
} from '../json.ts'
import type { Answer, Block, Choice, Json, JsonObject, UpstreamError } from '../neutral.ts'
import { decodeBodyError, malformed, STATUS_OF } from '../upstream-error.ts'
import { citationsIn } from './citations.ts'
import { decodePart, partsOf, type ToolIds } from './decode-part.ts'
import { geminiExtensions } from './extensions.ts'
import { decodeFinish, finishWord, isSlip } from './finish-reason.ts'
import { decodeLogprobs } from './logprobs.ts'
import { makeToolId, stemOf } from './tool-id.ts'
import { decodeUsage } from './usage.ts'

export const ANSWER_FIELDS: ReadonlySet<string> = new Set([
  'candidates',
  'usageMetadata',
  'modelVersion',
  'responseId',
  'error',
])
export const CANDIDATE_FIELDS: ReadonlySet<string> = new Set(['index', 'content', 'finishReason'])

export function decodeAnswer(body: Json): Answer | UpstreamError {
  if (isArray(body) && isObject(body[0]) && isObject(body[0]['error'])) return decodeBodyError(body[0])
  if (!isObject(body)) return malformed('the answer is not a JSON object')
  if (isObject(body['error'])) return decodeBodyError(body)
  const candidates = isArray(body['candidates']) ? body['candidates'].filter(isObject) : []
  if (candidates.length === 0) return findBlock(body) ?? malformed('the answer has no `candidates`')
  const id = filledString(body['responseId']) ?? ''
  const read = createReader()
  const choices = candidates.map((candidate, i) => decodeCandidate(candidate, i, id, read))
  const complaint = read.complaint()
  if (complaint !== undefined) return malformed(`the answer does not hold together: ${complaint.message}`)
  const slip = findSlip(
    choices.map(({ content, stop }, i) => ({ ...candidates[i], isEmpty: content.length === 0, word: stop.raw })),
  )
  if (slip !== undefined) return slip
  return compact({
    id,
    model: filledString(body['modelVersion']) ?? '',
    created: createdIn(body),
    choices,
    usage: decodeUsage(body['usageMetadata']),
    extensions: geminiExtensions(fieldsBeside(body, ANSWER_FIELDS)),
  })
}

/** Seconds since the epoch, where the answer says when it was made. */
export function createdIn(body: JsonObject): number | undefined {
  const ms = typeof body['createTime'] === 'string' ? Date.parse(body['createTime']) : Number.NaN
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}

/** The error that a blocked prompt is: Google says it under a 200, in place of candidates. */
export function findBlock(body: JsonObject): UpstreamError | undefined {
  const feedback = body['promptFeedback']
  const reason = isObject(feedback) ? filledString(feedback['blockReason']) : undefined
  if (!isObject(feedback) || reason === undefined) return undefined
  const message = filledString(feedback['blockReasonMessage'])
  return {
    kind: 'content_policy',
    status: STATUS_OF.content_policy,
    message: `the prompt was blocked (${reason})${message === undefined ? '' : `: ${message}`}`,
    code: reason,
  }
}

/** What is known of a candidate at its end. */
export interface EndedCandidate {
  readonly word: string | undefined
  readonly isEmpty: boolean
  readonly finishMessage?: Json
}

/** The error that an answer is whose candidates all slipped without a word. */
export function findSlip(candidates: readonly EndedCandidate[]): UpstreamError | undefined {
  const [first] = candidates
  if (first?.word === undefined || !candidates.every(({ word, isEmpty }) => isEmpty && isSlip(word))) return undefined
  const message = filledString(first.finishMessage) ?? 'the model gave no answer that can be used'
  return { kind: 'server', status: STATUS_OF.server, message: `${message} (${first.word})`, code: first.word }
}

function decodeCandidate(candidate: JsonObject, position: number, answerId: string, read: Reader): Choice {
  const index = finiteNumber(candidate['index']) ?? position
  const ids = answerIds(answerId, index)
  const content = isObject(candidate['content']) ? candidate['content'] : undefined
  const path = `candidates[${position}].content`
  const blocks = partsOf(content, path, read).flatMap((part, i) => {
    const block = decodeAnswerPart(part, `${path}.parts[${i}]`, read, ids)
    return block === undefined || (block.kind === 'text' && block.text === '') ? [] : [block]
  })
  const hasCalls = blocks.some(({ kind }) => kind === 'tool_call')
  return compact({
    index,
    content: withCitations(blocks, citationsIn(candidate)),
    stop: decodeFinish(finishWord(candidate['finishReason']), hasCalls),
    logprobs: decodeLogprobs(candidate['logprobsResult']),
    extensions: geminiExtensions(fieldsBeside(candidate, CANDIDATE_FIELDS)),
  })
}

/** A part of an answer: text, a thought, a call, or something that only Google knows. */
export function decodeAnswerPart(part: Json, path: string, read: Reader, ids: ToolIds): Block | undefined {
  // A piece of a call whose arguments stream has no name, and only clients that asked for such pieces know them.
  if (isObject(part) && isObject(part['functionCall']) && filledString(part['functionCall']['name']) === undefined)
    return { kind: 'opaque', dialect: 'gemini', value: part }
  const block = decodePart(part, path, read, ids)
  if (block === undefined || !isObject(part)) return undefined
  return block.kind === 'text' || block.kind === 'reasoning' || block.kind === 'tool_call'
    ? block
    : { kind: 'opaque', dialect: 'gemini', value: part }
}

/** Ids for the calls of one candidate. */
export function answerIds(answerId: string, choice: number): ToolIds {
  let ordinal = 0
  return {
    ofCall: (given, name, args) =>
      given ?? makeToolId(`${answerId || stemOf(`${name} ${args}`)}${choice === 0 ? '' : `_${choice}`}`, ordinal++),
    // No answer holds results.
    ofResult: (given, name) => given ?? name,
  }
}

/** Google cites for the whole answer: the last text carries the citations. */
function withCitations(blocks: readonly Block[], items: readonly Json[]): readonly Block[] {
  const last = blocks.findLastIndex(({ kind }) => kind === 'text')
  if (items.length === 0 || last === -1) return blocks
  return blocks.map((block, i) =>
    i === last && block.kind === 'text' ? { ...block, citations: { dialect: 'gemini' as const, items } } : block,
  )
}
