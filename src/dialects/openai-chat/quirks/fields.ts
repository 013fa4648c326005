/** Quirks of single fields of a chat completion request: renamed, lacking, or taken in part. */
import { isObject } from '../../json.ts'
import type { Json, JsonObject } from '../../neutral.ts'
import type { Quirk } from '../../quirk.ts'

/** The body without some fields; the same object where it has none of them. */
export function without(body: JsonObject, ...fields: readonly string[]): JsonObject {
  if (!fields.some((field) => field in body)) return body
  return Object.fromEntries(Object.entries(body).filter(([key]) => !fields.includes(key)))
}

/** The same fields in the same order, one of them under another name; one that stands there already wins. */
function renamed(body: JsonObject, from: string, to: string): JsonObject {
  if (!(from in body)) return body
  if (body[to] != null) return without(body, from)
  return Object.fromEntries(
    Object.entries(without(body, to)).map(([key, value]) => (key === from ? [to, value] : [key, value])),
  )
}

/** A server that calls a field otherwise. */
function calls(name: string, from: string, to: string): Quirk {
  return { name, fit: (body) => renamed(body, from, to) }
}

/** Knows only the older name of the limit. */
export const olderMaxTokens: Quirk = calls('older_max_tokens', 'max_completion_tokens', 'max_tokens')

/** Mistral's word for the seed. */
export const randomSeed: Quirk = calls('random_seed', 'seed', 'random_seed')

/** Refuses `stream_options`, and says the usage of a stream unasked. */
export const noStreamOptions: Quirk = { name: 'no_stream_options', fit: (body) => without(body, 'stream_options') }

/** Values that say only what holds without them. */
const isIdle = (value: Json): boolean => value === null || value === false || (isObject(value) && isEmpty(value))
const isEmpty = (object: JsonObject): boolean => Object.keys(object).length === 0

/** A server that lacks a field: a value that says something is a loss. */
export function lacks(field: string, isSilent: (value: Json) => boolean = isIdle): Quirk {
  return {
    name: `no_${field}`,
    fit(body, { lose }) {
      const value = body[field]
      if (value === undefined) return body
      if (!isSilent(value)) lose(field, `this provider has no \`${field}\``)
      return without(body, field)
    },
  }
}

/** A server that lacks a field on which the answer does not depend. */
export const lacksHint = (field: string): Quirk => lacks(field, () => true)

/** A server that answers once. */
export const oneAnswer: Quirk = {
  name: 'one_answer',
  fit(body, { lose }) {
    const { n } = body
    if (typeof n !== 'number' || n <= 1) return body
    lose('n', `${n} answers are asked for, and this provider gives one`)
    return without(body, 'n')
  },
}

/** A server without log-probabilities. */
export const noLogprobs: Quirk = {
  name: 'no_logprobs',
  fit(body, { lose }) {
    if (body['logprobs'] === true) lose('logprobs', 'this provider gives no log-probabilities')
    return without(body, 'logprobs', 'top_logprobs')
  },
}

/** Takes `logprobs` as the number of alternatives. */
export const countedLogprobs: Quirk = {
  name: 'counted_logprobs',
  fit(body) {
    if (typeof body['logprobs'] !== 'boolean') return body
    const rest = without(body, 'logprobs', 'top_logprobs')
    const top = typeof body['top_logprobs'] === 'number' ? body['top_logprobs'] : 1
    return body['logprobs'] ? { ...rest, logprobs: Math.max(1, top) } : rest
  },
}

/** A server that has another word for OpenAI's default tier, and lacks its dearer ones. */
export function tiers(usual: string, others: readonly string[]): Quirk {
  return {
    name: `${usual}_tier`,
    fit(body, { lose }) {
      const tier = body['service_tier']
      if (tier === undefined || tier === usual || (typeof tier === 'string' && others.includes(tier))) return body
      if (tier === 'default') return { ...body, service_tier: usual }
      if (tier !== null) lose('service_tier', `this provider has no service tier ${JSON.stringify(tier).slice(0, 40)}`)
      return without(body, 'service_tier')
    },
  }
}

/** Knows JSON, but no schema for it. */
export const noJsonSchema: Quirk = {
  name: 'no_json_schema',
  fit(body, { lose }) {
    const format = body['response_format']
    if (!isObject(format) || format['type'] !== 'json_schema') return body
    lose('response_format', 'this provider takes no schema for an answer in JSON')
    // JSON without a schema is given only where the prompt speaks of it.
    const speaksOfJson = /json/i.test(JSON.stringify(body['messages'] ?? ''))
    return speaksOfJson ? { ...body, response_format: { type: 'json_object' } } : without(body, 'response_format')
  },
}
