/** Google's Gemini API. */
import { gemini as dialect } from '../../dialects/gemini/gemini.ts'
import { modelPath, versionPath } from '../google-path.ts'
import type { HttpType } from '../http-type.ts'

export const gemini: HttpType = {
  dialect,
  defaultBaseUrl: 'https://generativelanguage.googleapis.com',
  path: (request, config) => `${versionPath(config, 'v1beta')}${modelPath(request)}`,
  encoding: {},
  // Never in the address, where logs would keep it.
  credential: (key) => ['x-goog-api-key', key],
  headers: () => ({}),
}
