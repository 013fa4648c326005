/** How many tokens a task sends, near enough to reserve a budget. */
import { countText } from './estimate.ts'
import { isArray } from './json.ts'
import type { Json } from './neutral.ts'
import { type TaskCall, textAt } from './task.ts'

/** The estimated input tokens; of lists of tokens as many as there are. */
export function estimateTaskTokens({ body, texts, unreadable }: TaskCall): number {
  const counted = unreadable === undefined ? 0 : countNumbers(body[unreadable] ?? null)
  return texts.reduce((sum, path) => sum + countText(textAt(body, path)), counted)
}

function countNumbers(value: Json): number {
  if (isArray(value)) return value.reduce((sum: number, each) => sum + countNumbers(each), 0)
  return typeof value === 'number' ? 1 : 0
}
