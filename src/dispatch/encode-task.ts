/** The body of a task for one target: the client's own bytes where they will do, else made of what it asks for. */
import type { Loss } from '../dialects/dialect.ts'
import { fitBody } from '../dialects/fit-body.ts'
import type { TaskCall, TaskFormat } from '../dialects/task.ts'
import type { Provider } from '../providers/provider.ts'
import { splice } from './splice.ts'
import type { Target } from './targets.ts'

export type EncodedTask =
  | {
      readonly ok: true
      readonly format: TaskFormat
      readonly bytes: Uint8Array
      readonly losses: readonly Loss[]
      /** Whether the client's headers mean anything to the provider. */
      readonly isClients: boolean
    }
  | { readonly ok: false; readonly loss: Loss }

/** What cannot be said is never let go, whatever the route says: it is what the task is about. */
export function encodeTask(call: TaskCall, provider: Provider, target: Target): EncodedTask {
  const format = provider.taskOf?.(call.task, target.model)
  if (format === undefined) {
    const message = `\`${target.provider}\` has no ${words[call.task]} of this model`
    return { ok: false, loss: { field: 'model', message } }
  }
  const model = provider.nameOf?.(target.model) ?? target.model
  const { body, losses } = format.encodeRequest?.(call, model) ?? fitBody(call.body, format.quirks ?? [], model)
  const loss = losses[0]
  if (loss) return { ok: false, loss }
  const isClients = format.encodeRequest === undefined
  const own = isClients && body === call.body ? call.bytes : undefined
  const bytes = own ?? new TextEncoder().encode(JSON.stringify(body))
  const named = isClients ? splice(bytes, { dialect: 'openai-chat', model, asksForUsage: false }) : bytes
  if (named === undefined) throw new Error('a body that was read as JSON could not be followed')
  return { ok: true, format, bytes: named, losses: [], isClients }
}

const words: Readonly<Record<TaskCall['task'], string>> = {
  embeddings: 'embeddings',
  rerank: 'ranking',
  moderations: 'moderation',
  images: 'pictures',
}
