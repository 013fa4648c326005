/** Errors for clients that ask for rankings: Cohere's, of which only the message is the same everywhere. */
import type { ErrorDialect } from '../dialect.ts'
import { compact } from '../json.ts'

export const rerankErrors: ErrorDialect = {
  name: 'cohere',
  encodeError: ({ message, code, kind, param }) => compact({ message, code: code ?? kind, param }),
}
