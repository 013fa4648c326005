/** Where the servers of OpenAI's chat API have it. */
import type { ProviderConfig } from '../config/config.ts'

/**
 * The path below a base URL. Some providers' own SDKs take the origin and OpenAI's the address with its version: a
 * bare origin stands for the version's folder on it.
 */
export function chatPathBelow(folder: string): (request: unknown, config: ProviderConfig) => string {
  return (_, { baseUrl }) => `${baseUrl !== undefined && isBare(baseUrl) ? folder : ''}/chat/completions`
}

function isBare(baseUrl: string): boolean {
  return new URL(baseUrl).pathname === '/'
}
