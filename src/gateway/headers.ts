/**
 * The headers of every answer, and which of the client's headers go where.
 */
import { formatUsd } from './cost.ts'
import type { Exchange } from './exchange.ts'
import type { BudgetWarning } from './usage-record.ts'

/** The `x-policyc-…` headers as far as the exchange got, and the request's id. */
export function exchangeHeaders(exchange: Exchange, policyDigest: string): Record<string, string> {
  const headers: Record<string, string> = { 'x-request-id': exchange.id, 'x-policyc-policy': policyDigest }
  // Where Anthropic's SDKs look for it.
  if (exchange.dialect.name === 'anthropic') headers['request-id'] = exchange.id
  if (exchange.endpoint.kind !== 'call' && exchange.endpoint.kind !== 'task') return headers
  if (exchange.rule !== undefined) headers['x-policyc-rule'] = plain(exchange.rule)
  if (exchange.target !== undefined) headers['x-policyc-target'] = plain(exchange.target)
  headers['x-policyc-attempts'] = String(callsIn(exchange))
  headers['x-policyc-cache'] = exchange.cache ?? 'none'
  if (exchange.costNanoUsd !== undefined) headers['x-policyc-cost'] = formatUsd(exchange.costNanoUsd)
  const warned = exchange.spending?.warnings() ?? []
  if (warned.length > 0) headers['x-policyc-warning'] = warned.map(warningText).join(', ')
  Object.assign(headers, exchange.rateHeaders)
  return headers
}

/** `team_month 83%`, rounded down: 100% is all of it. */
function warningText({ budget, used }: BudgetWarning): string {
  return `${budget} ${Math.floor(used * 100)}%`
}

/**
 * A name as a header can carry it: where a route passes on the model that the client named, a target holds the
 * client's own words. What is not printable ASCII is percent-encoded, and a long one is cut.
 */
function plain(text: string): string {
  return text
    .slice(0, 256)
    .replace(/[^\x20-\x7e]/gu, (character) =>
      Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '%$&'),
    )
}

/** Attempts that were really made: targets that were skipped are not among them. */
function callsIn(exchange: Exchange): number {
  return exchange.attempts.filter((each) => each.result !== 'skipped').length
}

const sane = /^[A-Za-z0-9._:+/=@-]{1,128}$/

/** The request's id: the client's own where it is a plain token, else a fresh one. */
export function requestIdOf(header: (name: string) => string | undefined, fresh: () => string): string {
  const given = header('x-request-id')
  return given !== undefined && sane.test(given) ? given : fresh()
}

/** Headers that hold credentials: read by no policy, and sent to no provider. */
export const credentialHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
])

const forwarded = ['anthropic-beta', 'openai-beta']

/** The client's headers that mean something to a provider of the same dialect. */
export function forwardedHeaders(header: (name: string) => string | undefined): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const name of forwarded) {
    const value = header(name)
    if (value !== undefined && value !== '') headers[name] = value
  }
  return headers
}
