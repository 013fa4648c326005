/** Where the servers of OpenAI's APIs have them. */
import type { ProviderConfig } from '../config/config.ts'

/**
 * The path below a base URL. Some providers' own SDKs take the origin and OpenAI's the address with its version: a
 * bare origin stands for the version's folder on it.
 */
export function chatPathBelow(
  folder: string,
  endpoint = '/chat/completions',
): (request: unknown, config: ProviderConfig) => string {
  return (_, { baseUrl }) => `${baseUrl !== undefined && isBare(baseUrl) ? folder : ''}${endpoint}`
}

function isBare(baseUrl: string): boolean {
  return new URL(baseUrl).pathname === '/'
}
