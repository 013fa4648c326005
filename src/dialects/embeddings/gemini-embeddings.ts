/** Embeddings of Google's Gemini API: a batch of requests, one a text. */

import type { Encoded } from '../dialect.ts'
import { compact, finiteNumber, isArray, isObject } from '../json.ts'
import { createLosses } from '../losses.ts'
import type { Json, UpstreamError, Usage } from '../neutral.ts'
import type { TaskAnswer, TaskCall, TaskContext, TaskFormat } from '../task.ts'
import { notAn } from '../task-answer.ts'
import { decodeHttpError } from '../upstream-error.ts'
import { embeddingsBody, isVector, textsOf } from './vectors.ts'

export const geminiEmbeddings: TaskFormat = { encodeRequest, decodeAnswer, decodeError: decodeHttpError }

function encodeRequest(call: TaskCall, model: string): Encoded {
  const losses = createLosses()
  const texts = textsOf(call)
  if (texts === undefined) losses.add('input', 'Gemini takes texts and no lists of tokens')
  const requests = (texts ?? []).map((text) =>
    compact({
      model: `models/${model}`,
      content: { parts: [{ text }] },
      outputDimensionality: finiteNumber(call.body['dimensions']),
    }),
  )
  return { body: { requests }, losses: losses.list() }
}

function decodeAnswer(body: Json, { call, model }: TaskContext): TaskAnswer | UpstreamError {
  const list = isObject(body) && isArray(body['embeddings']) ? body['embeddings'] : undefined
  const vectors = list?.map((each) => (isObject(each) ? each['values'] : undefined))
  if (vectors === undefined || !vectors.every(isVector)) return notAn('list of embeddings', body)
  const counts = isObject(body) && isObject(body['usageMetadata']) ? body['usageMetadata'] : {}
  const input = finiteNumber(counts['promptTokenCount'])
  const usage: Usage | undefined = input === undefined ? undefined : { input, output: 0 }
  return { ...(usage === undefined ? {} : { usage }), body: embeddingsBody(call, model, vectors, usage) }
}
