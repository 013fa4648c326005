/** A choice of this dialect to and from one of OpenAI's chat, whose form everything around it has. */
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

/** The same answer, or chunk of one, as OpenAI's chat would say it: `part` is where a text stands there. */
export function asChat(body: JsonObject, part: 'message' | 'delta'): JsonObject {
  const { choices } = body
  if (!isArray(choices)) return body
  return {
    ...body,
    choices: choices.map((choice) => {
      if (!isObject(choice)) return choice
      const { text, logprobs, ...rest } = choice
      return { ...rest, [part]: { content: text ?? null }, logprobs: chatLogprobs(logprobs) }
    }),
  }
}

/** Parallel lists, and for alternatives a table by token → one list of tokens. */
function chatLogprobs(value: Json | undefined): Json {
  if (!isObject(value) || !isArray(value['tokens'])) return null
  const { token_logprobs: logprobs, top_logprobs: tops } = value
  const at = (list: Json | undefined, i: number): Json => (isArray(list) ? (list[i] ?? null) : null)
  const content = value['tokens'].map((token, i) => {
    const top = at(tops, i)
    const alternatives = Object.entries(isObject(top) ? top : {})
    return tokenOf(
      token,
      at(logprobs, i),
      alternatives.map(([other, logprob]) => tokenOf(other, logprob)),
    )
  })
  return { content, refusal: null }
}

function tokenOf(token: Json, logprob: Json, alternatives?: readonly JsonObject[]): JsonObject {
  return { token, logprob, bytes: null, ...(alternatives !== undefined && { top_logprobs: alternatives }) }
}

/** The other way round; `offset` is where the text of the tokens begins. */
export function legacyLogprobs(value: Json | undefined, offset: number): Json {
  const content = isObject(value) ? value['content'] : undefined
  const tokens = isArray(content) ? content.filter(isObject) : []
  if (tokens.length === 0) return null
  let at = offset
  const textOffset = tokens.map(({ token }) => {
    const start = at
    at += String(token).length
    return start
  })
  return {
    tokens: tokens.map(({ token }) => token ?? ''),
    token_logprobs: tokens.map(({ logprob }) => logprob ?? null),
    top_logprobs: tokens.map(({ top_logprobs: tops }) => tableOf(tops)),
    text_offset: textOffset,
  }
}

function tableOf(tops: Json | undefined): JsonObject {
  const entries = (isArray(tops) ? tops.filter(isObject) : []).map(({ token, logprob }) => [
    String(token),
    logprob ?? null,
  ])
  return Object.fromEntries(entries) as JsonObject
}
