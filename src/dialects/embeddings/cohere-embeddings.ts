/** Embeddings of Cohere's models, by its own API and on Bedrock. What a text is for must be said: a document, unless told. */
import { decodeError } from '../cohere/errors.ts'
import type { Encoded } from '../dialect.ts'
import { compact, finiteNumber, isArray, isObject } from '../json.ts'
import { createLosses } from '../losses.ts'
import type { Json, UpstreamError, Usage } from '../neutral.ts'
import type { TaskAnswer, TaskCall, TaskContext, TaskFormat } from '../task.ts'
import { notAn } from '../task-answer.ts'
import { embeddingsBody, isVector, textsOf } from './vectors.ts'

export const cohereEmbeddings: TaskFormat = {
  encodeRequest: (call, model) => {
    const { body, losses } = encodeCohereInput(call)
    return { body: { model, ...body, embedding_types: ['float'] }, losses }
  },
  decodeAnswer: (body, context) => readCohereAnswer(body, context, billedIn(body)),
  decodeError,
}

/** What is asked of the model, by whichever API. `input_type` and `truncate` are Cohere's own, and go on as they are. */
export function encodeCohereInput(call: TaskCall): Encoded {
  const losses = createLosses()
  const texts = textsOf(call)
  if (texts === undefined) losses.add('input', 'Cohere takes texts and no lists of tokens')
  const { dimensions, input_type: purpose, truncate } = call.body
  const body = compact({
    texts: texts ?? [],
    input_type: typeof purpose === 'string' ? purpose : 'search_document',
    output_dimension: finiteNumber(dimensions),
    truncate: typeof truncate === 'string' ? truncate : undefined,
  })
  return { body, losses: losses.list() }
}

/** The vectors stand below their type, and in older answers alone. */
export function readCohereAnswer(
  body: Json,
  { call, model }: TaskContext,
  input: number | undefined,
): TaskAnswer | UpstreamError {
  const said = isObject(body) ? body['embeddings'] : undefined
  const vectors = isObject(said) ? said['float'] : said
  if (!isArray(vectors) || !vectors.every(isVector)) return notAn('list of embeddings', body)
  const usage: Usage | undefined = input === undefined ? undefined : { input, output: 0 }
  return { ...(usage === undefined ? {} : { usage }), body: embeddingsBody(call, model, vectors, usage) }
}

function billedIn(body: Json): number | undefined {
  const meta = isObject(body) && isObject(body['meta']) ? body['meta'] : {}
  const billed = isObject(meta['billed_units']) ? meta['billed_units'] : {}
  return finiteNumber(billed['input_tokens'])
}
