/** An issuer of tokens without sockets: makes keys, signs, and answers what is asked of its key set. */
import type { CryptoKey, JWK } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JwtConfig } from '../../src/config/config.ts'
import type { Reply, TokenWorld } from '../../src/identity/ask.ts'

export const startMs = Date.parse('2026-03-01T12:00:00Z')

export const jwtConfig: JwtConfig = {
  issuer: 'https://id.test',
  audience: 'gateway',
  jwksUri: 'https://id.test/jwks',
  private: false,
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  clockToleranceMs: 60_000,
  claims: {},
}

export interface SigningKey {
  readonly kid: string | undefined
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function makeKey(kid: string | undefined, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), ...(kid === undefined ? {} : { kid }), alg } }
}

/** A token that is good for an hour, but for what `claims` says otherwise. */
export function sign(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>> = {},
  header: object = {},
): Promise<string> {
  const second = startMs / 1000
  const payload = { iss: 'https://id.test', aud: 'gateway', sub: 'ada', iat: second, exp: second + 3600, ...claims }
  return new SignJWT(payload)
    .setProtectedHeader({ alg: key.alg, ...(key.kid === undefined ? {} : { kid: key.kid }), ...header })
    .sign(key.privateKey)
}

/** A world whose clock is turned by hand, and in which `reply` answers every question. */
export function worldOf(reply: () => Reply | Promise<Reply>) {
  const asked: Parameters<TokenWorld['ask']>[0][] = []
  const problems: string[] = []
  const clock = { nowMs: startMs }
  const world: TokenWorld = {
    ask: async (question) => {
      asked.push(question)
      return reply()
    },
    now: () => clock.nowMs,
    onProblem: (_, message) => problems.push(message),
  }
  return { world, asked, problems, clock }
}

export function replyWith(value: unknown, status = 200): Reply {
  return { ok: true, status, text: JSON.stringify(value) }
}

export function keysOf(...keys: readonly SigningKey[]): Reply {
  return replyWith({ keys: keys.map((each) => each.jwk) })
}
