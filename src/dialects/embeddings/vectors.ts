/** Vectors of embeddings as clients want them: numbers, or base64 of 32-bit floats, least byte first. */
import { compact, isArray } from '../json.ts'
import type { Json, JsonObject, Usage } from '../neutral.ts'
import type { TaskCall } from '../task.ts'

/** Whether the client wants base64, as OpenAI's own SDKs do unasked. */
export function wantsBase64({ body }: TaskCall): boolean {
  return body['encoding_format'] === 'base64'
}

export function isVector(value: Json | undefined): value is readonly number[] {
  return isArray(value) && value.length > 0 && value.every((each) => typeof each === 'number')
}

export function encodeVector(vector: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4))
  for (const [i, value] of vector.entries()) bytes.setFloat32(i * 4, value, true)
  return Buffer.from(bytes.buffer).toString('base64')
}

/** The answer in the form of the clients. */
export function embeddingsBody(
  call: TaskCall,
  model: string,
  vectors: readonly (readonly number[])[],
  usage: Usage | undefined,
): JsonObject {
  const isBase64 = wantsBase64(call)
  const tokens = usage?.input
  return compact({
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: isBase64 ? encodeVector(vector) : vector,
    })),
    model,
    usage: tokens === undefined ? undefined : { prompt_tokens: tokens, total_tokens: tokens },
  })
}

/** What was asked for, for a provider that only reads texts; undefined where it is tokens. */
export function textsOf({ body, unreadable }: TaskCall): readonly string[] | undefined {
  const { input } = body
  if (unreadable !== undefined) return undefined
  return typeof input === 'string' ? [input] : (input as readonly string[])
}
