/** `generationConfig` and `toolConfig` of a request → the neutral parameters, and what only Google knows of them. */
import { compact, fieldsBeside, isObject, type Reader } from '../json.ts'
import type { ChatCall, JsonObject, Reasoning, ResponseFormat, Tool, ToolChoice } from '../neutral.ts'
import { decodeSchema } from './schema.ts'

type Parameters = Pick<
  ChatCall,
  | 'maxTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'seed'
  | 'n'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'logprobs'
  | 'responseFormat'
  | 'reasoning'
  | 'stop'
>

const CONFIG_FIELDS = new Set([
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'seed',
  'candidateCount',
  'frequencyPenalty',
  'presencePenalty',
  'responseLogprobs',
  'logprobs',
  'stopSequences',
  'responseMimeType',
  'thinkingConfig',
])

const AT = 'generationConfig'

/** The parameters, and the further fields under their full names (`generationConfig.speechConfig`). */
export function decodeConfig(
  config: JsonObject,
  read: Reader,
): { readonly parameters: Parameters; readonly fields: JsonObject } {
  const format = decodeFormat(config, read)
  const top = read.integer(config['logprobs'], `${AT}.logprobs`, 0)
  const wantsLogprobs = read.boolean(config['responseLogprobs'], `${AT}.responseLogprobs`)
  const parameters: Parameters = compact({
    maxTokens: read.integer(config['maxOutputTokens'], `${AT}.maxOutputTokens`, 1),
    temperature: read.number(config['temperature'], `${AT}.temperature`),
    topP: read.number(config['topP'], `${AT}.topP`),
    topK: read.number(config['topK'], `${AT}.topK`),
    seed: read.number(config['seed'], `${AT}.seed`),
    n: read.integer(config['candidateCount'], `${AT}.candidateCount`, 1),
    frequencyPenalty: read.number(config['frequencyPenalty'], `${AT}.frequencyPenalty`),
    presencePenalty: read.number(config['presencePenalty'], `${AT}.presencePenalty`),
    logprobs: wantsLogprobs === true ? { top: top ?? 0 } : undefined,
    stop: (read.array(config['stopSequences'], `${AT}.stopSequences`) ?? []).flatMap(
      (stop, i) => read.string(stop, `${AT}.stopSequences[${i}]`) ?? [],
    ),
    responseFormat: format.known,
    reasoning: decodeThinking(read.object(config['thinkingConfig'], `${AT}.thinkingConfig`), read),
  })
  const rest = { ...fieldsBeside(config, CONFIG_FIELDS), ...(format.known === undefined && format.mime) }
  return { parameters, fields: prefixed(AT, rest) }
}

/** Fields of a part of the body, under the names that tell where they stand. */
export function prefixed(part: string, fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${part}.${name}`, value]))
}

/** The schema stays beside it in its own spelling, for targets that read that; others get it as JSON Schema. */
function decodeFormat(
  config: JsonObject,
  read: Reader,
): { readonly known?: ResponseFormat; readonly mime?: JsonObject } {
  const type = read.string(config['responseMimeType'], `${AT}.responseMimeType`)
  if (type === undefined) return {}
  if (type === 'text/plain') return { known: { kind: 'text' } }
  if (type !== 'application/json') return { mime: { responseMimeType: type } }
  const own = read.object(config['responseSchema'], `${AT}.responseSchema`)
  const given = read.object(config['responseJsonSchema'], `${AT}.responseJsonSchema`)
  const schema = given ?? (own && decodeSchema(own))
  return { known: schema === undefined ? { kind: 'json_object' } : { kind: 'json_schema', name: 'answer', schema } }
}

/** `thinkingConfig` is kept as it came; what other dialects can say is read out of it. */
function decodeThinking(config: JsonObject | undefined, read: Reader): Reasoning | undefined {
  if (config === undefined) return undefined
  const budget = read.number(config['thinkingBudget'], `${AT}.thinkingConfig.thinkingBudget`)
  const level = read.string(config['thinkingLevel'], `${AT}.thinkingConfig.thinkingLevel`)?.toLowerCase()
  return compact({
    effort: level === undefined || level === 'thinking_level_unspecified' ? undefined : level,
    budgetTokens: budget !== undefined && 0 < budget ? budget : undefined,
    // -1 leaves the budget to the model.
    enabled: budget === undefined ? undefined : budget !== 0,
    extensions: { dialect: 'gemini' as const, fields: { thinkingConfig: config } },
  })
}

const MODES: ReadonlyMap<string, 'auto' | 'none' | 'required'> = new Map([
  ['AUTO', 'auto'],
  ['NONE', 'none'],
  ['ANY', 'required'],
])
const TOOL_CONFIG_FIELDS = new Set(['functionCallingConfig'])

/** The choice among `tools` where the neutral form has a word for it; else the configuration as it came. */
export function decodeToolConfig(
  config: JsonObject | undefined,
  tools: readonly Tool[],
  read: Reader,
): { readonly choice?: ToolChoice; readonly fields: JsonObject } {
  const at = 'toolConfig.functionCallingConfig'
  const calling = read.object(config?.['functionCallingConfig'], at)
  const rest = prefixed('toolConfig', (config && fieldsBeside(config, TOOL_CONFIG_FIELDS)) ?? {})
  if (calling === undefined) return { fields: rest }
  const mode = read.string(calling['mode'], `${at}.mode`)?.toUpperCase()
  const names = (read.array(calling['allowedFunctionNames'], `${at}.allowedFunctionNames`) ?? []).flatMap(
    (name, i) => read.string(name, `${at}.allowedFunctionNames[${i}]`) ?? [],
  )
  const kind = mode === undefined ? undefined : MODES.get(mode)
  const [only] = names
  if (kind === 'required' && only !== undefined && names.length === 1)
    return { choice: { kind: 'tool', name: only }, fields: rest }
  const isAll = tools.every(({ kind: of, name }) => of === 'opaque' || names.includes(name))
  if (kind !== undefined && (names.length === 0 || isAll)) return { choice: { kind }, fields: rest }
  if (mode === undefined || mode === 'MODE_UNSPECIFIED') return { fields: rest }
  const choice = mode === 'VALIDATED' && names.length === 0 ? { choice: { kind: 'auto' as const } } : {}
  return { ...choice, fields: { ...rest, [at]: { ...calling, mode } } }
}

/** The parts of a body that its prefixed fields make: the other way round. */
export function nested(fields: JsonObject): JsonObject {
  const body: Record<string, JsonObject[string]> = {}
  for (const [name, value] of Object.entries(fields)) {
    const dot = name.indexOf('.')
    if (dot === -1) body[name] = value
    else {
      const part = name.slice(0, dot)
      const before = body[part]
      body[part] = { ...(isObject(before) && before), [name.slice(dot + 1)]: value }
    }
  }
  return body
}
