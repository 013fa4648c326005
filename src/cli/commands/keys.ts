/** `policyc keys`: makes, lists and revokes virtual keys in the file that `callers.keys` names. */
import { relative } from 'node:path'
import type { GatewayConfig } from '../../config/config.ts'
import { loadConfig } from '../../config/load.ts'
import { parseDurationMs } from '../../config/quantities.ts'
import { PolicyError } from '../../diagnostics/diagnostic.ts'
import { realEnvironment } from '../../gateway/environment.ts'
import type { CallerFields } from '../../identity/caller.ts'
import { addKey, createKey, listKeys, revokeKey } from '../../identity/key-file.ts'
import type { KeyRecord } from '../../identity/key-record.ts'
import { exitStatus, UsageError } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import type { Io } from '../io.ts'

export interface KeysOptions {
  readonly config?: string
  readonly json?: boolean
}

export interface CreateOptions extends KeysOptions {
  readonly name?: string
  /** A duration from now, such as `30d`. */
  readonly expires?: string
  readonly id?: string
  readonly org?: string
  readonly team?: string
  readonly user?: string
  readonly role?: string
  readonly tier?: string
  readonly region?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly tags?: readonly string[]
  /** `name=value`. */
  readonly metadata?: readonly string[]
}

export interface RevokeOptions extends KeysOptions {
  /** A duration from now, so that an old and a new key overlap. */
  readonly after?: string
}

export async function createVirtualKey(options: CreateOptions, io: Io): Promise<number> {
  const { callers } = await readConfig(options, io)
  const nowMs = realEnvironment.now()
  const { key, record } = createKey({
    ...(options.name === undefined ? {} : { name: options.name }),
    caller: callerOf(options),
    nowMs,
    ...(options.expires === undefined ? {} : { expiresMs: nowMs + durationOf(options.expires) }),
    pepper: callers.keysPepper,
  })
  await addKey(callers.keysFile, record, realEnvironment.setTimer)
  if (options.json) io.out(`${JSON.stringify({ version: 1, id: record.id, key })}\n`)
  else {
    io.out(`${key}\n`)
    io.err(
      `\`${record.id}\`: the key is shown this once, and only its hash is kept in ${shownPath(callers.keysFile)}\n`,
    )
  }
  return exitStatus.ok
}

export async function listVirtualKeys(options: KeysOptions, io: Io): Promise<number> {
  const { callers } = await readConfig(options, io)
  const records = await listKeys(callers.keysFile)
  const nowMs = realEnvironment.now()
  if (options.json) {
    const keys = records.map((each) => toJson(each, nowMs))
    io.out(`${JSON.stringify({ version: 1, keys }, null, 2)}\n`)
    return exitStatus.ok
  }
  for (const each of records) {
    const caller = Object.entries(each.caller).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    io.out(
      `${[each.id, stateOf(each, nowMs), ...(each.name === undefined ? [] : [JSON.stringify(each.name)]), ...caller].join('  ')}\n`,
    )
  }
  if (records.length === 0) io.err(`no keys in ${shownPath(callers.keysFile)}\n`)
  return exitStatus.ok
}

export async function revokeVirtualKey(id: string, options: RevokeOptions, io: Io): Promise<number> {
  const { callers } = await readConfig(options, io)
  const atMs = realEnvironment.now() + (options.after === undefined ? 0 : durationOf(options.after))
  if (!(await revokeKey(callers.keysFile, id, atMs, realEnvironment.setTimer))) {
    throw new UsageError(`no key has the id \`${id}\``, '`policyc keys list` shows the ids')
  }
  io.err(`\`${id}\` is revoked from ${new Date(atMs).toISOString()} on; running gateways see it within a second\n`)
  return exitStatus.ok
}

async function readConfig(options: KeysOptions, io: Io): Promise<GatewayConfig> {
  const found = await findConfig(options.config)
  const { config, diagnostics } = await loadConfig(found.path, { env: io.env })
  if (!config) throw new PolicyError(diagnostics)
  if (!config.callers.keys) {
    throw new UsageError(`\`${found.path}\` takes no virtual keys`, 'write `keys: true` under `callers`')
  }
  return config
}

function callerOf(options: CreateOptions): CallerFields {
  const names = ['id', 'org', 'team', 'user', 'role', 'tier', 'region', 'roles', 'scopes', 'tags'] as const
  const given = names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]))
  const metadata = (options.metadata ?? []).map((each) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(each) ?? []
    if (name === undefined) throw new UsageError(`\`${each}\` is not \`name=value\``)
    return [name, value] as const
  })
  return { ...Object.fromEntries(given), ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }) }
}

function durationOf(text: string): number {
  const ms = parseDurationMs(text)
  if (ms === undefined) throw new UsageError(`\`${text}\` is not a duration`, 'write one such as `30d` or `12h`')
  return ms
}

function stateOf({ revokedMs, expiresMs }: Pick<KeyRecord, 'revokedMs' | 'expiresMs'>, nowMs: number): string {
  if (revokedMs !== undefined && revokedMs <= nowMs) return 'revoked'
  if (expiresMs !== undefined && expiresMs <= nowMs) return 'expired'
  const ends = Math.min(revokedMs ?? Number.POSITIVE_INFINITY, expiresMs ?? Number.POSITIVE_INFINITY)
  return Number.isFinite(ends) ? `valid until ${new Date(ends).toISOString()}` : 'valid'
}

/** Without the hash: nobody needs it who does not have the file. */
function toJson(record: KeyRecord, nowMs: number): Readonly<Record<string, unknown>> {
  const { id, name, caller, createdMs, expiresMs, revokedMs } = record
  const time = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())
  const times = { created: time(createdMs), expires: time(expiresMs), revoked: time(revokedMs) }
  return { id, name, caller, ...times, state: stateOf(record, nowMs) }
}

function shownPath(path: string): string {
  return relative(process.cwd(), path)
}
