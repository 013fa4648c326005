/**
 * From credentials to a caller. A credential that is shown and not good is refused: it never makes its bearer
 * anonymous, since a policy may grant more to nobody in particular than to a key that was taken away.
 */
import type { CallersConfig } from '../config/config.ts'
import type { BadCredentials } from './bad-credentials.ts'
import type { Caller } from './caller.ts'
import { findCredential } from './credential.ts'
import { isWellFormedKey, keyPrefix } from './key.ts'
import type { KeyRecord } from './key-record.ts'
import type { Tokens } from './tokens.ts'

export type Authenticated =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly why: 'refused' | 'unavailable'; readonly message: string }
  | { readonly ok: false; readonly why: 'slowed'; readonly waitMs: number }

export interface AuthenticateOptions {
  readonly callers: CallersConfig
  /** Absent where `callers.keys` is off. */
  readonly keys: { find(key: string): Promise<KeyRecord | undefined> } | undefined
  /** Absent where no tokens are taken. */
  readonly tokens?: Tokens | undefined
  readonly badCredentials?: BadCredentials
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
      return refused(found.message)
    case 'none':
      return options.callers.anonymous
        ? { ok: true, caller: anonymous(ip) }
        : refused('no credential: send a key as `authorization: Bearer KEY` or `x-api-key: KEY`')
    case 'credential':
      // Where nothing is set up that could tell a good credential from a bad one, SDKs still insist on sending one.
      if (options.callers.anonymous && !checksCredentials(options)) return { ok: true, caller: anonymous(ip) }
      return authenticateSlowly(found.text, ip, options)
  }
}

function anonymous(ip: string | undefined): Caller {
  return { id: 'anonymous', kind: 'anonymous', ...(ip === undefined ? {} : { ip }) }
}

function checksCredentials({ keys, tokens }: AuthenticateOptions): boolean {
  return keys !== undefined || tokens !== undefined
}

async function authenticateSlowly(
  text: string,
  ip: string | undefined,
  options: AuthenticateOptions,
): Promise<Authenticated> {
  const { badCredentials } = options
  const waitMs = ip === undefined ? 0 : (badCredentials?.waitMs(ip, text) ?? 0)
  if (0 < waitMs) return { ok: false, why: 'slowed', waitMs }
  const known = await authenticateCredential(text, options)
  if (ip === undefined) return known
  if (known.ok || known.why === 'refused') badCredentials?.note(ip, text, known.ok)
  return known.ok ? { ok: true, caller: { ...known.caller, ip } } : known
}

/** Each credential has one check: where that refuses it, no other is asked. */
async function authenticateCredential(text: string, options: AuthenticateOptions): Promise<Authenticated> {
  const { keys, tokens, now } = options
  if (keys !== undefined && (tokens === undefined || text.startsWith(keyPrefix)))
    return authenticateKey(text, keys, now())
  if (tokens === undefined) return refused('this gateway takes neither virtual keys nor tokens')
  const checked = await tokens.check(text)
  return checked.ok ? { ok: true, caller: { ...checked.caller, kind: 'jwt' } } : checked
}

async function authenticateKey(
  text: string,
  keys: NonNullable<AuthenticateOptions['keys']>,
  nowMs: number,
): Promise<Authenticated> {
  if (!text.startsWith(keyPrefix)) return refused(`the credential is no virtual key: those begin with \`${keyPrefix}\``)
  if (!isWellFormedKey(text)) return refused('the key is mistyped or cut short: its checksum does not fit')
  const record = await keys.find(text)
  if (record === undefined) return refused('the key is not known')
  if (record.revokedMs !== undefined && record.revokedMs <= nowMs) return refused(`the key \`${record.id}\` is revoked`)
  if (record.expiresMs !== undefined && record.expiresMs <= nowMs)
    return refused(`the key \`${record.id}\` has expired`)
  const { caller } = record
  return {
    ok: true,
    caller: { ...caller, id: caller.id ?? caller.user ?? record.id, key: record.id, kind: 'key' },
  }
}

function refused(message: string): Authenticated {
  return { ok: false, why: 'refused', message }
}
