/** OpenAI's chat completions, as OpenAI and the many servers that speak its dialect have them. */
import type { Dialect } from '../dialect.ts'
import { decodeHttpError } from '../upstream-error.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeRequest } from './decode-request.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'
import { encodeError } from './errors.ts'
import { hasSignedCalls } from './extra-content.ts'

export const openaiChat: Dialect = {
  name: 'openai-chat',
  decodeRequest,
  isForwardable: (call) => !hasSignedCalls(call),
  encodeAnswer,
  encodeStream,
  encodeError,
  encodeRequest,
  decodeAnswer,
  decodeStream,
  decodeError: decodeHttpError,
}
