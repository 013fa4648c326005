/** OpenAI's Responses API. */
import type { Dialect } from '../dialect.ts'
import type { ChatCall } from '../neutral.ts'
import { encodeError } from '../openai-chat/errors.ts'
import { decodeHttpError } from '../upstream-error.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeRequest } from './decode-request.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'
import { isCarried } from './reasoning-item.ts'

export const openaiResponses: Dialect = {
  name: 'openai-responses',
  decodeRequest,
  isForwardable,
  encodeAnswer,
  encodeStream,
  encodeError,
  encodeRequest,
  decodeAnswer,
  decodeStream,
  decodeError: decodeHttpError,
}

/** Reasoning of another provider came through this gateway, in an item that OpenAI does not know. */
function isForwardable(call: ChatCall): boolean {
  return !call.messages.some(({ content }) => content.some((block) => block.kind === 'reasoning' && isCarried(block)))
}
