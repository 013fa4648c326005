/** Moderation of servers that speak OpenAI's form. OpenAI says no usage, Mistral does. */
import { isArray, isObject } from '../json.ts'
import type { Json, UpstreamError } from '../neutral.ts'
import type { TaskAnswer, TaskFormat } from '../task.ts'
import { notAn, usageIn } from '../task-answer.ts'
import { decodeHttpError } from '../upstream-error.ts'

export const openaiModerations: TaskFormat = { decodeAnswer, decodeError: decodeHttpError }

function decodeAnswer(body: Json): TaskAnswer | UpstreamError {
  if (!isObject(body) || !isArray(body['results'])) return notAn('moderation', body)
  const usage = usageIn(body)
  return usage === undefined ? {} : { usage }
}
