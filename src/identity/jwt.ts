/**
 * JSON Web Tokens (RFC 7519) of the configured issuers. What a token says of itself before it is verified only chooses
 * by whose keys it is; keys come from the issuer's configured address alone, never from the token.
 */
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JwtConfig } from '../config/config.ts'
import type { TokenWorld } from './ask.ts'
import type { CheckedToken } from './checked-token.ts'
import { refused, unavailable } from './checked-token.ts'
import { callerOfClaims } from './claims.ts'
import { createKeySet } from './key-set.ts'

export interface Jwt {
  /** The check of a token that is by its form and its issuer one of ours; undefined for any other. */
  readonly find: (text: string) => ((now: number) => Promise<CheckedToken>) | undefined
}

export function createJwt(configs: readonly JwtConfig[], world: TokenWorld): Jwt {
  const issuers = configs.map((config) => ({ config, keys: createKeySet(config, world) }))
  return {
    find(text) {
      const claims = readUnverified(text)
      if (claims === undefined) return undefined
      const own = issuers.filter(({ config }) => config.issuer === claims.iss)
      const issuer = own.find(({ config }) => [claims.aud].flat().includes(config.audience)) ?? own[0]
      if (issuer === undefined) return undefined
      return async (nowMs) => {
        const keys = await issuer.keys.current()
        if (keys === undefined) return unavailable('the keys of the token’s issuer cannot be had now')
        const verified = await verify(text, keys, issuer.config, nowMs)
        if (verified !== 'unknown_key') return verified
        const newer = await issuer.keys.renewed()
        const again = newer === undefined ? verified : await verify(text, newer, issuer.config, nowMs)
        return again === 'unknown_key' ? refused('the token is signed with a key that its issuer does not have') : again
      }
    },
  }
}

/** The claims of a text in the form of a JWT. */
function readUnverified(text: string): JWTPayload | undefined {
  try {
    decodeProtectedHeader(text)
    return decodeJwt(text)
  } catch {
    return undefined
  }
}

async function verify(
  text: string,
  keys: JWTVerifyGetKey,
  config: JwtConfig,
  nowMs: number,
): Promise<CheckedToken | 'unknown_key'> {
  const options = {
    issuer: config.issuer,
    audience: config.audience,
    algorithms: [...config.algorithms],
    clockTolerance: config.clockToleranceMs / 1000,
    currentDate: new Date(nowMs),
    requiredClaims: ['exp'],
  }
  try {
    const { payload } = await verifyByAny(text, keys, options)
    return callerOfClaims(payload, config.claims, { vouchedBy: config.issuer, subjects: ['sub'] })
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_key'
    return refused(whyRefused(error))
  }
}

type VerifyOptions = Parameters<typeof jwtVerify>[2]

/** A token that names no key may be signed with any that fits its algorithm. */
async function verifyByAny(text: string, keys: JWTVerifyGetKey, options: VerifyOptions) {
  try {
    return await jwtVerify(text, keys, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    for await (const key of error) {
      try {
        return await jwtVerify(text, key, options)
      } catch (other) {
        if (!(other instanceof errors.JWSSignatureVerificationFailed)) throw other
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

function whyRefused(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `the token has no \`${error.claim}\``
    if (error.claim === 'nbf') return 'the token is not good yet'
    if (error.claim === 'aud') return 'the token is for another audience'
    return `the \`${error.claim}\` of the token does not hold`
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the token is signed in a way that is not accepted here'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature of the token does not fit'
  return 'the token cannot be verified'
}
