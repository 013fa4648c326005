/** Cohere's Chat API, version 2. Its SDKs take the address without the version. */
import { cohere as dialect } from '../../dialects/cohere/cohere.ts'
import { cohereEmbeddings } from '../../dialects/embeddings/cohere-embeddings.ts'
import { cohereRerank } from '../../dialects/rerank/cohere-rerank.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'

export const cohere: HttpType = {
  dialect,
  defaultBaseUrl: 'https://api.cohere.com',
  path: '/v2/chat',
  tasks: {
    embeddings: { format: cohereEmbeddings, path: '/v2/embed' },
    rerank: { format: cohereRerank, path: '/v2/rerank' },
  },
  encoding: {},
  credential: bearer,
  headers: () => ({}),
}
