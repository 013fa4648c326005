/**
 * What a client calls a field that a target cannot take. Losses are named as OpenAI's chat names them, in whose words
 * most clients speak; here stand the dialects that have others for the same.
 */
import type { DialectName } from './neutral.ts'

type Words = readonly (readonly [said: string, own: string])[]

/** A word stands for the field and all that is inside it; the first that fits counts. */
const WORDS: Partial<Readonly<Record<DialectName, Words>>> = {
  'openai-responses': [
    ['messages', 'input'],
    ['response_format', 'text.format'],
    ['reasoning_effort', 'reasoning.effort'],
    ['max_tokens', 'max_output_tokens'],
    ['logprobs', 'top_logprobs'],
  ],
  'openai-completions': [['messages', 'prompt']],
}

/** The field in the words of the client's dialect. */
export function fieldIn(dialect: DialectName | undefined, field: string): string {
  const words = dialect === undefined ? undefined : WORDS[dialect]
  return words?.find(([said]) => field === said || field.startsWith(`${said}.`))?.[1] ?? field
}
