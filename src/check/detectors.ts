/**
 * What guards can find, by the name that policies use. Finding it, in whole texts and in streams, is
 * the guards' own matter; this is the list that both sides agree on.
 */

export interface Detector {
  readonly name: string
  /** Data about persons, what grants access, or what is said to mislead a model. */
  readonly group: 'personal' | 'secret' | 'attack'
  /** What is found, for hover and the reference. */
  readonly documentation: string
}

export const detectors = [
  { name: 'email', group: 'personal', documentation: 'e-mail addresses' },
  { name: 'phone', group: 'personal', documentation: 'telephone numbers in international or common national form' },
  { name: 'card', group: 'personal', documentation: 'payment card numbers with a right check digit' },
  { name: 'iban', group: 'personal', documentation: 'bank account numbers (IBAN) with right check digits' },
  { name: 'ip', group: 'personal', documentation: 'IPv4 and IPv6 addresses' },
  { name: 'ssn', group: 'personal', documentation: 'United States social security numbers' },
  {
    name: 'national_id',
    group: 'personal',
    documentation: 'identity, insurance and tax numbers of some thirty countries, by form, check digits and context',
  },
  {
    name: 'address',
    group: 'personal',
    documentation: 'postal addresses in the usual forms of some countries: a hint',
  },
  {
    name: 'aws_key',
    group: 'secret',
    documentation: 'access key ids of Amazon Web Services and the secrets beside them',
  },
  { name: 'private_key', group: 'secret', documentation: 'private keys in PEM form' },
  { name: 'api_key', group: 'secret', documentation: 'API keys of well-known providers, by their prefixes' },
  { name: 'github_token', group: 'secret', documentation: 'access tokens of GitHub' },
  { name: 'gitlab_token', group: 'secret', documentation: 'access tokens of GitLab' },
  { name: 'slack_token', group: 'secret', documentation: 'tokens and webhooks of Slack' },
  { name: 'stripe_key', group: 'secret', documentation: 'secret keys of Stripe' },
  { name: 'google_key', group: 'secret', documentation: 'API keys, client secrets and tokens of Google' },
  { name: 'azure_key', group: 'secret', documentation: 'account keys and client secrets of Azure' },
  { name: 'jwt', group: 'secret', documentation: 'JSON web tokens' },
  { name: 'connection_string', group: 'secret', documentation: 'user names and passwords within addresses' },
  {
    name: 'high_entropy',
    group: 'secret',
    documentation: 'rows of characters that only chance makes, above all behind the name of a secret',
  },
  {
    name: 'prompt_injection',
    group: 'attack',
    documentation: 'phrases that try to talk a model out of its instructions: a heuristic',
  },
] as const satisfies readonly Detector[]

export type DetectorName = (typeof detectors)[number]['name']
