/** What a host program may say of who calls. */
import type { IncomingMessage } from 'node:http'
import type { CallerFields } from '../identity/caller.ts'

/**
 * The host program's own authentication: the caller of a request, or undefined to leave it to credentials. It
 * is given the request as the host knows it. `ip` may be set where the host knows better than the socket.
 */
export type HostCaller = (
  request: Request | IncomingMessage,
) =>
  | (CallerFields & { readonly ip?: string })
  | undefined
  | Promise<(CallerFields & { readonly ip?: string }) | undefined>
