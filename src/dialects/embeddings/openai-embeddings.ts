/** Embeddings of servers that speak OpenAI's form: their bytes go on, but where they give numbers and base64 was asked. */
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject, UpstreamError } from '../neutral.ts'
import type { Quirk } from '../quirk.ts'
import type { TaskAnswer, TaskContext, TaskFormat } from '../task.ts'
import { notAn, usageIn } from '../task-answer.ts'
import { decodeHttpError } from '../upstream-error.ts'
import { encodeVector, isVector, wantsBase64 } from './vectors.ts'

export const openaiEmbeddings: TaskFormat = { decodeAnswer, decodeError: decodeHttpError }

/** The same for servers that depart from it. */
export function embeddingsWith(...quirks: readonly Quirk[]): TaskFormat {
  return { ...openaiEmbeddings, quirks }
}

function decodeAnswer(body: Json, { call }: TaskContext): TaskAnswer | UpstreamError {
  if (!isObject(body) || !isArray(body['data'])) return notAn('list of embeddings', body)
  const usage = usageIn(body)
  const counted = usage === undefined ? {} : { usage }
  const { data } = body
  if (!wantsBase64(call) || !data.some((each) => isObject(each) && isVector(each['embedding']))) return counted
  return { ...counted, body: { ...body, data: data.map(inBase64) } }
}

function inBase64(item: Json): Json {
  if (!isObject(item)) return item
  const { embedding } = item as JsonObject
  return isVector(embedding) ? { ...item, embedding: encodeVector(embedding) } : item
}
