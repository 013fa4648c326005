/** Embeddings as clients ask for them, in OpenAI's form: one text, several, or lists of tokens. */
import type { Decoded } from '../dialect.ts'
import { createReader, isArray, isObject } from '../json.ts'
import type { Json } from '../neutral.ts'
import type { TaskCall, TaskForm, TextPath } from '../task.ts'

export const embeddings: TaskForm = {
  name: 'embeddings',
  decodeRequest,
  // An answer is numbers.
  findUnguarded: () => undefined,
}

/** OpenAI takes as many; a bound for those who say none. */
const maxInputs = 2048

function decodeRequest(body: Json): Decoded<TaskCall> {
  if (!isObject(body)) return { ok: false, message: 'the body is not a JSON object' }
  const read = createReader()
  const model = read.string(body['model'], 'model')
  if (!model) read.refuse('model', '`model` is missing')
  const format = read.string(body['encoding_format'], 'encoding_format')
  if (format !== undefined && format !== 'float' && format !== 'base64') {
    read.refuse('encoding_format', '`encoding_format` is neither `float` nor `base64`')
  }
  read.number(body['dimensions'], 'dimensions')
  const inputs = inputsOf(body['input'])
  if (inputs === undefined) read.refuse('input', '`input` is no text, list of texts or list of tokens')
  else if (isArray(body['input']) && maxInputs < body['input'].length && inputs.kind === 'texts')
    read.refuse('input', `\`input\` holds ${body['input'].length} texts where at most ${maxInputs} are taken`)
  const complaint = read.complaint()
  if (complaint !== undefined || inputs === undefined) return { ok: false, ...complaint! }
  return {
    ok: true,
    value: {
      task: 'embeddings',
      model: model!,
      stream: false,
      capability: 'embeddings',
      body,
      texts: inputs.kind === 'texts' ? inputs.paths : [],
      ...(inputs.kind === 'tokens' ? { unreadable: 'input' } : {}),
      hasImages: false,
    },
  }
}

type Inputs = { readonly kind: 'texts'; readonly paths: readonly TextPath[] } | { readonly kind: 'tokens' }

function inputsOf(input: Json | undefined): Inputs | undefined {
  if (typeof input === 'string') return { kind: 'texts', paths: [['input']] }
  if (!isArray(input) || input.length === 0) return undefined
  if (input.every((each) => typeof each === 'string')) {
    return { kind: 'texts', paths: input.map((_, i) => ['input', i]) }
  }
  const isTokens = (value: Json): boolean => isArray(value) && value.length > 0 && value.every(Number.isInteger)
  return isTokens(input) || input.every(isTokens) ? { kind: 'tokens' } : undefined
}
