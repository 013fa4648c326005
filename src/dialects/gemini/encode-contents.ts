/**
 * Neutral messages → Google's contents, by the rules that its API insists on: the results of a turn's calls come
 * together, alone, in the order of the calls, right after it; nothing is empty; the newest models want a signature on
 * the first call of a turn.
 */
import type { EncodeOptions } from '../dialect.ts'
import { isObject } from '../json.ts'
import type { Losses } from '../losses.ts'
import type { ChatCall, JsonObject, Message, TextBlock } from '../neutral.ts'
import { encodePart, type PartContext } from './encode-part.ts'
import { ownFields } from './extensions.ts'
import { isThirdGeneration } from './model-version.ts'

export interface EncodedContents {
  readonly system: readonly JsonObject[]
  readonly contents: readonly JsonObject[]
}

interface Turn {
  readonly role: 'user' | 'model'
  parts: readonly JsonObject[]
  readonly isResults: boolean
  readonly fields: JsonObject
}

/** Google's word for a call that it did not make and whose signature it shall not ask for. */
const NO_SIGNATURE = 'skip_thought_signature_validator'

export function encodeContents(call: ChatCall, options: EncodeOptions, losses: Losses): EncodedContents {
  const isOwn = call.dialect === 'gemini'
  const hasMediaResults = isOwn || isThirdGeneration(options.model)
  const context: PartContext = { isOwn, losses, nameOf: namesIn(call), hasMediaResults }
  const system: TextBlock[] = [...call.system]
  const turns: Turn[] = []
  for (const message of call.messages) {
    if (message.name !== undefined) noteName(message.name, losses)
    if (message.role === 'system') {
      losses.add(
        'messages.role',
        "a system message stands in mid-conversation; Google's Gemini API takes it only before the contents",
      )
      system.push(...message.content.filter((block): block is TextBlock => block.kind === 'text'))
      continue
    }
    const role = message.role === 'assistant' ? 'model' : 'user'
    if (isOwn)
      turns.push({ role, isResults: false, parts: partsOf(message, context), fields: ownFields(message.extensions) })
    else for (const turn of turnsOf(message, role, context)) append(turns, turn)
  }
  if (!isOwn)
    for (const [i, turn] of turns.entries()) if (turn.isResults) turn.parts = inOrder(turn.parts, turns[i - 1])
  if (isThirdGeneration(options.model)) for (const turn of turns) sign(turn, isOwn)
  const said = system.flatMap((block) => encodePart(block, context))
  // A call of system messages only has nobody to answer: what it says is then the user's.
  if (turns.length === 0 && said.length > 0) return { system: [], contents: [{ role: 'user', parts: said }] }
  return { system: said, contents: turns.map(({ role, parts, fields }) => ({ role, parts, ...fields })) }
}

function noteName(name: string, losses: Losses): void {
  losses.add(
    'messages.name',
    `a message names its participant \`${name.slice(0, 64)}\`, which Google's Gemini API cannot say`,
  )
}

/** The names of the functions that were called, by the ids of the calls. */
function namesIn(call: ChatCall): (callId: string) => string | undefined {
  const names = new Map<string, string>()
  for (const { content } of call.messages)
    for (const block of content) if (block.kind === 'tool_call') names.set(block.id, block.name)
  return (callId) => names.get(callId)
}

function partsOf({ content }: Message, context: PartContext): readonly JsonObject[] {
  return content.flatMap((block) => encodePart(block, context))
}

/** The results of a message, and then the rest of it. */
function turnsOf(message: Message, role: Turn['role'], context: PartContext): readonly Turn[] {
  const parts = partsOf(message, context)
  const results = parts.filter((part) => part['functionResponse'] !== undefined)
  const others = parts.filter((part) => part['functionResponse'] === undefined)
  return [
    { role: 'user', isResults: true, parts: results, fields: {} },
    { role, isResults: false, parts: others, fields: {} },
  ]
}

/** A turn that has nothing to say is left out; one of the same kind as the last is joined to it. */
function append(turns: Turn[], turn: Turn): void {
  const last = turns.at(-1)
  if (turn.parts.length === 0) return
  if (last === undefined || last.role !== turn.role || last.isResults !== turn.isResults) turns.push(turn)
  else last.parts = [...last.parts, ...turn.parts]
}

/** Results without ids are matched by their order. */
function inOrder(results: readonly JsonObject[], calls: Turn | undefined): readonly JsonObject[] {
  const ids = (calls?.parts ?? []).map(idOf('functionCall'))
  const placeOf = (part: JsonObject): number => {
    const place = ids.indexOf(idOf('functionResponse')(part))
    return place === -1 ? ids.length : place
  }
  return results.toSorted((a, b) => placeOf(a) - placeOf(b))
}

function idOf(field: string): (part: JsonObject) => string | undefined {
  return (part) => {
    const said = part[field]
    return isObject(said) && typeof said['id'] === 'string' ? said['id'] : undefined
  }
}

/**
 * The first call of a model's turn carries the signature of the whole step. What Google's own clients leave out is
 * theirs to leave out, but for calls that another provider made: those show by their ids.
 */
function sign(turn: Turn, isOwn: boolean): void {
  const first = turn.parts.findIndex((part) => part['functionCall'] !== undefined)
  const part = turn.parts[first]
  if (part === undefined || part['thoughtSignature'] !== undefined) return
  if (isOwn && idOf('functionCall')(part) === undefined) return
  turn.parts = turn.parts.map((part, i) => (i === first ? { ...part, thoughtSignature: NO_SIGNATURE } : part))
}
