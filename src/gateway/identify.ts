/**
 * Step 2, who calls: the host program's word first, else the credential that the request shows.
 */
import type { Authenticated } from '../identity/authenticate.ts'
import { authenticate } from '../identity/authenticate.ts'
import type { Caller, CallerFields } from '../identity/caller.ts'
import { readCallerFields } from '../identity/caller.ts'
import type { Exchange, Step } from './exchange.ts'
import { done, failed } from './exchange.ts'
import type { Failure } from './failure.ts'
import { findQueryKey } from './google-address.ts'
import type { Runtime } from './runtime.ts'

export async function identify(
  { request, dialect }: Pick<Exchange, 'request' | 'dialect'>,
  runtime: Runtime,
): Promise<Step<Caller>> {
  const host = await runtime.hostCaller?.(request.native)
  if (host !== undefined && host !== null) return done(hostCaller(host, request.ip))
  const { keys, tokens, badCredentials, policy, environment } = runtime
  const known = await authenticate(request.header, request.ip, {
    callers: policy.config.callers,
    keys,
    tokens,
    badCredentials,
    now: environment.now,
    queryKey: dialect.name === 'gemini' ? findQueryKey(request.query) : undefined,
  })
  return known.ok ? done(known.caller) : failed(failureOf(known))
}

function failureOf(refusal: Exclude<Authenticated, { readonly ok: true }>): Failure {
  switch (refusal.why) {
    case 'refused':
      return { kind: 'unauthenticated', message: refusal.message }
    case 'unavailable':
      return { kind: 'identity', message: refusal.message }
    case 'slowed':
      return { kind: 'slowed', waitMs: refusal.waitMs }
  }
}

function hostCaller(given: CallerFields & { readonly ip?: string }, socketIp: string | undefined): Caller {
  const { ip = socketIp, ...rest } = given
  const read = readCallerFields(rest)
  // A mistake of the host program, not of the client: told where the host's developer looks.
  if (!read.ok)
    throw new TypeError(
      `\`caller\` gave ${read.path === '' ? 'a value' : `\`${read.path}\``} that is not ${read.expected}`,
    )
  return {
    ...read.fields,
    id: read.fields.id ?? read.fields.user ?? 'host',
    kind: 'host',
    ...(ip === undefined ? {} : { ip }),
  }
}
