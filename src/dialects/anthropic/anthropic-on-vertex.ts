/**
 * Anthropic's Messages API as Vertex has it: the model stands in the address, the version in the body. So a client's
 * body is never what goes out; the answers are Anthropic's own.
 */
import type { ProviderDialect } from '../dialect.ts'
import { decodeHttpError } from '../upstream-error.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeRequest } from './encode-request.ts'

export const anthropicOnVertex: ProviderDialect = {
  name: 'anthropic',
  takesClientBodies: false,
  encodeRequest: (call, options) => {
    const { body, losses } = encodeRequest(call, options)
    const { model: _, ...rest } = body
    return { body: { anthropic_version: 'vertex-2023-10-16', ...rest }, losses }
  },
  decodeAnswer,
  decodeStream,
  decodeError: decodeHttpError,
}
