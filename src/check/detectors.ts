/**
 * What guards can find, by the name that policies use. Finding it, in whole texts and in streams, is
 * the guards' own matter; this is the list that both sides agree on.
 */

export interface Detector {
  readonly name: string
  /** Data about persons, or what grants access. */
  readonly group: 'personal' | 'secret'
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
    name: 'aws_key',
    group: 'secret',
    documentation: 'access key ids of Amazon Web Services and the secrets beside them',
  },
  { name: 'private_key', group: 'secret', documentation: 'private keys in PEM form' },
  { name: 'api_key', group: 'secret', documentation: 'API keys of well-known providers, by their prefixes' },
  { name: 'github_token', group: 'secret', documentation: 'access tokens of GitHub' },
  { name: 'slack_token', group: 'secret', documentation: 'tokens of Slack' },
  { name: 'jwt', group: 'secret', documentation: 'JSON web tokens' },
] as const satisfies readonly Detector[]

export type DetectorName = (typeof detectors)[number]['name']
