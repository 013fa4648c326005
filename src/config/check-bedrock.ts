/** What does not fit together in a provider of type `bedrock`: who asks, and in which region of AWS. */
import { type Building, isWritten, report } from './building.ts'

export function checkBedrock(building: Building, name: string): void {
  const at = ['providers', name]
  const has = (key: string) => isWritten(building, [...at, key])
  const hasKey = has('api_key') || has('api_keys')
  const signs = has('access_key_id') || has('secret_access_key')
  if (!hasKey && !signs) {
    report(building, 'P907', at, {
      message: `\`${name}\` has neither \`api_key\` nor \`access_key_id\`, and a provider of type \`bedrock\` needs one`,
      help: 'add `access_key_id: "${AWS_ACCESS_KEY_ID}"` and `secret_access_key: "${AWS_SECRET_ACCESS_KEY}"`',
      part: 'key',
    })
  }
  if (hasKey && signs) {
    report(building, 'P907', [...at, has('access_key_id') ? 'access_key_id' : 'secret_access_key'], {
      message: `\`${name}\` has both an \`api_key\` and an access key`,
      help: 'keep the API key, or the access key that signs requests',
      part: 'key',
    })
  }
  if (has('session_token') && !signs) {
    report(building, 'P907', [...at, 'session_token'], {
      message: `\`${name}\` has \`session_token\` without \`access_key_id\``,
      part: 'key',
    })
  }
  // A signature names the region; an API key needs it only for the address.
  if (!has('aws_region') && (signs || !has('base_url'))) {
    report(building, 'P907', at, {
      message: `\`${name}\` has no \`aws_region\`, and a provider of type \`bedrock\` needs one`,
      help: 'add `aws_region: eu-central-1`',
      part: 'key',
    })
  }
}
