/** One candidate of a stream: its parts, joined to blocks. Calls come whole; texts and thoughts come in pieces. */
import { createReader, fieldsBeside, filledString, isObject } from '../json.ts'
import type { Block, BlockStart, Extensions, Json, JsonObject, StreamEvent } from '../neutral.ts'
import { citationsIn } from './citations.ts'
import { answerIds, CANDIDATE_FIELDS, decodeAnswerPart, type EndedCandidate } from './decode-answer.ts'
import { partsOf } from './decode-part.ts'
import { geminiExtensions } from './extensions.ts'
import { decodeFinish, finishWord } from './finish-reason.ts'
import { decodeLogprobs } from './logprobs.ts'

export interface CandidateDecoder {
  /** What a piece of the candidate says, or what is wrong with it. */
  readonly push: (candidate: JsonObject) => readonly StreamEvent[] | { readonly complaint: string }
  readonly ended: () => EndedCandidate
  /** Closes what is open and says the finish. */
  readonly finish: () => readonly StreamEvent[]
}

type Flowing = 'text' | 'reasoning'

const LATE_FIELDS = new Set([...CANDIDATE_FIELDS, 'logprobsResult'])

export function createCandidateDecoder(choice: number, answerId: string): CandidateDecoder {
  const ids = answerIds(answerId, choice)
  let blocks = 0
  let current: { readonly kind: Flowing; readonly block: number } | undefined
  let hasCalls = false
  let word: string | undefined
  let beside: JsonObject = {}
  let events: StreamEvent[] = []

  const stopCurrent = (): void => {
    if (current !== undefined) events.push({ kind: 'block_stop', choice, block: current.block })
    current = undefined
  }
  const startBlock = (of: BlockStart, extensions?: Extensions): number => {
    const block = blocks++
    events.push({ kind: 'block_start', choice, block, of, ...(extensions !== undefined && { extensions }) })
    return block
  }
  const flow = (kind: Flowing): number => {
    if (current?.kind !== kind) {
      stopCurrent()
      current = { kind, block: startBlock({ kind }) }
    }
    return current.block
  }
  /** A signature ends its block: what follows is another part, which may have one of its own. */
  const sign = (value: string): void => {
    if (current === undefined) return
    events.push({ kind: 'signature', choice, block: current.block, dialect: 'gemini', value })
    stopCurrent()
  }
  const say = (block: Extract<Block, { kind: Flowing }>, logprobs: Json | undefined): void => {
    const { kind, text, signature } = block
    if (text === '' && signature === undefined && logprobs === undefined) return
    const at = { choice, block: flow(kind) }
    if (kind === 'reasoning') events.push({ kind, ...at, text })
    else events.push({ kind, ...at, text, ...(logprobs !== undefined && { logprobs }) })
    if (signature !== undefined) sign(signature.value)
  }
  const call = (block: Extract<Block, { kind: 'tool_call' }>): void => {
    stopCurrent()
    hasCalls = true
    const at = { choice, block: startBlock({ kind: 'tool_call', id: block.id, name: block.name }, block.extensions) }
    if (block.arguments !== '') events.push({ kind: 'arguments', ...at, text: block.arguments })
    if (block.signature !== undefined) events.push({ kind: 'signature', ...at, ...block.signature })
    events.push({ kind: 'block_stop', ...at })
  }
  const other = (value: JsonObject): void => {
    const signature = filledString(value['thoughtSignature'])
    // The signature of the text that came before: the text had ended already.
    if (value['text'] === '' && signature !== undefined && current?.kind === 'text') sign(signature)
    else {
      stopCurrent()
      const block = startBlock({ kind: 'opaque', dialect: 'gemini', value })
      events.push({ kind: 'block_stop', choice, block })
    }
  }

  const push = (candidate: JsonObject): readonly StreamEvent[] | { readonly complaint: string } => {
    events = []
    const read = createReader()
    let logprobs = decodeLogprobs(candidate['logprobsResult'])
    const content = isObject(candidate['content']) ? candidate['content'] : undefined
    for (const part of partsOf(content, 'content', read)) {
      const block = decodeAnswerPart(part, 'content.parts', read, ids)
      if (block?.kind === 'tool_call') call(block)
      else if (block?.kind === 'opaque') other(block.value)
      else if (block?.kind === 'text') {
        say(block, logprobs)
        logprobs = undefined
      } else if (block?.kind === 'reasoning') say(block, undefined)
    }
    if (logprobs !== undefined) say({ kind: 'text', text: '' }, logprobs)
    word = finishWord(candidate['finishReason']) ?? word
    beside = { ...beside, ...fieldsBeside(candidate, LATE_FIELDS) }
    const complaint = read.complaint()
    return complaint === undefined ? events : { complaint: complaint.message }
  }
  const finish = (): readonly StreamEvent[] => {
    events = []
    if (current?.kind === 'text')
      for (const value of citationsIn(beside))
        events.push({ kind: 'citation', choice, block: current.block, dialect: 'gemini', value })
    stopCurrent()
    const extensions = geminiExtensions(beside)
    const stop = decodeFinish(word, hasCalls)
    events.push({ kind: 'finish', choice, stop, ...(extensions !== undefined && { extensions }) })
    return events
  }
  const ended = (): EndedCandidate => ({
    word,
    isEmpty: blocks === 0,
    ...(beside['finishMessage'] !== undefined && { finishMessage: beside['finishMessage'] }),
  })
  return { push, ended, finish }
}
