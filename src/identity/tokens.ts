/**
 * Tokens that others have made. One that says that it is a configured issuer's is for that issuer's keys alone; every
 * other is for the introspection endpoints, in their order, until one knows it.
 */
import type { CallersConfig } from '../config/config.ts'
import type { TokenWorld } from './ask.ts'
import type { CheckedToken } from './checked-token.ts'
import { refused } from './checked-token.ts'
import { createIntrospect } from './introspect.ts'
import { createJwt } from './jwt.ts'

export interface Tokens {
  readonly check: (text: string) => Promise<CheckedToken>
}

export function createTokens(
  { jwt, introspection }: Pick<CallersConfig, 'jwt' | 'introspection'>,
  world: TokenWorld,
): Tokens {
  const signed = createJwt(jwt, world)
  const endpoints = introspection.map((each) => createIntrospect(each, world))
  return {
    async check(text) {
      const verify = signed.find(text)
      if (verify !== undefined) return verify(world.now())
      let answer = refused('the credential is no token of an issuer that is known here')
      for (const introspect of endpoints) {
        const checked = await introspect(text)
        if (checked.ok) return checked
        // Where one of them could not be asked, nobody knows that the token is bad.
        if (answer.ok || answer.why === 'refused') answer = checked
      }
      return answer
    },
  }
}
