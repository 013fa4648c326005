/** Cohere's Chat API, version 2. Its SDKs take the address without the version. */
import { cohere as dialect } from '../../dialects/cohere/cohere.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'

export const cohere: HttpType = {
  dialect,
  defaultBaseUrl: 'https://api.cohere.com',
  path: '/v2/chat',
  encoding: {},
  credential: bearer,
  headers: () => ({}),
}
