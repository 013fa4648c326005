/** Puts the parts of a configuration together. */

import { didYouMean } from '../diagnostics/suggest.ts'
import { buildAttributes, buildTables } from './build-attributes.ts'
import { buildCallers, buildLedger, buildListen, buildState } from './build-callers.ts'
import { buildCatalogue } from './build-catalogue.ts'
import { buildGuards } from './build-guards.ts'
import { buildProviders } from './build-providers.ts'
import type { Building } from './building.ts'
import { fileAt, isWritten, report, spanAt } from './building.ts'
import type { Bounds, GatewayConfig } from './config.ts'
import { parseDurationMs, parseSizeBytes } from './quantities.ts'

interface BuildOptions {
  readonly lock: Building | undefined
  readonly path: string | undefined
  readonly hasPolicyText: boolean
}

export async function buildConfig(building: Building, options: BuildOptions): Promise<GatewayConfig> {
  const { raw } = building
  const providers = buildProviders(building)
  const policyPath = buildPolicyPath(building, options)
  const ledger = buildLedger(building)
  return {
    ...(options.path === undefined ? {} : { path: options.path }),
    directory: building.directory,
    ...(policyPath === undefined ? {} : { policyPath }),
    listen: buildListen(building),
    gateway: {
      ...(raw.gateway?.region === undefined ? {} : { region: raw.gateway.region }),
      ...(raw.gateway?.env === undefined ? {} : { env: raw.gateway.env }),
      timeZone: buildTimeZone(building),
    },
    providers,
    catalogue: await buildCatalogue(building, providers, options.lock),
    attributes: buildAttributes(building),
    tables: buildTables(building),
    guards: buildGuards(building),
    callers: buildCallers(building),
    state: buildState(building),
    ...(ledger === undefined ? {} : { ledger }),
    bounds: buildBounds(building),
    onDisconnect: buildOnDisconnect(raw.on_disconnect),
    spanOf: (path) => spanAt(building, path),
  }
}

function buildPolicyPath(building: Building, { hasPolicyText }: BuildOptions): string | undefined {
  const { policy } = building.raw
  if (policy !== undefined) return fileAt(building, ['policy'], policy)
  if (!hasPolicyText && !isWritten(building, ['policy'])) {
    report(building, 'P904', [], {
      message: 'there is no `policy`',
      help: 'name the main policy file: `policy: ./main.policy`',
    })
  }
  return undefined
}

function buildTimeZone(building: Building): string {
  const zone = building.raw.gateway?.time_zone ?? 'UTC'
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    report(building, 'P904', ['gateway', 'time_zone'], {
      message: 'found a time zone that is not known, expected a name of the IANA database such as `Europe/Berlin`',
      help: didYouMean(zone, ['UTC', ...Intl.supportedValuesOf('timeZone')]),
    })
    return 'UTC'
  }
}

function buildBounds(building: Building): Bounds {
  const raw = building.raw.bounds ?? {}
  const bytes = (size: string | number | undefined, otherwise: number) =>
    size === undefined ? otherwise : (parseSizeBytes(String(size)) ?? otherwise)
  const ms = (duration: string | undefined, otherwise: number) =>
    duration === undefined ? otherwise : (parseDurationMs(duration) ?? otherwise)
  return {
    headerBytes: bytes(raw.header_bytes, 16 * 1024),
    bodyBytes: bytes(raw.body_bytes, 20 * 1024 * 1024),
    jsonDepth: raw.json_depth ?? 64,
    concurrentRequests: raw.concurrent_requests ?? 4096,
    bodyTimeoutMs: ms(raw.body_timeout, 30_000),
    drainMs: ms(raw.drain, 10_000),
  }
}

function buildOnDisconnect(text: string | undefined): GatewayConfig['onDisconnect'] {
  const ms = text === undefined ? undefined : parseDurationMs(text.replace(/^drain +/, ''))
  return ms === undefined ? { kind: 'cancel' } : { kind: 'drain', ms }
}
