/**
 * Guards a whole answer. A choice in which something is blocked becomes a refusal that names the rule; the others
 * stay. Log-probabilities spell the text out once more, so that they are left out.
 */
import type { Answer, Choice } from '../dialects/neutral.ts'
import type { Blocked } from './findings.ts'
import { guardBlock } from './guard-blocks.ts'
import type { Guarding } from './guarded-text.ts'
import { createWholeTexts, guardExtensions } from './whole-texts.ts'

export interface GuardedAnswer {
  readonly answer: Answer
  /** What was blocked first, where anything was. */
  readonly blocked?: Blocked
}

export function guardAnswer(answer: Answer, guarding: Guarding): GuardedAnswer {
  let first: Blocked | undefined
  const choices = answer.choices.map((choice) => {
    const { guarded, blocked } = guardChoice(choice, guarding)
    first ??= blocked
    return blocked === undefined ? guarded : refusedChoice(choice.index, blocked)
  })
  const texts = createWholeTexts(guarding)
  const guarded = guardExtensions({ ...answer, choices }, texts)
  const beside = texts.blocked()
  if (beside !== undefined) return { answer: refusedAnswer(answer, beside), blocked: beside }
  return { answer: guarded, ...(first === undefined ? {} : { blocked: first }) }
}

function guardChoice({ logprobs: _, ...choice }: Choice, guarding: Guarding) {
  const texts = createWholeTexts(guarding)
  const guarded = guardExtensions({ ...choice, content: choice.content.map((each) => guardBlock(each, texts)) }, texts)
  return { guarded, blocked: texts.blocked() }
}

/** An answer of which nothing may go out but what it cost. */
export function refusedAnswer({ extensions: _, choices, ...answer }: Answer, blocked: Blocked): Answer {
  return { ...answer, choices: choices.map(({ index }) => refusedChoice(index, blocked)) }
}

/** What a client gets in place of an answer that may not go out. */
export function refusedChoice(index: number, blocked: Blocked): Choice {
  return {
    index,
    content: [{ kind: 'refusal', text: blockedText(blocked, 'answer') }],
    stop: { reason: 'content_filter' },
  }
}

/** Why something is blocked, in a sentence: the rule and the detector, and nothing of the text. */
export function blockedText({ rule, detector }: Blocked, what: 'request' | 'answer'): string {
  return `the ${what} is blocked by the guard \`${rule}\`, which found \`${detector}\``
}
