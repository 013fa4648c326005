/** Rankings of servers that speak Cohere's form, as most do: paid for by searches, or by tokens. */
import { decodeError } from '../cohere/errors.ts'
import { finiteNumber, isArray, isObject } from '../json.ts'
import type { Json, UpstreamError, Usage } from '../neutral.ts'
import type { TaskAnswer, TaskFormat } from '../task.ts'
import { notAn, usageIn } from '../task-answer.ts'

export const cohereRerank: TaskFormat = { decodeAnswer, decodeError }

function decodeAnswer(body: Json): TaskAnswer | UpstreamError {
  // Voyage has its ranking under `data`.
  if (!isObject(body) || !(isArray(body['results']) || isArray(body['data']))) return notAn('ranking', body)
  const meta = isObject(body['meta']) ? body['meta'] : {}
  const billed = isObject(meta['billed_units']) ? meta['billed_units'] : {}
  const searches = finiteNumber(billed['search_units'])
  const counted: Usage | undefined = usageIn(body)
  if (searches === undefined) return counted === undefined ? {} : { usage: counted }
  return { usage: { ...counted, searches } }
}
