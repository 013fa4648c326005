/** One attempt at a task: its answer is one document, and the provider's own bytes go on where clients can read them. */
import type { TaskAnswer, TaskCall, TaskFormat } from '../dialects/task.ts'
import { readWholeJson, refused, type SendOptions, send, type Unserved } from './send.ts'

export interface TaskAttempt extends Pick<SendOptions, 'provider' | 'clocks' | 'timeouts'> {
  readonly call: TaskCall
  readonly format: TaskFormat
  readonly model: string
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

export type TaskResult =
  | {
      readonly kind: 'task'
      readonly answer: TaskAnswer
      readonly bytes: Uint8Array
      readonly restMs: number | undefined
    }
  | Unserved

export async function attemptTask(options: TaskAttempt): Promise<TaskResult> {
  const { provider, call, format, model, body, headers, clocks, timeouts } = options
  const request = { model, task: call.task, body, stream: false, headers }
  return send({ provider, request, decodeError: format.decodeError, timeouts, clocks }, async (response) => {
    const json = await readWholeJson(options, response)
    if (json.kind === 'failed') return json
    const answer = format.decodeAnswer(json.value, { call, model, headers: response.headers })
    if ('kind' in answer) return refused(answer)
    return { kind: 'task', answer, bytes: json.bytes, restMs: response.restMs } as const
  })
}
