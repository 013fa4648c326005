/** Moderation as clients ask for it, in OpenAI's form: one text, several, or parts that are texts and pictures. */
import type { Decoded } from '../dialect.ts'
import { createReader, isArray, isObject } from '../json.ts'
import type { Json } from '../neutral.ts'
import type { TaskCall, TaskForm, TextPath } from '../task.ts'

export const moderations: TaskForm = {
  name: 'moderations',
  decodeRequest,
  // An answer is numbers and names of categories.
  findUnguarded: () => undefined,
}

/** What OpenAI takes where no model is named. */
const usualModel = 'omni-moderation-latest'

function decodeRequest(body: Json): Decoded<TaskCall> {
  if (!isObject(body)) return { ok: false, message: 'the body is not a JSON object' }
  const read = createReader()
  const model = read.string(body['model'], 'model') ?? usualModel
  const { input } = body
  const texts = textsIn(input)
  if (texts === undefined) read.refuse('input', '`input` is no text, list of texts or list of parts')
  const complaint = read.complaint()
  if (complaint !== undefined || texts === undefined) return { ok: false, ...complaint! }
  const hasImages = isArray(input) && input.some((each) => isObject(each) && each['type'] === 'image_url')
  return {
    ok: true,
    value: { task: 'moderations', model, stream: false, capability: 'moderation', body, texts, hasImages },
  }
}

function textsIn(input: Json | undefined): readonly TextPath[] | undefined {
  if (typeof input === 'string') return [['input']]
  if (!isArray(input) || input.length === 0) return undefined
  const paths = input.map((each, i): readonly TextPath[] | undefined => {
    if (typeof each === 'string') return [['input', i]]
    if (!isObject(each)) return undefined
    if (each['type'] === 'image_url') return isObject(each['image_url']) ? [] : undefined
    return each['type'] === 'text' && typeof each['text'] === 'string' ? [['input', i, 'text']] : undefined
  })
  return paths.every((each) => each !== undefined) ? paths.flat() : undefined
}
