/** Google's generateContent, as the Gemini API and Vertex AI have it. */
import type { Dialect } from '../dialect.ts'
import type { ChatCall } from '../neutral.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeRequest } from './decode-request.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'
import { decodeError, encodeError } from './errors.ts'
import { isThirdGeneration } from './model-version.ts'
import { isMadeToolId } from './tool-id.ts'

export const gemini: Dialect = {
  name: 'gemini',
  decodeRequest,
  isForwardable,
  encodeAnswer,
  encodeStream,
  encodeError,
  encodeRequest,
  decodeAnswer,
  decodeStream,
  decodeError,
}

/** A turn whose first call has an id and no signature came from another provider; the newest models refuse it. */
function isForwardable({ model, messages }: ChatCall): boolean {
  if (!isThirdGeneration(model)) return true
  return !messages.some(({ content }) => {
    const first = content.find((block) => block.kind === 'tool_call')
    return first?.kind === 'tool_call' && first.signature === undefined && !isMadeToolId(first.id)
  })
}
