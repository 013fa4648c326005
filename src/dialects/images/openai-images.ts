/** Pictures of servers that speak OpenAI's form: counted by pieces, and by newer models in tokens too. */
import { compact, finiteNumber, isArray, isObject } from '../json.ts'
import type { Json, UpstreamError } from '../neutral.ts'
import type { TaskAnswer, TaskFormat } from '../task.ts'
import { notAn } from '../task-answer.ts'
import { decodeHttpError } from '../upstream-error.ts'

export const openaiImages: TaskFormat = { decodeAnswer, decodeError: decodeHttpError }

function decodeAnswer(body: Json): TaskAnswer | UpstreamError {
  if (!isObject(body) || !isArray(body['data'])) return notAn('list of pictures', body)
  const usage = isObject(body['usage']) ? body['usage'] : {}
  const input = finiteNumber(usage['input_tokens'])
  const output = finiteNumber(usage['output_tokens'])
  return { usage: compact({ input, output, images: body['data'].length }) }
}
