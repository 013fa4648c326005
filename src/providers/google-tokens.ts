/**
 * Access tokens of Google's: by the credentials of a service account (a signed assertion, RFC 7523) or of a user (a
 * refresh token), else from the metadata server of the machine, which knows the account that it runs as.
 */
import { importPKCS8, SignJWT } from 'jose'
import type { Secret } from '../config/secret.ts'
import { filledString, isObject, parseJson } from '../dialects/json.ts'
import type { TokenRequest } from './token-source.ts'

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const TOKEN_URL = 'https://oauth2.googleapis.com/token'
/** The address of the metadata server, which its name stands for: names may not resolve to such an address. */
const METADATA_URL = 'http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token'
/** The longest that Google takes. */
const ASSERTION_S = 3600

type Credentials =
  | {
      readonly kind: 'service_account'
      readonly email: string
      readonly privateKey: string
      readonly keyId: string | undefined
      readonly tokenUrl: string
    }
  | {
      readonly kind: 'authorized_user'
      readonly clientId: string
      readonly clientSecret: string
      readonly refreshToken: string
      readonly tokenUrl: string
    }

type Read = { readonly ok: true; readonly credentials: Credentials } | { readonly ok: false; readonly fault: string }

/** What is wrong with credentials, to follow their name in a sentence; nothing of them is told. */
export function findCredentialsFault(secret: Secret): string | undefined {
  const read = readCredentials(secret)
  return read.ok ? undefined : read.fault
}

/** How a token is fetched; `endpoint` stands in for the address that the credentials name. */
export function googleTokens(secret: Secret | undefined, endpoint: string | undefined): TokenRequest {
  const read = secret && readCredentials(secret)
  if (read === undefined) return { endpoint: endpoint ?? METADATA_URL, headers: { 'metadata-flavor': 'Google' } }
  if (!read.ok) throw new Error(`the credentials were not checked: they ${read.fault}`)
  const { credentials } = read
  return { endpoint: endpoint ?? credentials.tokenUrl, form: (nowMs) => formOf(credentials, nowMs) }
}

async function formOf(credentials: Credentials, nowMs: number): Promise<Readonly<Record<string, string>>> {
  switch (credentials.kind) {
    case 'service_account':
      return {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: await signAssertion(credentials, Math.floor(nowMs / 1000)),
      }
    case 'authorized_user':
      return {
        grant_type: 'refresh_token',
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        refresh_token: credentials.refreshToken,
      }
  }
}

async function signAssertion(
  { email, privateKey, keyId, tokenUrl }: Extract<Credentials, { kind: 'service_account' }>,
  nowS: number,
): Promise<string> {
  const key = await importPKCS8(privateKey, 'RS256')
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) })
    .setIssuer(email)
    .setAudience(tokenUrl)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + ASSERTION_S)
    .sign(key)
}

function readCredentials(secret: Secret): Read {
  const value = parseJson(secret.reveal())
  if (!isObject(value)) return { ok: false, fault: 'are not the JSON of a Google account' }
  const missing = (...fields: readonly string[]) => fields.find((field) => filledString(value[field]) === undefined)
  const text = (field: string) => filledString(value[field]) ?? ''
  const tokenUrl = filledString(value['token_uri']) ?? TOKEN_URL
  if (!URL.canParse(tokenUrl)) return { ok: false, fault: 'name a `token_uri` that is no address' }
  switch (value['type']) {
    case 'service_account': {
      const lack = missing('client_email', 'private_key')
      if (lack !== undefined) return { ok: false, fault: `lack \`${lack}\`` }
      const keyId = filledString(value['private_key_id'])
      const [email, privateKey] = [text('client_email'), text('private_key')]
      return { ok: true, credentials: { kind: 'service_account', email, privateKey, keyId, tokenUrl } }
    }
    case 'authorized_user': {
      const lack = missing('client_id', 'client_secret', 'refresh_token')
      if (lack !== undefined) return { ok: false, fault: `lack \`${lack}\`` }
      const [clientId, clientSecret, refreshToken] = [text('client_id'), text('client_secret'), text('refresh_token')]
      return { ok: true, credentials: { kind: 'authorized_user', clientId, clientSecret, refreshToken, tokenUrl } }
    }
    default:
      return { ok: false, fault: 'are of no type that is known: a service account or an authorized user is wanted' }
  }
}
