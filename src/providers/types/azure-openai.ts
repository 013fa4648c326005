/**
 * Azure OpenAI, and the other models of Azure's Foundry. Three addresses speak the chat API: the resource alone, whose
 * API is versioned by date with `api_version` and by `/openai/v1` without; that of `/openai/v1`; and `/models`.
 */
import type { ProviderConfig } from '../../config/config.ts'
import { Secret } from '../../config/secret.ts'
import { openaiEmbeddings } from '../../dialects/embeddings/openai-embeddings.ts'
import { openaiImages } from '../../dialects/images/openai-images.ts'
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { olderMaxTokens } from '../../dialects/openai-chat/quirks/fields.ts'
import { openaiCompletions } from '../../dialects/openai-completions/openai-completions.ts'
import { openaiResponses } from '../../dialects/openai-responses/openai-responses.ts'
import { textOf } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'
import type { TokenRequest } from '../token-source.ts'

export const azureOpenai: HttpType = {
  dialect: openaiChat,
  path: ({ model }, config) => `${folderOf(config, deploymentOf(model, config))}/chat/completions${queryOf(config)}`,
  also: [
    // Responses name their deployment in the body, in dated versions too.
    { dialect: openaiResponses, path: (_, config) => `${folderOf(config)}/responses${queryOf(config)}` },
    {
      dialect: openaiCompletions,
      path: ({ model }, config) => `${folderOf(config, deploymentOf(model, config))}/completions${queryOf(config)}`,
    },
  ],
  tasks: {
    embeddings: {
      format: openaiEmbeddings,
      path: ({ model }, config) => `${folderOf(config, deploymentOf(model, config))}/embeddings${queryOf(config)}`,
    },
    images: {
      format: openaiImages,
      path: ({ model }, config) =>
        `${folderOf(config, deploymentOf(model, config))}/images/generations${queryOf(config)}`,
    },
  },
  encoding: { maxTokensField: 'max_completion_tokens' },
  configured: ({ options }) =>
    isBeforeReasoning(textOf(options['api_version'])) ? { maxTokensField: 'max_tokens', quirks: [olderMaxTokens] } : {},
  nameOf: deploymentOf,
  tokens: identityOf,
  credential: (key) => ['api-key', key],
  headers: () => ({}),
}

/** What stands between the base URL and the endpoint. */
function folderOf({ baseUrl, options }: ProviderConfig, deployment?: string): string {
  const path = baseUrl === undefined ? '/' : new URL(baseUrl).pathname.replace(/\/+$/, '')
  const isResource = path === '' || path === '/openai'
  if (!isResource) return ''
  const openai = path === '' ? '/openai' : ''
  if (textOf(options['api_version']) === undefined) return `${openai}/v1`
  return deployment === undefined ? openai : `${openai}/deployments/${encodeURIComponent(deployment)}`
}

function queryOf({ options }: ProviderConfig): string {
  const version = textOf(options['api_version'])
  return version === undefined ? '' : `?api-version=${encodeURIComponent(version)}`
}

function deploymentOf(model: string, { options }: ProviderConfig): string {
  const deployments = options['deployment_by_model']
  if (typeof deployments !== 'object' || deployments === null || !Object.hasOwn(deployments, model)) return model
  return textOf((deployments as Readonly<Record<string, unknown>>)[model]) ?? model
}

/** Versions before this one know only the older name of the limit. */
const firstWithReasoning = '2024-09-01'

function isBeforeReasoning(version: string | undefined): boolean {
  return version !== undefined && /^\d{4}-\d\d-\d\d/.test(version) && version.slice(0, 10) < firstWithReasoning
}

/** Who gives tokens in the public cloud. */
const publicAuthority = 'https://login.microsoftonline.com'
const scope = 'https://cognitiveservices.azure.com/.default'

/** The request for a token of Entra ID by an application's secret, where one is configured. */
function identityOf({ options }: ProviderConfig): TokenRequest | undefined {
  const { tenant_id: tenant, client_id: client, client_secret: secret } = options
  if (!(secret instanceof Secret) || typeof tenant !== 'string' || typeof client !== 'string') return undefined
  const authority = (textOf(options['authority']) ?? publicAuthority).replace(/\/+$/, '')
  return {
    endpoint: `${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
    form: async () => ({
      grant_type: 'client_credentials',
      client_id: client,
      client_secret: secret.reveal(),
      scope,
    }),
  }
}
