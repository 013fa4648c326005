/** Rankings as clients ask for them, in Cohere's form: a query, and documents that are texts or objects of texts. */
import type { Decoded } from '../dialect.ts'
import { createReader, isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'
import type { TaskCall, TaskForm, TextPath } from '../task.ts'

export const rerank: TaskForm = {
  name: 'rerank',
  decodeRequest,
  // The answer repeats the documents then, as guards have left them.
  findUnguarded: ({ body }) => (body['return_documents'] === true ? 'return_documents' : undefined),
}

/** What Cohere counts as one search. */
const documentsOfSearch = 100

function decodeRequest(body: Json): Decoded<TaskCall> {
  if (!isObject(body)) return { ok: false, message: 'the body is not a JSON object' }
  const read = createReader()
  const model = read.string(body['model'], 'model')
  if (!model) read.refuse('model', '`model` is missing')
  if (read.string(body['query'], 'query') === undefined) read.refuse('query', '`query` is missing')
  const documents = read.array(body['documents'], 'documents')
  if (documents === undefined || documents.length === 0) {
    read.refuse('documents', '`documents` is empty where at least one is wanted')
  }
  read.integer(body['top_n'], 'top_n', 1)
  const texts = (documents ?? []).map((each, i) => textsOf(each, ['documents', i]))
  const odd = texts.indexOf(undefined)
  if (odd >= 0) read.refuse(`documents[${odd}]`, `\`documents[${odd}]\` is neither a text nor an object of texts`)
  const complaint = read.complaint()
  if (complaint !== undefined) return { ok: false, ...complaint }
  return {
    ok: true,
    value: {
      task: 'rerank',
      model: model!,
      stream: false,
      capability: 'rerank',
      body,
      texts: [['query'], ...texts.flatMap((each) => each ?? [])],
      hasImages: false,
      expects: { searches: Math.ceil(texts.length / documentsOfSearch) },
    },
  }
}

function textsOf(document: Json, path: TextPath): readonly TextPath[] | undefined {
  if (typeof document === 'string') return [path]
  if (!isObject(document) || isArray(document)) return undefined
  const fields = Object.entries(document as JsonObject)
  return fields.every(([, value]) => typeof value === 'string') ? fields.map(([key]) => [...path, key]) : undefined
}
