/**
 * When two bodies of one dialect say the same. What is levelled here is all that a way through the neutral form may
 * change in a body; anything else that differs is a fault.
 *
 * - null and an absent optional field are the same; so are `stream: false` and none;
 * - a single plain text and its string are the same; empty text beside other content says nothing;
 * - `max_tokens` and `max_completion_tokens` are the same limit; a single `stop` and a list of one are the same;
 * - `tool_calls: []`, `annotations: []`, `citations: []` and unset fields filled with empty values say nothing;
 * - empty arguments and `{}` are the same, and so is a tool choice without tools and none;
 * - Anthropic's neighbouring messages of one role are one message; an empty `tool_result` content is none;
 *   `output_format` lives in `output_config`;
 * - random padding is dropped.
 */
import { isArray, isObject } from '../../src/dialects/json.ts'
import type { Json, JsonObject } from '../../src/dialects/neutral.ts'

const without = (object: JsonObject, ...keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key, value]) => value !== null && !keys.includes(key)))

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true
  if (isArray(value)) return value.length === 0
  return isObject(value) && Object.values(value).every((item) => item === 0 || isEmpty(item))
}

export function openaiRequest(body: JsonObject): JsonObject {
  const {
    max_tokens: older,
    stop,
    stream,
    messages,
    tools,
    tool_choice: choice,
    parallel_tool_calls: parallel,
    ...rest
  } = without(body, 'model')
  const hasTools = isArray(tools) && tools.length > 0
  return {
    ...rest,
    ...(older !== undefined && { max_completion_tokens: older }),
    ...(stop !== undefined && { stop: typeof stop === 'string' ? [stop] : stop }),
    ...(stream === true && { stream }),
    ...(hasTools && { tools: tools.map(openaiTool) }),
    ...(hasTools && choice !== undefined && { tool_choice: choice }),
    ...(hasTools && parallel !== undefined && { parallel_tool_calls: parallel }),
    messages: (isArray(messages) ? messages : []).map((message) =>
      isObject(message) ? openaiMessage(message) : message,
    ),
  }
}

function openaiTool(tool: Json): Json {
  return isObject(tool) && isObject(tool['function']) ? { ...tool, function: without(tool['function']) } : tool
}

export function openaiMessage(message: JsonObject): JsonObject {
  const {
    content,
    tool_calls: calls,
    refusal,
    annotations,
    function_call: legacy,
    reasoning,
    reasoning_content: thought,
    audio,
    index: _index,
    ...rest
  } = message
  return {
    ...without(rest),
    content: openaiContent(content),
    ...(isArray(calls) && calls.length > 0 && { tool_calls: calls.filter((call) => isObject(call)).map(openaiCall) }),
    ...(!isEmpty(refusal) && { refusal: refusal! }),
    ...(!isEmpty(annotations) && { annotations: annotations! }),
    ...(!isEmpty(legacy) && { function_call: legacy! }),
    ...(!isEmpty(reasoning) && { reasoning: reasoning! }),
    ...(!isEmpty(thought) && { reasoning_content: thought! }),
    ...(!isEmpty(audio) && { audio: audio! }),
  }
}

function openaiContent(content: Json | undefined): Json {
  if (content === undefined || content === null || content === '') return null
  if (!isArray(content)) return content
  const [only] = content
  return content.length === 1 && isObject(only) && only['type'] === 'text' && Object.keys(only).length === 2
    ? only['text']!
    : content
}

function openaiCall(call: JsonObject): JsonObject {
  const { index: _index, ...rest } = call
  const called = isObject(rest['function']) ? rest['function'] : undefined
  return called === undefined
    ? rest
    : { ...rest, type: 'function', function: { ...called, arguments: called['arguments'] || '{}' } }
}

export function openaiAnswer(body: JsonObject): JsonObject {
  const { choices, ...rest } = without(body, 'obfuscation', 'p')
  return {
    ...rest,
    choices: (isArray(choices) ? choices : []).map((choice) => {
      if (!isObject(choice)) return choice
      const { message, ...others } = choice
      return { ...without(others), message: isObject(message) ? openaiMessage(message) : null }
    }),
  }
}

export function anthropicRequest(body: JsonObject): JsonObject {
  const {
    stream,
    messages,
    tools,
    tool_choice: choice,
    system,
    output_format: format,
    output_config: output,
    ...rest
  } = without(body, 'model')
  const hasTools = isArray(tools) && tools.length > 0
  const told = { ...(isObject(output) && output), ...(format !== undefined && { format }) }
  return {
    ...rest,
    ...(stream === true && { stream }),
    ...(hasTools && { tools: tools.map((tool) => (isObject(tool) ? without(tool) : tool)) }),
    ...(hasTools && choice !== undefined && { tool_choice: choice }),
    ...(Object.keys(told).length > 0 && { output_config: told }),
    ...(!isEmpty(system) && { system: anthropicContent(system) }),
    messages: joinTurns((isArray(messages) ? messages : []).filter((message) => isObject(message))),
  }
}

function joinTurns(messages: readonly JsonObject[]): readonly JsonObject[] {
  const turns: JsonObject[] = []
  for (const message of messages) {
    const content = anthropicContent(message['content'])
    const last = turns.at(-1)
    if (content.length === 0) continue
    if (last !== undefined && last['role'] === message['role'] && message['role'] !== 'system')
      turns[turns.length - 1] = { ...last, content: [...(last['content'] as readonly Json[]), ...content] }
    else turns.push({ ...message, content })
  }
  return turns
}

export function anthropicContent(content: Json | undefined): readonly Json[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return (isArray(content) ? content : []).flatMap((block): readonly Json[] => {
    if (!isObject(block)) return [block]
    if (block['type'] === 'text' && block['text'] === '') return []
    const { citations, content: inner, ...rest } = without(block)
    const cited = isEmpty(citations) || citations === undefined ? {} : { citations }
    if (block['type'] !== 'tool_result') return [{ ...rest, ...cited, ...(inner !== undefined && { content: inner }) }]
    const blocks = anthropicContent(inner)
    return [{ ...rest, ...(blocks.length > 0 && { content: blocks }) }]
  })
}

export function anthropicAnswer(body: JsonObject): JsonObject {
  const { content, ...rest } = without(body)
  return { ...rest, content: anthropicContent(content) }
}
