/** Guards the request of a task: the texts that it is about, then whatever else stands in its body. */
import { type TaskCall, textAt, withTextAt } from '../dialects/task.ts'
import type { Blocked } from './findings.ts'
import type { Guarding } from './guarded-text.ts'
import { createWholeTexts } from './whole-texts.ts'

export type GuardedTask =
  | { readonly kind: 'passed'; readonly call: TaskCall; readonly isChanged: boolean }
  | { readonly kind: 'blocked'; readonly blocked: Blocked; readonly where: string }

/** What tasks are about: looked at text by text, since pictures and lists of tokens stand there too. */
const subjects: ReadonlySet<string> = new Set(['model', 'input', 'query', 'documents', 'prompt'])

export function guardTask(call: TaskCall, guarding: Guarding): GuardedTask {
  const texts = createWholeTexts(guarding)
  let { body } = call
  let where: string | undefined
  for (const path of call.texts) {
    const before = textAt(body, path)
    const { text } = texts.text(before)
    if (texts.blocked() !== undefined)
      where ??= path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join('')
    if (text !== before) body = withTextAt(body, path, text)
  }
  const rest = Object.fromEntries(Object.entries(body).filter(([key]) => !subjects.has(key)))
  const guarded = { ...body, ...texts.value(rest) }
  const blocked = texts.blocked()
  if (blocked !== undefined) return { kind: 'blocked', blocked, where: where ?? 'the body' }
  const isChanged = JSON.stringify(guarded) !== JSON.stringify(call.body)
  return { kind: 'passed', call: isChanged ? { ...call, body: guarded } : call, isChanged }
}
