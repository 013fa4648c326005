/**
 * AWS Signature Version 4: headers that prove who asks, made of the address, the body and the time. Only `host` and
 * the headers that are made here are signed, so that nothing on the way can break a signature by touching others.
 */
import { AwsV4Signer } from 'aws4fetch'
import type { Secret } from '../config/secret.ts'
import type { Sign } from './http-type.ts'

export interface AwsCredentials {
  readonly accessKeyId: Secret
  readonly secretAccessKey: Secret
  readonly sessionToken?: Secret
}

export interface AwsScope {
  readonly region: string
  readonly service: string
}

/** Keys derived for a day that are kept: today's, and yesterday's around midnight. */
const maxDerivedKeys = 2

export function createAwsSign(credentials: AwsCredentials, scope: AwsScope): Sign {
  const derivedKeys = new Map<string, ArrayBuffer>()
  return async ({ url, body, atMs }) => {
    if (maxDerivedKeys < derivedKeys.size) derivedKeys.clear()
    const { sessionToken } = credentials
    const signer = new AwsV4Signer({
      method: 'POST',
      url,
      body,
      ...scope,
      accessKeyId: credentials.accessKeyId.reveal(),
      secretAccessKey: credentials.secretAccessKey.reveal(),
      ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
      datetime: new Date(atMs).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      cache: derivedKeys,
    })
    const { headers } = await signer.sign()
    return Object.fromEntries(headers)
  }
}
