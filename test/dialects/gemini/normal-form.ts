/**
 * When two bodies of Gemini's dialect say the same. What is levelled here is all that a way through the neutral form
 * may change in a body; anything else that differs is a fault.
 *
 * - both spellings of a field are the same, and an absent field is as good as an empty object or list;
 * - a content without a role is the user's, the system's role says nothing;
 * - functions may be declared in one entry or several; `tools` may be one entry instead of a list;
 * - a candidate without an index is the first, content without parts has none, empty text says nothing;
 * - an empty object of arguments and none are the same, and so are modes of calling in capitals and small letters;
 * - to allow all functions that are declared and to name none are the same;
 * - an answer without an id gets one.
 */
import { camelCased } from '../../../src/dialects/gemini/camel-case.ts'
import { createReader, isArray, isObject } from '../../../src/dialects/json.ts'
import type { Json, JsonObject } from '../../../src/dialects/neutral.ts'

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  (isArray(value) ? value : value === undefined ? [] : [value]).filter(isObject)

export function requestForm(body: JsonObject): JsonObject {
  const {
    model: _model,
    contents,
    systemInstruction,
    tools,
    generationConfig,
    toolConfig,
    ...rest
  } = camelCased(body, createReader())
  const entries = listOf(tools)
  const functions = entries.flatMap((entry) => listOf(entry['functionDeclarations']))
  const others = entries.flatMap(({ functionDeclarations: _, ...each }) =>
    Object.entries(each).map(([name, value]) => ({ [name]: value })),
  )
  const config = isObject(generationConfig) && Object.keys(generationConfig).length > 0 ? { generationConfig } : {}
  return {
    ...rest,
    ...config,
    ...(isObject(toolConfig) &&
      Object.keys(toolConfig).length > 0 && { toolConfig: toolConfigForm(toolConfig, functions) }),
    tools: [...(functions.length === 0 ? [] : [{ functionDeclarations: functions }]), ...others],
    system: isObject(systemInstruction) ? listOf(systemInstruction['parts']) : [],
    contents: listOf(contents).map((content) => ({ ...contentForm(content), role: content['role'] ?? 'user' })),
  }
}

function toolConfigForm(config: JsonObject, functions: readonly JsonObject[]): JsonObject {
  const calling = config['functionCallingConfig']
  if (!isObject(calling) || typeof calling['mode'] !== 'string') return config
  const { allowedFunctionNames: names, ...rest } = calling
  const isAll = functions.every(({ name }) => isArray(names) && names.includes(name ?? ''))
  const named = names === undefined || (isAll && functions.length > 1) ? {} : { allowedFunctionNames: names ?? [] }
  return { ...config, functionCallingConfig: { ...rest, ...named, mode: calling['mode'].toUpperCase() } }
}

function contentForm(content: JsonObject): JsonObject {
  return { ...content, parts: listOf(content['parts']).map(partForm) }
}

function partForm(part: JsonObject): JsonObject {
  const call = part['functionCall']
  return isObject(call) ? { ...part, functionCall: { ...call, args: call['args'] ?? {} } } : part
}

export function answerForm(body: JsonObject): JsonObject {
  const { candidates, usageMetadata, responseId, ...rest } = body
  return {
    ...rest,
    responseId: responseId ?? 'fallback-id',
    // Usage without a single count is none.
    ...(isObject(usageMetadata) && 'totalTokenCount' in usageMetadata && { usageMetadata }),
    candidates: listOf(candidates).map((candidate) => {
      const { content, ...others } = candidate
      const parts = listOf(isObject(content) ? content['parts'] : []).map(partForm)
      return {
        index: 0,
        ...others,
        parts: parts.filter((part) => part['text'] !== '' || part['thoughtSignature'] !== undefined),
      }
    }),
  }
}
