/** What an answer says, for checks that judge it as a whole: collected from the answer, or from its events. */
import type { Answer, Block, StreamEvent } from '../dialects/neutral.ts'

export interface AnswerText {
  readonly text: string
  /** What each choice says, without reasoning and calls. */
  readonly choices: readonly string[]
}

interface Piece {
  readonly choice: number
  readonly block: number
  /** Whether it is what the choice says. */
  readonly isSaid: boolean
  text: string
}

export function textOfAnswer({ choices }: Answer): AnswerText {
  const pieces = choices.flatMap(({ index, content }) =>
    content.map((block, i): Piece => ({ choice: index, block: i, isSaid: block.kind === 'text', text: textOf(block) })),
  )
  return join(pieces)
}

function textOf(block: Block): string {
  switch (block.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return block.text
    case 'tool_call':
      return block.arguments
    case 'opaque':
      return JSON.stringify(block.value)
    case 'tool_result':
    case 'document':
    case 'image':
    case 'audio':
      return ''
  }
}

export function textOfEvents(events: readonly StreamEvent[]): AnswerText {
  const pieces = new Map<string, Piece>()
  const add = (choice: number, block: number, text: string, isSaid = false) => {
    const key = `${choice} ${block}`
    const piece = pieces.get(key) ?? { choice, block, isSaid, text: '' }
    piece.text += text
    pieces.set(key, piece)
  }
  for (const event of events) {
    switch (event.kind) {
      case 'block_start':
        if (event.of.kind === 'opaque') add(event.choice, event.block, JSON.stringify(event.of.value))
        break
      case 'text':
        add(event.choice, event.block, event.text, true)
        break
      case 'refusal':
      case 'reasoning':
      case 'arguments':
        add(event.choice, event.block, event.text)
        break
      case 'opaque':
        add(event.choice, event.block, JSON.stringify(event.value))
    }
  }
  return join([...pieces.values()].sort((a, b) => a.choice - b.choice || a.block - b.block))
}

function join(pieces: readonly Piece[]): AnswerText {
  const choices = new Map<number, string>()
  for (const { choice, text, isSaid } of pieces) choices.set(choice, (choices.get(choice) ?? '') + (isSaid ? text : ''))
  const text = pieces
    .map((each) => each.text)
    .filter((each) => each !== '')
    .join('\n')
  return { text, choices: [...choices.values()] }
}
