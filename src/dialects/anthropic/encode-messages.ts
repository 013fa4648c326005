/**
 * Neutral messages → Anthropic messages, by the rules that its API insists on: roles alternate, all results of a
 * turn's calls come together and first in the very next user message, no empty text, no white space at the end of
 * a prefill, and the user begins.
 */
import type { Losses } from '../losses.ts'
import type { ChatCall, JsonObject, Message, TextBlock } from '../neutral.ts'
import { encodeBlock, encodeText, textBlock } from './encode-block.ts'

export interface EncodedMessages {
  readonly system: readonly JsonObject[]
  readonly messages: readonly JsonObject[]
}

interface Turn {
  readonly role: Message['role']
  content: readonly JsonObject[]
  readonly fields: JsonObject
}

/** What the user says where a conversation begins with the assistant: the API wants the user to begin. */
const OPENING = '(The assistant begins.)'

export function encodeMessages(call: ChatCall, losses: Losses): EncodedMessages {
  const isOwn = call.dialect === 'anthropic'
  const system: TextBlock[] = [...call.system]
  const turns: Turn[] = []
  for (const message of call.messages) {
    if (message.name !== undefined)
      losses.add(
        'messages.name',
        `a message names its participant \`${message.name.slice(0, 64)}\`, which Anthropic's Messages API cannot say`,
      )
    if (message.role === 'system' && message.extensions?.dialect !== 'anthropic') {
      losses.add(
        'messages.role',
        "a system message stands in mid-conversation; Anthropic's Messages API takes it only before the messages",
      )
      system.push(...message.content.filter((block): block is TextBlock => block.kind === 'text'))
      continue
    }
    const content = message.content.flatMap((block) =>
      isOwn && block.kind === 'text' ? [textBlock(block)] : encodeBlock(block, losses),
    )
    append(turns, { role: message.role, content, fields: ownFields(message) })
  }
  if (!isOwn) mend(turns)
  const said = isOwn ? system.map(textBlock) : system.flatMap(encodeText)
  // A call of system messages only has nobody to answer: what it says is then the user's.
  if (turns.length === 0 && said.length > 0) return { system: [], messages: [{ role: 'user', content: said }] }
  return {
    system: said,
    messages: turns.map(({ role, content, fields }) => ({ role, content: plain(content), ...fields })),
  }
}

/** What a client of another dialect cannot know of this API's rules. */
function mend(turns: Turn[]): void {
  for (const turn of turns) if (turn.role === 'user') turn.content = resultsFirst(turn.content)
  trimPrefill(turns)
  if (turns[0]?.role === 'assistant')
    turns.unshift({ role: 'user', content: [{ type: 'text', text: OPENING }], fields: {} })
}

function ownFields(message: Message): JsonObject {
  return message.extensions?.dialect === 'anthropic' ? message.extensions.fields : {}
}

/** A message that has nothing left to say is left out; one of the same role as the last is joined to it. */
function append(turns: Turn[], turn: Turn): void {
  const last = turns.at(-1)
  if (turn.content.length === 0) return
  if (last === undefined || last.role !== turn.role || turn.role === 'system') turns.push(turn)
  else last.content = [...last.content, ...turn.content]
}

function resultsFirst(content: readonly JsonObject[]): readonly JsonObject[] {
  const isResult = (block: JsonObject): boolean => block['type'] === 'tool_result'
  return content.some(isResult)
    ? [...content.filter(isResult), ...content.filter((block) => !isResult(block))]
    : content
}

/** White space at the end of the assistant's last words is refused. */
function trimPrefill(turns: readonly Turn[]): void {
  const last = turns.at(-1)
  const block = last?.content.at(-1)
  if (last?.role !== 'assistant' || block === undefined || block['type'] !== 'text') return
  last.content = [...last.content.slice(0, -1), { ...block, text: String(block['text']).trimEnd() }]
}

/** A single plain text is said as a string. */
function plain(content: readonly JsonObject[]): string | readonly JsonObject[] {
  const [only] = content
  return content.length === 1 && only !== undefined && only['type'] === 'text' && Object.keys(only).length === 2
    ? String(only['text'])
    : content
}
