/** One exchange of JSON with a service of the operator, for guards. */
import type { Poster } from '../guards/post.ts'
import type { Environment } from './environment.ts'
import { createServiceClient } from './service-client.ts'

export function createPoster(environment: Pick<Environment, 'setTimer'>): Poster {
  const { send, close } = createServiceClient(environment)
  return {
    post: ({ headers, ...asked }) =>
      send({
        ...asked,
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      }),
    close,
  }
}
