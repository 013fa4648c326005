/** Embeddings of models on Bedrock, whose bodies are their makers': Cohere's take a batch, Amazon's one text a call. */
import { decodeError } from '../bedrock/errors.ts'
import type { Encoded, HeaderLookup } from '../dialect.ts'
import { compact, finiteNumber, isObject } from '../json.ts'
import { createLosses } from '../losses.ts'
import type { Json, UpstreamError, Usage } from '../neutral.ts'
import type { TaskAnswer, TaskCall, TaskContext, TaskFormat } from '../task.ts'
import { notAn } from '../task-answer.ts'
import { encodeCohereInput, readCohereAnswer } from './cohere-embeddings.ts'
import { embeddingsBody, isVector, textsOf } from './vectors.ts'

/** The form of a model, told by its name; others have none here. */
export function bedrockEmbeddings(model: string): TaskFormat | undefined {
  if (/(^|\.)cohere\.embed/.test(model)) return cohereOnBedrock
  return /(^|\.)amazon\.titan-embed-text/.test(model) ? titan : undefined
}

const cohereOnBedrock: TaskFormat = {
  encodeRequest: encodeCohereInput,
  decodeAnswer: (body, context) => readCohereAnswer(body, context, countedIn(context.headers)),
  decodeError,
}

const titan: TaskFormat = { encodeRequest: encodeTitan, decodeAnswer: decodeTitan, decodeError }

function encodeTitan(call: TaskCall): Encoded {
  const losses = createLosses()
  const texts = textsOf(call)
  if (texts === undefined) losses.add('input', 'Titan takes texts and no lists of tokens')
  if (texts !== undefined && texts.length > 1) losses.add('input', 'Titan takes one text a call')
  const body = compact({ inputText: texts?.[0] ?? '', dimensions: finiteNumber(call.body['dimensions']) })
  return { body, losses: losses.list() }
}

function decodeTitan(body: Json, { call, model, headers }: TaskContext): TaskAnswer | UpstreamError {
  const vector = isObject(body) ? body['embedding'] : undefined
  if (!isObject(body) || !isVector(vector)) return notAn('embedding', body)
  const input = finiteNumber(body['inputTextTokenCount']) ?? countedIn(headers)
  const usage: Usage | undefined = input === undefined ? undefined : { input, output: 0 }
  return { ...(usage === undefined ? {} : { usage }), body: embeddingsBody(call, model, [vector], usage) }
}

/** Bedrock counts in a header. */
function countedIn(headers: HeaderLookup): number | undefined {
  const count = headers('x-amzn-bedrock-input-token-count')
  return count !== undefined && /^\d+$/.test(count) ? Number(count) : undefined
}
