/** Pictures as clients ask for them, in OpenAI's form: a prompt, and how many. */
import type { Decoded } from '../dialect.ts'
import { createReader, isObject } from '../json.ts'
import type { Json } from '../neutral.ts'
import type { TaskCall, TaskForm } from '../task.ts'

export const images: TaskForm = { name: 'images', decodeRequest, findUnguarded: () => 'prompt' }

/** More than any provider draws at once. */
const maxImages = 100

/** What a picture of middling size and high quality is counted as, by models that count pictures in tokens. */
const usualTokens = 4200

function decodeRequest(body: Json): Decoded<TaskCall> {
  if (!isObject(body)) return { ok: false, message: 'the body is not a JSON object' }
  const read = createReader()
  const model = read.string(body['model'], 'model')
  if (!model) read.refuse('model', '`model` is missing')
  if (!read.string(body['prompt'], 'prompt')) read.refuse('prompt', '`prompt` is missing')
  const count = read.integer(body['n'], 'n', 1) ?? 1
  if (maxImages < count) read.refuse('n', `\`n\` is ${count} where at most ${maxImages} are drawn at once`)
  if (read.boolean(body['stream'], 'stream') === true) {
    read.refuse('stream', '`stream` is true, and pictures are only had whole here')
  }
  const complaint = read.complaint()
  if (complaint !== undefined) return { ok: false, ...complaint }
  return {
    ok: true,
    value: {
      task: 'images',
      model: model!,
      stream: false,
      capability: 'images',
      body,
      texts: [['prompt'], ...(typeof body['negative_prompt'] === 'string' ? [['negative_prompt']] : [])],
      hasImages: false,
      expects: { images: count, output: count * usualTokens },
    },
  }
}
