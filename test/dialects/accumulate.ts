/** Folds the neutral events of a stream to the whole answer, as a client of the stream would hold it. */

import { compact, isArray, isObject, parseJson } from '../../src/dialects/json.ts'
import { mergeUsage } from '../../src/dialects/merge-usage.ts'
import type {
  Answer,
  Block,
  BlockStart,
  Choice,
  Extensions,
  Json,
  JsonObject,
  StreamEvent,
  Usage,
} from '../../src/dialects/neutral.ts'

export type Accumulated =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly error: Extract<StreamEvent, { kind: 'error' }>['error'] }

interface OpenBlock {
  readonly of: BlockStart
  readonly extensions: Extensions | undefined
  text: string
  signature: string
  signedBy: 'openai-chat' | 'anthropic' | undefined
  citedBy: 'openai-chat' | 'anthropic' | undefined
  readonly citations: Json[]
  readonly opaque: JsonObject[]
  isStopped: boolean
}

interface OpenChoice {
  readonly blocks: Map<number, OpenBlock>
  finish: Extract<StreamEvent, { kind: 'finish' }> | undefined
  logprobs: JsonObject | undefined
}

/** Throws where the events break the order that `StreamEvent` promises. */
export function accumulate(events: readonly StreamEvent[]): Accumulated {
  let start: Extract<StreamEvent, { kind: 'start' }> | undefined
  let usage: Usage | undefined
  const choices = new Map<number, OpenChoice>()
  for (const [i, event] of events.entries()) {
    const isLast = i === events.length - 1
    if (event.kind === 'error') {
      if (!isLast) throw new Error('something follows an error')
      return { kind: 'failed', error: event.error }
    }
    if (event.kind === 'end') {
      if (!isLast) throw new Error('something follows the end')
      if (start === undefined) throw new Error('an end without a start')
      return { kind: 'answer', answer: answerOf(start, usage, choices) }
    }
    if (event.kind === 'ping') continue
    if (event.kind === 'start') {
      if (start !== undefined) throw new Error('a second start')
      start = event
      usage = mergeUsage(usage, event.usage)
      continue
    }
    if (start === undefined) throw new Error(`${event.kind} before the start`)
    if (event.kind === 'usage') usage = mergeUsage(usage, event.usage)
    else step(choices, event)
  }
  throw new Error('the events neither end nor fail')
}

type Step = Extract<StreamEvent, { readonly choice: number }>

function step(choices: Map<number, OpenChoice>, event: Step): void {
  const choice = choices.get(event.choice) ?? { blocks: new Map(), finish: undefined, logprobs: undefined }
  choices.set(event.choice, choice)
  if (choice.finish !== undefined) throw new Error(`${event.kind} after the finish`)
  if (event.kind === 'finish') {
    for (const block of choice.blocks.values()) if (!block.isStopped) throw new Error('a finish with an open block')
    choice.finish = event
    return
  }
  if (event.kind === 'block_start') {
    if (event.block !== choice.blocks.size) throw new Error('blocks are not numbered in order')
    for (const other of choice.blocks.values())
      if (!other.isStopped && other.of.kind !== 'tool_call') throw new Error('blocks overlap')
    choice.blocks.set(event.block, {
      of: event.of,
      extensions: event.extensions,
      text: '',
      signature: '',
      signedBy: undefined,
      citedBy: undefined,
      citations: [],
      opaque: [],
      isStopped: false,
    })
    return
  }
  const block = choice.blocks.get(event.block)
  if (block === undefined || block.isStopped) throw new Error(`${event.kind} outside its block`)
  switch (event.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
    case 'arguments':
      block.text += event.text
      if ('logprobs' in event && isObject(event.logprobs))
        choice.logprobs = joinLogprobs(choice.logprobs, event.logprobs)
      return
    case 'signature':
      block.signature += event.value
      block.signedBy = event.dialect
      return
    case 'citation':
      block.citations.push(event.value)
      block.citedBy = event.dialect
      return
    case 'opaque':
      block.opaque.push(event.value)
      return
    case 'block_stop':
      block.isStopped = true
  }
}

function joinLogprobs(before: JsonObject | undefined, later: JsonObject): JsonObject {
  if (before === undefined) return later
  const join = (key: string): Json => {
    const lists = [before[key], later[key]].filter((list): list is readonly Json[] => isArray(list))
    return lists.length === 0 ? null : lists.flat()
  }
  return Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(later)])].map((key) => [key, join(key)]),
  )
}

function answerOf(
  start: Extract<StreamEvent, { kind: 'start' }>,
  usage: Usage | undefined,
  choices: ReadonlyMap<number, OpenChoice>,
): Answer {
  return compact({
    id: start.id,
    model: start.model,
    created: start.created,
    choices: [...choices].sort(([a], [b]) => a - b).map(([index, choice]) => choiceOf(index, choice)),
    usage,
    extensions: start.extensions,
  })
}

function choiceOf(index: number, choice: OpenChoice): Choice {
  return compact({
    index,
    content: [...choice.blocks.values()].map(blockOf),
    stop: choice.finish?.stop ?? { reason: 'unknown' as const },
    logprobs: choice.logprobs,
    extensions: choice.finish?.extensions,
  })
}

function blockOf(block: OpenBlock): Block {
  const { of, text, extensions } = block
  switch (of.kind) {
    case 'text':
      return compact({
        kind: 'text' as const,
        text,
        citations: block.citedBy === undefined ? undefined : { dialect: block.citedBy, items: block.citations },
        extensions,
      })
    case 'refusal':
      return compact({ kind: 'refusal' as const, text, extensions })
    case 'reasoning':
      return compact({
        kind: 'reasoning' as const,
        text,
        signature: block.signedBy === undefined ? undefined : { dialect: block.signedBy, value: block.signature },
        extensions: withDetails(extensions, block.opaque),
      })
    case 'redacted_reasoning':
      return compact({
        kind: 'reasoning' as const,
        text: '',
        redacted: { dialect: of.dialect, data: of.data },
        extensions,
      })
    case 'tool_call':
      return compact({ kind: 'tool_call' as const, id: of.id, name: of.name, arguments: text, extensions })
    case 'opaque':
      return { kind: 'opaque', dialect: of.dialect, value: wholeOf(of.value, block.opaque) }
  }
}

function withDetails(extensions: Extensions | undefined, deltas: readonly JsonObject[]): Extensions | undefined {
  const details = deltas.flatMap(({ reasoning_details: list }) => (isArray(list) ? list : []))
  if (details.length === 0) return extensions
  return { dialect: 'openai-chat', fields: { ...extensions?.fields, reasoning_details: details } }
}

/** The opaque block that its deltas make: the input of a server tool, audio, a custom call. */
function wholeOf(value: JsonObject, deltas: readonly JsonObject[]): JsonObject {
  const json = deltas
    .map((delta) => (delta['type'] === 'input_json_delta' ? String(delta['partial_json'] ?? '') : ''))
    .join('')
  if (json !== '') return { ...value, input: parseJson(json) ?? null }
  const audio = deltas.flatMap((delta) => (isObject(delta['audio']) ? [delta['audio']] : []))
  if (audio.length > 0) return { ...value, audio: audio.reduce(joinStrings) }
  const custom = deltas.flatMap((delta) => (isArray(delta['tool_calls']) ? delta['tool_calls'] : [])).find(isObject)
  return custom ?? value
}

function joinStrings(before: JsonObject, later: JsonObject): JsonObject {
  const keys = new Set([...Object.keys(before), ...Object.keys(later)])
  return Object.fromEntries(
    [...keys].map((key) => {
      const [a, b] = [before[key], later[key]]
      const isText = (key === 'data' || key === 'transcript') && typeof a === 'string' && typeof b === 'string'
      return [key, isText ? `${a}${b}` : (b ?? a ?? null)]
    }),
  )
}
