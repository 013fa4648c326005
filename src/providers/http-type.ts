/**
 * The kinds of providers that are reached over HTTP, as data: one entry a type, naming what differs from one to
 * the next. What they speak is their dialect's.
 */
import type { ProviderConfig } from '../config/config.ts'
import { anthropic } from '../dialects/anthropic/anthropic.ts'
import type { EncodeOptions, ProviderDialect } from '../dialects/dialect.ts'
import { openaiChat } from '../dialects/openai-chat/openai-chat.ts'
import type { ProviderRequest } from './provider.ts'
import type { HttpProviderType } from './supported-types.ts'

export interface HttpType {
  readonly dialect: ProviderDialect
  /** Where the configuration gives none; absent where it must. */
  readonly defaultBaseUrl?: string
  /** Appended to the base URL; where the address names the model, made for each request. */
  readonly path: string | ((request: Pick<ProviderRequest, 'model' | 'stream'>, config: ProviderConfig) => string)
  readonly encoding: Pick<EncodeOptions, 'maxTokensField'>
  /** The header that carries the key. */
  readonly credential: (key: string) => readonly [name: string, value: string]
  /** Further headers, of the configuration and of what the client sent. */
  readonly headers: (
    config: ProviderConfig,
    client: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string>>
}

const bearer = (key: string) => ['authorization', `Bearer ${key}`] as const

export const httpTypes = {
  openai: {
    dialect: openaiChat,
    defaultBaseUrl: 'https://api.openai.com/v1',
    path: '/chat/completions',
    encoding: { maxTokensField: 'max_completion_tokens' },
    credential: bearer,
    headers: ({ options }, client) =>
      present({
        'openai-organization': text(options['organization']),
        'openai-project': text(options['project']),
        'idempotency-key': client['idempotency-key'],
      }),
  },
  'openai-compatible': {
    dialect: openaiChat,
    path: '/chat/completions',
    encoding: { maxTokensField: 'max_tokens' },
    credential: bearer,
    headers: () => ({}),
  },
  anthropic: {
    dialect: anthropic,
    defaultBaseUrl: 'https://api.anthropic.com',
    path: '/v1/messages',
    encoding: {},
    credential: (key) => ['x-api-key', key],
    headers: ({ options, headers }, client) =>
      present({
        'anthropic-version': text(options['version']) ?? client['anthropic-version'] ?? '2023-06-01',
        // Betas add up: the client's ask for features of its request, the configured ones for the account's.
        'anthropic-beta': union(text(options['beta']), headers['anthropic-beta'], client['anthropic-beta']),
      }),
  },
} as const satisfies Record<HttpProviderType, HttpType>

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : Array.isArray(value) ? value.join(',') : undefined
}

/** The distinct entries of comma-separated lists, in the order they came. */
function union(...lists: readonly (string | undefined)[]): string | undefined {
  const entries = lists.flatMap((list) => (list ?? '').split(',').map((entry) => entry.trim()))
  return [...new Set(entries)].filter((entry) => entry !== '').join(',') || undefined
}

function present(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
