/**
 * What was used, and whose word that is.
 *
 * A provider's count is taken as it is, zeros included. What it did not say is estimated from what went in and
 * what came out so far; where no attempt got far enough to use anything, nothing is claimed.
 */
import type { Answer, Block, StreamEvent, Usage } from '../dialects/neutral.ts'
import type { AttemptRecord } from '../dispatch/outcome.ts'
import type { RecordedUsage } from './usage-record.ts'

/** Usage as settled: counts that the provider did not say are filled in and make it an estimate. */
export function settleUsage(
  said: Usage | undefined,
  estimate: { readonly input: number; readonly output: number },
): RecordedUsage {
  const { raw: _, ...counts } = said ?? {}
  const isWhole = counts.input !== undefined && counts.output !== undefined
  return {
    ...counts,
    input: counts.input ?? estimate.input,
    output: counts.output ?? estimate.output,
    provenance: isWhole ? 'provider' : 'estimated',
  }
}

/**
 * Usage of an answer that broke off. Anthropic counts output from the first event on, so that a count may be there
 * that is not the last word: the estimate stands where it is the larger one.
 */
export function settlePartialUsage(
  said: Usage | undefined,
  estimate: { readonly input: number; readonly output: number },
): RecordedUsage {
  const output = Math.max(said?.output ?? 0, estimate.output)
  return { ...settleUsage({ ...said, output }, estimate), provenance: 'estimated' }
}

/**
 * Usage of an attempt that did not serve: what the provider said of it; its input where one of our clocks broke it off, for
 * it had been sent and was being worked on; else nothing.
 */
export function usageOfFailed({ usage, error }: AttemptRecord, inputTokens: number): Usage | undefined {
  if (usage !== undefined) return usage
  const isBrokenOff = error?.kind === 'timeout' && error.clock !== 'connect'
  return isBrokenOff ? { input: inputTokens, output: 0 } : undefined
}

/** The characters that an event adds to an answer. */
export function charactersOf(event: StreamEvent): number {
  switch (event.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
    case 'arguments':
      return event.text.length
    case 'block_start':
      return event.of.kind === 'tool_call' ? event.of.name.length : 0
    default:
      return 0
  }
}

/** The characters of a whole answer. */
export function charactersIn(answer: Answer): number {
  return answer.choices.reduce(
    (sum, choice) => sum + choice.content.reduce((inner, block) => inner + charactersOfBlock(block), 0),
    0,
  )
}

function charactersOfBlock(block: Block): number {
  switch (block.kind) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return block.text.length
    case 'tool_call':
      return block.name.length + block.arguments.length
    default:
      return 0
  }
}

/** Tokens of so many characters of an answer: some four to one in the tokenisers of today. */
export function tokensOfCharacters(characters: number): number {
  return Math.ceil(characters / 4)
}
