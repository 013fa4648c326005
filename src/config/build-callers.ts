/** `callers:`, `state:`, `ledger:` and `listen:` as typed values with their defaults. */
import { resolve } from 'node:path'
import { buildIntrospection, buildJwt } from './build-tokens.ts'
import type { Building } from './building.ts'
import { fileAt, report, secretAt } from './building.ts'
import type { CallersConfig, LedgerConfig, ListenConfig, StateConfig } from './config.ts'
import { Secret } from './secret.ts'

export function buildCallers(building: Building): CallersConfig {
  const raw = building.raw.callers ?? {}
  const keys = typeof raw.keys === 'object' ? raw.keys : undefined
  const pepper = secretAt(building, ['callers', 'keys', 'pepper'])
  return {
    keys: keys !== undefined || raw.keys === true,
    keysFile: resolve(building.directory, keys?.file ?? './data/keys.json'),
    ...(pepper === undefined ? {} : { keysPepper: pepper }),
    jwt: buildJwt(building),
    introspection: buildIntrospection(building),
    anonymous: raw.anonymous ?? false,
  }
}

export function buildState(building: Building): StateConfig {
  const raw = building.raw.state
  if (raw?.type !== 'redis') return { kind: 'memory' }
  checkScheme(building, 'state', ['redis:', 'rediss:', 'unix:'])
  return {
    kind: 'redis',
    url: secretAt(building, ['state', 'url']) ?? new Secret(''),
    onOutage: raw.on_outage ?? 'deny',
  }
}

export function buildLedger(building: Building): LedgerConfig | undefined {
  const raw = building.raw.ledger
  if (!raw) return undefined
  if (raw.type === 'sqlite') {
    return { kind: 'sqlite', path: raw.path === ':memory:' ? raw.path : resolve(building.directory, raw.path) }
  }
  checkScheme(building, 'ledger', ['postgres:', 'postgresql:'])
  return { kind: 'postgres', url: secretAt(building, ['ledger', 'url']) ?? new Secret('') }
}

function checkScheme(building: Building, section: 'state' | 'ledger', schemes: readonly string[]): void {
  const value = secretAt(building, [section, 'url'])?.reveal() ?? ''
  if (value === '' || schemes.some((each) => value.toLowerCase().startsWith(each))) return
  const message = `the \`url\` of \`${section}\` does not begin with \`${schemes[0]}//\``
  report(building, 'P904', [section, 'url'], { message })
}

export function buildListen(building: Building): ListenConfig {
  const raw = building.raw.listen ?? {}
  const port = raw.port ?? 8080
  const token = secretAt(building, ['listen', 'admin', 'token'])
  if (raw.admin && raw.admin.port === port && port !== 0) {
    report(building, 'P907', ['listen', 'admin', 'port'], {
      message: `\`listen.port\` and \`listen.admin.port\` are both ${port}`,
    })
  }
  const file = (key: 'cert' | 'key' | 'client_ca', path: string) => fileAt(building, ['listen', 'tls', key], path)
  return {
    host: raw.host ?? '127.0.0.1',
    port,
    ...(raw.tls === undefined
      ? {}
      : {
          tls: {
            cert: file('cert', raw.tls.cert),
            key: file('key', raw.tls.key),
            ...(raw.tls.client_ca === undefined ? {} : { clientCa: file('client_ca', raw.tls.client_ca) }),
          },
        }),
    ...(raw.admin === undefined
      ? {}
      : {
          admin: {
            host: raw.admin.host ?? '127.0.0.1',
            port: raw.admin.port,
            ...(token === undefined ? {} : { token }),
          },
        }),
  }
}
