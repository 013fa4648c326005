/** `callers.jwt` and `callers.introspection` as typed values with their defaults. */
import { isIP } from 'node:net'
import type { Building } from './building.ts'
import { report, secretAt } from './building.ts'
import type { ClaimPaths, IntrospectionConfig, JwtConfig } from './config.ts'
import { parseDurationMs } from './quantities.ts'
import { Secret } from './secret.ts'
import type { Path } from './tree.ts'
import { parseValuePath } from './value-path.ts'

const algorithms = ['RS256', 'ES256', 'EdDSA'] as const

export function buildJwt(building: Building): readonly JwtConfig[] {
  const all = building.raw.callers?.jwt ?? []
  return all.map((raw, index) => {
    const path = ['callers', 'jwt', index]
    if (all.slice(0, index).some((each) => each.issuer === raw.issuer && each.audience === raw.audience)) {
      const message = `the issuer \`${raw.issuer}\` is listed twice for the audience \`${raw.audience}\``
      report(building, 'P907', path, { message })
    }
    checkUrl(building, [...path, 'jwks_uri'], raw.jwks_uri, raw.private)
    return {
      issuer: raw.issuer,
      audience: raw.audience,
      jwksUri: raw.jwks_uri,
      private: raw.private ?? false,
      algorithms: raw.algorithms ?? algorithms,
      clockToleranceMs: parseDurationMs(raw.clock_tolerance ?? '') ?? 60_000,
      claims: claimPaths(raw.claims),
    }
  })
}

export function buildIntrospection(building: Building): readonly IntrospectionConfig[] {
  return (building.raw.callers?.introspection ?? []).map((raw, index) => {
    const path = ['callers', 'introspection', index]
    checkUrl(building, [...path, 'url'], raw.url, raw.private)
    return {
      url: raw.url,
      clientId: raw.client_id,
      clientSecret: secretAt(building, [...path, 'client_secret']) ?? new Secret(''),
      ...(raw.audience === undefined ? {} : { audience: raw.audience }),
      private: raw.private ?? false,
      cacheMs: parseDurationMs(raw.cache ?? '') ?? 30_000,
      claims: claimPaths(raw.claims),
    }
  })
}

/** Whoever can change what comes over an open wire could make callers of anybody. */
function checkUrl(building: Building, path: Path, text: string, isPrivate = false): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) {
    report(building, 'P904', path, { message: `\`${String(path.at(-1))}\` is not an address that can be called` })
  } else if (url.protocol === 'http:' && !isPrivate && isIP(url.hostname.replace(/^\[(.*)\]$/, '$1')) === 0) {
    report(building, 'P907', path, {
      message: `\`${String(path.at(-1))}\` is an \`http:\` address, and whom to trust is asked over \`https:\``,
      help: 'where the network itself is trusted, say `private: true`',
    })
  }
}

/** The schema has seen to it that each is a path. */
function claimPaths(raw: Readonly<Record<string, string>> = {}): ClaimPaths {
  return Object.fromEntries(Object.entries(raw).map(([field, text]) => [field, parseValuePath(text) ?? [text]]))
}
