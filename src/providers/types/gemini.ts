/** Google's Gemini API. */
import { geminiEmbeddings } from '../../dialects/embeddings/gemini-embeddings.ts'
import { gemini as dialect } from '../../dialects/gemini/gemini.ts'
import { embedPath, modelPath, versionPath } from '../google-path.ts'
import type { HttpType } from '../http-type.ts'

export const gemini: HttpType = {
  dialect,
  defaultBaseUrl: 'https://generativelanguage.googleapis.com',
  path: (request, config) => `${versionPath(config, 'v1beta')}${modelPath(request)}`,
  tasks: {
    embeddings: {
      format: geminiEmbeddings,
      path: (request, config) => `${versionPath(config, 'v1beta')}${embedPath(request)}`,
    },
  },
  encoding: {},
  // Never in the address, where logs would keep it.
  credential: (key) => ['x-goog-api-key', key],
  headers: () => ({}),
}
