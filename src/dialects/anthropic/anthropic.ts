/** Anthropic's Messages API. */
import type { Dialect } from '../dialect.ts'
import type { ChatCall } from '../neutral.ts'
import { decodeHttpError } from '../upstream-error.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeRequest } from './decode-request.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'
import { encodeError } from './errors.ts'

export const anthropic: Dialect = {
  name: 'anthropic',
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

/** Thinking without a signature came from another provider through this gateway; Anthropic refuses it. */
function isForwardable(call: ChatCall): boolean {
  return !call.messages.some(({ content }) =>
    content.some(
      (block) => block.kind === 'reasoning' && block.signature === undefined && block.redacted === undefined,
    ),
  )
}
