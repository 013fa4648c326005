/**
 * OpenAI's legacy completions, as OpenAI and many compatible servers still have them. What a server answers is read as
 * its chat answers are, whose form it shares but for the choice.
 */
import type { Dialect } from '../dialect.ts'
import { isObject } from '../json.ts'
import { decodeAnswer } from '../openai-chat/decode-answer.ts'
import { decodeStream } from '../openai-chat/decode-stream.ts'
import { encodeError } from '../openai-chat/errors.ts'
import { decodeHttpError } from '../upstream-error.ts'
import { asChat } from './choice.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'

export const openaiCompletions: Dialect = {
  name: 'openai-completions',
  decodeRequest,
  isForwardable: () => true,
  encodeAnswer,
  encodeStream,
  encodeError,
  encodeRequest,
  decodeAnswer: (body) => decodeAnswer(isObject(body) ? asChat(body, 'message') : body),
  decodeStream: () => decodeStream((chunk) => asChat(chunk, 'delta')),
  decodeError: decodeHttpError,
}
