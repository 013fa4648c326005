/** Anthropic itself. */
import { anthropic as anthropicDialect } from '../../dialects/anthropic/anthropic.ts'
import { present, textOf, unionOf } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'

export const anthropic: HttpType = {
  dialect: anthropicDialect,
  defaultBaseUrl: 'https://api.anthropic.com',
  path: '/v1/messages',
  encoding: {},
  credential: (key) => ['x-api-key', key],
  headers: ({ options, headers }, client) =>
    present({
      'anthropic-version': textOf(options['version']) ?? client['anthropic-version'] ?? '2023-06-01',
      // Betas add up: the client's ask for features of its request, the configured ones for the account's.
      'anthropic-beta': unionOf(textOf(options['beta']), headers['anthropic-beta'], client['anthropic-beta']),
    }),
}
