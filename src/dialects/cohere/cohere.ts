/** Cohere's Chat API, version 2, as its servers speak it; no client does. */
import type { ProviderDialect } from '../dialect.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeStream } from './decode-stream.ts'
import { encodeRequest } from './encode-request.ts'
import { decodeError } from './errors.ts'

export const cohere: ProviderDialect = { name: 'cohere', encodeRequest, decodeAnswer, decodeStream, decodeError }
