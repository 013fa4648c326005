/**
 * Texts that hold credentials, marked by « », and texts that only look like it. The credentials are made up, of pieces,
 * so that no scanner of repositories takes them for real ones.
 */
import type { Corpus } from './corpus.ts'

/** Letters and digits that look like chance, always the same. */
function noise(length: number, alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'): string {
  let state = length * 7919 + 17
  let text = ''
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    text += alphabet[(state >>> 8) % alphabet.length]
  }
  return text
}

const hex = '0123456789abcdef'
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const base64 = (text: string) => Buffer.from(text).toString('base64url')
const token = `${base64('{"alg":"HS256","typ":"JWT"}')}.${base64('{"sub":"1234567890","name":"Ann"}')}.${noise(43)}`
const pem = (name: string) =>
  `-----BEGIN ${name}PRIVATE KEY-----\n${noise(64)}\n${noise(64)}\n${noise(20)}==\n-----END ${name}PRIVATE KEY-----`

export const secrets: Corpus = {
  aws_key: {
    found: [
      `id «AKIA${noise(16, upper)}»`,
      `AWS_ACCESS_KEY_ID=«ASIA${noise(16, upper)}»`,
      `aws_secret_access_key = «${noise(40)}»`,
      `"SecretAccessKey": "«${noise(39)}/»"`,
    ],
    free: [
      `sha1 ${noise(40, hex)}`,
      'AKIA is a prefix',
      `AKIA${noise(12, upper)}`,
      `x${noise(40)}`,
      'secret access keys are forty characters long, as you know',
    ],
  },
  private_key: {
    found: [
      `key:\n«${pem('')}»\nthat was it`,
      `«${pem('RSA ')}»`,
      `«${pem('OPENSSH ')}»`,
      `{"private_key":"«${pem('').replaceAll('\n', '\\n')}»"}`,
      `«-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,${noise(32, hex)}\n\n${noise(64)}\n-----END EC PRIVATE KEY-----»`,
      `cut off: «-----BEGIN PRIVATE KEY-----\n${noise(64)}\n${noise(33)}»`,
    ],
    free: [
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
      '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----',
      'a file that begins with `-----BEGIN PRIVATE KEY-----`, say',
    ],
  },
  api_key: {
    found: [
      `OPENAI_API_KEY=«sk-proj-${noise(48)}»`,
      `«sk-ant-api03-${noise(80)}»`,
      `groq «gsk_${noise(52)}»`,
      `xai «xai-${noise(80)}»`,
      `«hf_${noise(34)}»`,
      `«SG.${noise(22)}.${noise(43)}»`,
      `npm «npm_${noise(36)}»`,
      `«pk_${noise(38)}» of this gateway`,
      `vault «hvs.${noise(90)}»`,
      `«dop_v1_${noise(64, hex)}»`,
      `«shpat_${noise(32, hex)}»`,
      `bot «123456789:AA${noise(33)}»`,
      `replicate: «r8_${noise(37)}»`,
      `«pplx-${noise(48)}»`,
    ],
    free: [
      'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'sk-your-api-key-goes-here-please',
      'a task-list-of-twenty-four-things',
      'risk-assessment-and-management',
      'hf_hub_download(repo_id)',
      'pk_live is not for you',
      'key-value-store-implementation',
      'SG.mail.example',
    ],
  },
  github_token: {
    found: [
      `«ghp_${noise(36)}»`,
      `git clone https://«gho_${noise(36)}»@github.com/x`,
      `«github_pat_${noise(22)}_${noise(59)}»`,
    ],
    free: ['ghp_short', 'github_pattern_matching', `aghp_${noise(36)}`],
  },
  gitlab_token: {
    found: [`«glpat-${noise(20)}»`, `token=«gldt-${noise(24)}»`],
    free: ['glpat-short', 'a glpat-less world'],
  },
  slack_token: {
    found: [
      `«xoxb-${noise(12, '0123456789')}-${noise(24)}»`,
      `https://«hooks.slack.com/services/T${noise(8)}/B${noise(8)}/${noise(24)}»`,
      `«xapp-1-A${noise(9)}-${noise(40)}»`,
    ],
    free: ['xoxb-1', 'hooks.slack.com/docs', 'xoxo-hugs-and-kisses'],
  },
  stripe_key: {
    found: [`«sk_live_${noise(24)}»`, `«rk_test_${noise(24)}»`, `«whsec_${noise(32)}»`],
    free: [`pk_live_${noise(24)}`, 'sk_live_short', 'task_test_runner_configuration_file'],
  },
  google_key: {
    found: [`«AIza${noise(35)}»`, `«GOCSPX-${noise(28)}»`, `«ya29.${noise(60)}»`],
    free: ['AIzaShort', `xAIza${noise(35)}`],
  },
  azure_key: {
    found: [
      `DefaultEndpointsProtocol=https;AccountName=x;«AccountKey=${noise(86)}==»;EndpointSuffix=core.windows.net`,
      `client «${noise(3)}8Q~${noise(34)}»`,
    ],
    free: ['AccountKey=<key>', 'AccountKey=short'],
  },
  jwt: {
    found: [`Bearer «${token}»`, `{"token":"«${token}»"}`],
    free: ['eyJust a word. And another. One', `eyJhbGci.${noise(20)}.${noise(20)}`, 'a.b.c'],
  },
  connection_string: {
    found: [
      'postgres://«app:s3cr3tPw»@db.example.com/x',
      'mongodb+srv://«root:p%40ss»@cluster0.example.net',
      'https://«ann:hunter2»@example.com/',
      'amqp://«guest:Zx9!»@[::1]:5672',
    ],
    free: [
      'postgres://app:${DB_PASSWORD}@db/x',
      'postgres://user:<password>@host/db',
      'http://localhost:8080/@scope/pkg',
      'https://example.com:443/a@b',
      'redis://localhost:6379',
      'mysql://user:password@host/db',
    ],
  },
  high_entropy: {
    found: [
      `client_secret: «${noise(40)}»`,
      `export TOKEN="«${noise(32, hex)}»"`,
      `password = «Tr0ub4dor_and_3xY9qZ»`,
      `«${noise(48)}»`,
      `x-api-key: «${noise(28)}»`,
      `Authorization: Bearer «${noise(60)}»`,
    ],
    free: [
      'id 550e8400-e29b-41d4-a716-446655440000',
      `commit ${noise(40, hex)}`,
      'node_modules/@types/react/index.d.ts',
      'https://example.com/a/very/long/path/to/something',
      'getElementsByClassNameAndAttribute',
      'loadSmithyRpcV2CborErrorCode',
      'CipherChaCha20Poly1305Options',
      'client_secret: credentials.clientSecret2Value',
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
      'a_long_snake_case_identifier_name',
      'claude-3-5-sonnet-20241022-v2',
      'arn:aws:iam::123456789012:role/MyApplicationRole',
      'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      '====================================',
      'Donaudampfschifffahrtsgesellschaft',
      'the token is explained in section four',
      'application/vnd.openxmlformats-officedocument',
      '2024-01-02T03:04:05.678Z/2024-02-03',
    ],
  },
}
