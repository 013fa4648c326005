/** The neutral parameters → `generationConfig`. */
import type { EncodeOptions } from '../dialect.ts'
import { compact, isObject } from '../json.ts'
import type { Losses } from '../losses.ts'
import type { ChatCall, Json, JsonObject } from '../neutral.ts'
import { isThirdGeneration, versionOf } from './model-version.ts'
import { findSchema } from './schema.ts'
import { encodeThinking } from './thinking.ts'

const MAX_STOPS = 5

/** `own` is what the call keeps of a configuration in this dialect. */
export function encodeConfig(
  call: ChatCall,
  own: Json | undefined,
  options: EncodeOptions,
  losses: Losses,
): JsonObject | undefined {
  const kept = isObject(own) ? own : {}
  if (MAX_STOPS < call.stop.length)
    losses.add(
      'stop',
      `${call.stop.length} stop sequences are given, and Google's Gemini API takes at most ${MAX_STOPS}`,
    )
  const config: JsonObject = compact({
    maxOutputTokens: call.maxTokens,
    temperature: encodeTemperature(call, losses),
    topP: call.topP,
    topK: call.topK,
    seed: call.seed,
    candidateCount: encodeCount(call, losses),
    frequencyPenalty: call.frequencyPenalty,
    presencePenalty: call.presencePenalty,
    responseLogprobs: call.logprobs === undefined ? undefined : true,
    logprobs: call.logprobs?.top || undefined,
    stopSequences: call.stop.length === 0 ? undefined : call.stop,
    ...(isFormatLost(call, options, losses) ? {} : encodeFormat(call, kept)),
    thinkingConfig: encodeThinking(call.reasoning, options, losses),
    ...kept,
  })
  return Object.keys(config).length === 0 ? undefined : config
}

/** Google takes 0 to 2, as OpenAI does. */
function encodeTemperature({ temperature, dialect }: ChatCall, losses: Losses): number | undefined {
  if (temperature === undefined || temperature <= 2 || dialect === 'gemini') return temperature
  losses.add('temperature', `\`temperature\` is ${temperature}, and Google's Gemini API takes at most 2`)
  return 2
}

/** Models before the third generation take no form of the answer beside functions. */
function isFormatLost(call: ChatCall, { model }: EncodeOptions, losses: Losses): boolean {
  const kind = call.responseFormat?.kind
  const hasFunctions = call.tools.some((tool) => tool.kind === 'function')
  if (call.dialect === 'gemini' || !hasFunctions || kind === undefined || kind === 'text') return false
  if (isThirdGeneration(model) || versionOf(model) === undefined) return false
  losses.add('response_format', `\`${model}\` gives no answers in JSON where it may call functions`)
  return true
}

const MAX_CANDIDATES = 8

function encodeCount({ n, dialect }: ChatCall, losses: Losses): number | undefined {
  if (n === undefined || n <= MAX_CANDIDATES || dialect === 'gemini') return n
  losses.add('n', `\`n\` is ${n}, and Google's Gemini API gives at most ${MAX_CANDIDATES} answers`)
  return MAX_CANDIDATES
}

function encodeFormat({ responseFormat }: ChatCall, kept: JsonObject): JsonObject {
  switch (responseFormat?.kind) {
    case undefined:
      return {}
    case 'text':
      return { responseMimeType: 'text/plain' }
    case 'json_object':
      return { responseMimeType: 'application/json' }
    case 'json_schema': {
      if (kept['responseSchema'] !== undefined || kept['responseJsonSchema'] !== undefined)
        return { responseMimeType: 'application/json' }
      const schema = findSchema(responseFormat.schema)
      return {
        responseMimeType: 'application/json',
        ...(schema === undefined ? { responseJsonSchema: responseFormat.schema } : { responseSchema: schema }),
      }
    }
  }
}
