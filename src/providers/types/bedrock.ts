/**
 * Amazon Bedrock, over its Converse API. The model and whether to stream are in the address, where an id with colons
 * or an ARN with slashes is one segment. Who asks is proved by an API key, or by a signature with an access key.
 */
import type { ProviderConfig } from '../../config/config.ts'
import { Secret } from '../../config/secret.ts'
import { bedrock as dialect } from '../../dialects/bedrock/bedrock.ts'
import { bedrockEmbeddings } from '../../dialects/embeddings/bedrock-embeddings.ts'
import { bearer, textOf } from '../header-values.ts'
import type { HttpType, Sign } from '../http-type.ts'
import { createAwsSign } from '../sign-aws.ts'

export const bedrock: HttpType = {
  dialect,
  defaultBaseUrl: (config) => {
    const region = regionOf(config)
    return region === undefined ? undefined : `https://bedrock-runtime.${region}.amazonaws.com${suffixOf(region)}`
  },
  findFault,
  path: ({ model, stream }, config) =>
    `/model/${encodeURIComponent(profileOf(model, config))}/${stream ? 'converse-stream' : 'converse'}`,
  tasks: {
    embeddings: {
      format: bedrockEmbeddings,
      path: ({ model }, config) => `/model/${encodeURIComponent(profileOf(model, config))}/invoke`,
    },
  },
  encoding: {},
  configured: ({ options: { beta } }) =>
    Array.isArray(beta) ? { betas: beta.filter((each) => typeof each === 'string') } : {},
  credential: bearer,
  sign: signOf,
  headers: () => ({}),
}

function regionOf({ options }: ProviderConfig): string | undefined {
  return textOf(options['aws_region'])
}

/** What the model is called by: an ARN says nothing of its model, so that targets and the catalogue keep the model's id. */
function profileOf(model: string, { options }: ProviderConfig): string {
  const profiles = options['profile_by_model']
  if (typeof profiles !== 'object' || profiles === null || !Object.hasOwn(profiles, model)) return model
  return textOf((profiles as Readonly<Record<string, unknown>>)[model]) ?? model
}

/** China's partition has a domain of its own. */
const suffixOf = (region: string): string => (region.startsWith('cn-') ? '.cn' : '')

/** Nothing else can stand in a header; a line end that slipped into a variable is the usual guest. */
function findFault({ name, options }: ProviderConfig): string | undefined {
  const odd = ['access_key_id', 'secret_access_key', 'session_token'].find((setting) => {
    const value = options[setting]
    return value instanceof Secret && !/^[\x21-\x7e]+$/.test(value.reveal())
  })
  return odd && `the \`${odd}\` of provider \`${name}\` holds characters that no access key has`
}

function signOf(config: ProviderConfig): Sign | undefined {
  const region = regionOf(config)
  const { access_key_id: id, secret_access_key: secret, session_token: token } = config.options
  if (region === undefined || !(id instanceof Secret) || !(secret instanceof Secret)) return undefined
  const session = token instanceof Secret ? { sessionToken: token } : {}
  return createAwsSign({ accessKeyId: id, secretAccessKey: secret, ...session }, { region, service: 'bedrock' })
}
