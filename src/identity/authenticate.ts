/**
 * From credentials to a caller. A credential that is shown and not good is refused: it never makes its bearer
 * anonymous, since a policy may grant more to nobody in particular than to a key that was taken away.
 */
import type { CallersConfig } from '../config/config.ts'
import type { Caller } from './caller.ts'
import { findCredential } from './credential.ts'
import { isWellFormedKey, keyPrefix } from './key.ts'
import type { KeyRecord } from './key-record.ts'

export type Authenticated =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly message: string }

export interface AuthenticateOptions {
  readonly callers: CallersConfig
  /** Absent where `callers.keys` is off. */
  readonly keys: { find(key: string): Promise<KeyRecord | undefined> } | undefined
  readonly now: () => number
  /** The credential in the address, where the client's dialect has it there. */
  readonly queryKey?: string | undefined
}

/** Says the caller of a request by its headers and the address of its socket. */
export async function authenticate(
  header: (name: string) => string | undefined,
  ip: string | undefined,
  options: AuthenticateOptions,
): Promise<Authenticated> {
  const found = findCredential(header, options.queryKey)
  switch (found.kind) {
    case 'malformed':
      return { ok: false, message: found.message }
    case 'none':
      return options.callers.anonymous
        ? { ok: true, caller: anonymous(ip) }
        : { ok: false, message: 'no credential: send a key as `authorization: Bearer KEY` or `x-api-key: KEY`' }
    case 'credential':
      // Where nothing is set up that could tell a good credential from a bad one, SDKs still insist on sending one.
      if (options.callers.anonymous && !checksCredentials(options)) return { ok: true, caller: anonymous(ip) }
      return authenticateKey(found.text, ip, options)
  }
}

function anonymous(ip: string | undefined): Caller {
  return { id: 'anonymous', kind: 'anonymous', ...(ip === undefined ? {} : { ip }) }
}

function checksCredentials({ keys, callers }: AuthenticateOptions): boolean {
  return keys !== undefined || callers.jwt.length > 0 || callers.introspection.length > 0
}

async function authenticateKey(
  text: string,
  ip: string | undefined,
  options: AuthenticateOptions,
): Promise<Authenticated> {
  if (options.keys === undefined) return { ok: false, message: 'this gateway takes no virtual keys' }
  if (!text.startsWith(keyPrefix))
    return { ok: false, message: `the credential is no virtual key: those begin with \`${keyPrefix}\`` }
  if (!isWellFormedKey(text))
    return { ok: false, message: 'the key is mistyped or cut short: its checksum does not fit' }
  const record = await options.keys.find(text)
  const nowMs = options.now()
  if (record === undefined) return { ok: false, message: 'the key is not known' }
  if (record.revokedMs !== undefined && record.revokedMs <= nowMs)
    return { ok: false, message: `the key \`${record.id}\` is revoked` }
  if (record.expiresMs !== undefined && record.expiresMs <= nowMs)
    return { ok: false, message: `the key \`${record.id}\` has expired` }
  const { caller } = record
  return {
    ok: true,
    caller: {
      ...caller,
      id: caller.id ?? caller.user ?? record.id,
      key: record.id,
      kind: 'key',
      ...(ip === undefined ? {} : { ip }),
    },
  }
}
