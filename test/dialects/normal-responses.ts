/**
 * When two bodies of the Responses API say the same. What is levelled here is all that a way through the neutral form
 * may change in a body; anything else that differs is a fault.
 *
 * - null and an absent optional field are the same; so are `stream: false` and none;
 * - a string and a list of one plain text are the same, as the input, as content and as the output of a call;
 * - `type: message` may be left out; empty lists of annotations and log-probabilities say nothing;
 * - empty arguments and `{}` are the same; `include` has no order;
 * - what a response repeats of a request's defaults may be left out; `output_text` repeats the output;
 * - a time has no fractions of seconds, and an item that has no id may get one.
 */
import { isArray, isObject } from '../../src/dialects/json.ts'
import type { Json, JsonObject } from '../../src/dialects/neutral.ts'

const without = (object: JsonObject, ...keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key, value]) => value !== null && !keys.includes(key)))

export function responsesRequest(body: JsonObject): JsonObject {
  const { input, stream, include, tools, reasoning, ...rest } = without(body, 'model')
  const told = isObject(reasoning) ? without(reasoning) : {}
  return {
    ...rest,
    ...(stream === true && { stream }),
    ...(isArray(include) && include.length > 0 && { include: [...include].sort() }),
    ...(isArray(tools) && tools.length > 0 && { tools: tools.map((tool) => (isObject(tool) ? without(tool) : tool)) }),
    ...(Object.keys(told).length > 0 && { reasoning: told }),
    ...(input !== undefined && { input: responsesInput(input) }),
  }
}

function responsesInput(input: Json): Json {
  const list = isArray(input) ? input : [{ role: 'user', content: input }]
  return list.map((item) => (isObject(item) ? responsesItem(item) : item))
}

function responsesItem(item: JsonObject): JsonObject {
  const { type = item['role'] === undefined ? 'item_reference' : 'message', content, ...rest } = without(item)
  switch (type) {
    case 'message':
      return { type, ...rest, content: responsesContent(content, rest['role'] === 'assistant') }
    case 'function_call': {
      const { id, ...others } = rest
      const isMade = String(id).includes('fallback-id')
      return { type, ...others, ...(id !== undefined && !isMade && { id }), arguments: rest['arguments'] || '{}' }
    }
    case 'function_call_output':
      return { type, ...rest, output: responsesContent(rest['output'], false) }
    case 'reasoning':
      return { type, summary: [], ...rest, ...(content !== undefined && { content }) }
    default:
      return { ...item, type }
  }
}

function responsesContent(content: Json | undefined, isAnswer: boolean): Json {
  if (typeof content === 'string') return [{ type: isAnswer ? 'output_text' : 'input_text', text: content }]
  return (isArray(content) ? content : []).map((part) => {
    if (!isObject(part)) return part
    const { annotations, logprobs, ...rest } = without(part)
    return {
      ...rest,
      ...(isArray(annotations) && annotations.length > 0 && { annotations }),
      ...(isArray(logprobs) && logprobs.length > 0 && { logprobs }),
    }
  })
}

const DEFAULTS: JsonObject = {
  background: false,
  metadata: {},
  parallel_tool_calls: true,
  reasoning: { effort: null, summary: null },
  store: false,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  truncation: 'disabled',
}

export function responsesAnswer(body: JsonObject): JsonObject {
  const { output, created_at: created, ...rest } = without(body, 'output_text')
  const isDefault = ([key, value]: [string, Json]): boolean => JSON.stringify(DEFAULTS[key]) === JSON.stringify(value)
  return {
    ...Object.fromEntries(Object.entries(rest).filter((entry) => !isDefault(entry))),
    created_at: Math.floor(Number(created)),
    output: (isArray(output) ? output : []).map((item) => (isObject(item) ? responsesItem(item) : item)),
  }
}
