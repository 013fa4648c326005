/**
 * Neutral messages → the messages of a Converse request, by the rules that it insists on: roles alternate, all
 * results of a turn's calls come together and first in the very next user message, no empty text, no white space at
 * the end of a prefill, a text beside every document, and the user begins.
 */
import type { Losses } from '../losses.ts'
import type { ChatCall, JsonObject, Message, TextBlock } from '../neutral.ts'
import { withoutIdlePoints } from './cache-point.ts'
import { encodeBlock } from './encode-block.ts'
import { type BlockContext, createNames } from './media.ts'

export interface EncodedMessages {
  readonly system: readonly JsonObject[]
  readonly messages: readonly JsonObject[]
}

interface Turn {
  readonly role: 'user' | 'assistant'
  content: readonly JsonObject[]
}

/** What the user says where the API wants a word and there is none. */
const OPENING = '(The assistant begins.)'
const SEE_DOCUMENT = '(See the document.)'

export function encodeMessages(call: ChatCall, model: string, losses: Losses): EncodedMessages {
  const context: BlockContext = { model, losses, nameOf: createNames() }
  const system: TextBlock[] = [...call.system]
  const turns: Turn[] = []
  for (const { role, name, content } of call.messages) {
    if (name !== undefined)
      losses.add(
        'messages.name',
        `a message names its participant \`${name.slice(0, 64)}\`, which Amazon Bedrock's Converse API cannot say`,
      )
    if (role === 'system') {
      losses.add(
        'messages.role',
        "a system message stands in mid-conversation; Amazon Bedrock's Converse API takes it only before the messages",
      )
      system.push(...content.filter((block): block is TextBlock => block.kind === 'text'))
    } else
      append(
        turns,
        role,
        content.flatMap((block) => encodeBlock(block, context)),
      )
  }
  for (const turn of turns) if (turn.role === 'user') turn.content = withText(resultsFirst(turn.content))
  trimPrefill(turns)
  if (turns[0]?.role === 'assistant') turns.unshift({ role: 'user', content: [{ text: OPENING }] })
  const said = withoutIdlePoints(system.flatMap((block) => encodeBlock(block, context)))
  // A call of system messages only has nobody to answer: what it says is then the user's.
  if (turns.length === 0 && said.length > 0) return { system: [], messages: [{ role: 'user', content: said }] }
  return { system: said, messages: turns.map(({ role, content }) => ({ role, content })) }
}

/** A message that has nothing left to say is left out; one of the same role as the last is joined to it. */
function append(turns: Turn[], role: Exclude<Message['role'], 'system'>, blocks: readonly JsonObject[]): void {
  const last = turns.at(-1)
  const content = withoutIdlePoints(blocks)
  if (content.length === 0) return
  if (last?.role === role) last.content = [...last.content, ...content]
  else turns.push({ role, content })
}

/** Results first, each with the cache point behind it. */
function resultsFirst(content: readonly JsonObject[]): readonly JsonObject[] {
  if (!content.some((block) => 'toolResult' in block)) return content
  const isOfResult = content.map(
    (block, at) => 'toolResult' in block || ('cachePoint' in block && 'toolResult' in (content[at - 1] ?? {})),
  )
  return [...content.filter((_, at) => isOfResult[at]), ...content.filter((_, at) => !isOfResult[at])]
}

function withText(content: readonly JsonObject[]): readonly JsonObject[] {
  const isBare = content.some((block) => 'document' in block) && !content.some((block) => 'text' in block)
  return isBare ? [...content, { text: SEE_DOCUMENT }] : content
}

/** White space at the end of the assistant's last words is refused. */
function trimPrefill(turns: readonly Turn[]): void {
  const last = turns.at(-1)
  const text = last?.content.at(-1)?.['text']
  if (last?.role === 'assistant' && typeof text === 'string')
    last.content = [...last.content.slice(0, -1), { text: text.trimEnd() }]
}
