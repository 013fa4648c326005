/** Amazon Bedrock's Converse API, whole and as a binary event stream; no client speaks it. */
import type { ProviderDialect } from '../dialect.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeRequest } from './encode-request.ts'
import { decodeError } from './errors.ts'

export const bedrock: ProviderDialect = {
  name: 'bedrock',
  framing: 'binary',
  encodeRequest,
  decodeAnswer,
  decodeStream,
  decodeError,
}
