/**
 * The neutral call → a Gemini generateContent request, and what of it could not be said. Model and streaming stand in
 * the address.
 *
 * Dropped without a loss, since the answer says the same without them: who the user is, cache marks, image detail
 * `auto` and `high`, a document's title, a schema's name and `strict`, an empty `logit_bias`, thoughts of other
 * providers in the history, and the hints of other dialects (`foreign-fields.ts`).
 */
import type { Encoded, EncodeOptions } from '../dialect.ts'
import { fitBody } from '../fit-body.ts'
import { noteForeignFields } from '../foreign-fields.ts'
import { compact } from '../json.ts'
import { createLosses, type Losses } from '../losses.ts'
import type { ChatCall, JsonObject } from '../neutral.ts'
import { nested } from './decode-config.ts'
import { encodeConfig } from './encode-config.ts'
import { encodeContents } from './encode-contents.ts'
import { encodeToolConfig, encodeTools } from './encode-tools.ts'
import { ownFields } from './extensions.ts'

export function encodeRequest(call: ChatCall, options: EncodeOptions): Encoded {
  const losses = createLosses()
  const { generationConfig, toolConfig, ...others } = nested(ownFields(call.extensions))
  const { system, contents } = encodeContents(call, options, losses)
  const tools = encodeTools(call.tools, losses)
  noteLosses(call, losses)
  const body: JsonObject = compact({
    systemInstruction: system.length === 0 ? undefined : { parts: system },
    contents,
    tools: tools.length === 0 ? undefined : tools,
    toolConfig: encodeToolConfig(call, toolConfig),
    generationConfig: encodeConfig(call, generationConfig, options, losses),
    serviceTier: encodeServiceTier(call, losses),
    ...others,
  })
  const fitted = fitBody(body, options.quirks ?? [], options.model)
  return { body: fitted.body, losses: [...losses.list(), ...fitted.losses] }
}

function noteLosses(call: ChatCall, losses: Losses): void {
  const none = "has no equal in Google's Gemini API"
  if (call.logitBias !== undefined && Object.keys(call.logitBias).length > 0)
    losses.add('logit_bias', `\`logit_bias\` ${none}`)
  if (call.parallelToolCalls === false && call.tools.length > 0)
    losses.add('parallel_tool_calls', "that tools are called one at a time cannot be asked of Google's Gemini API")
  noteForeignFields(call, { dialect: 'gemini', api: "Google's Gemini API" }, losses)
}

/** Google's `standard` is what others call their default. */
function encodeServiceTier({ serviceTier, dialect }: ChatCall, losses: Losses): string | undefined {
  switch (serviceTier) {
    case undefined:
    case 'auto':
    case 'standard_only':
      return undefined
    case 'default':
      return dialect === 'gemini' ? 'standard' : undefined
    case 'flex':
    case 'priority':
      return serviceTier
    default:
      if (dialect !== 'gemini')
        losses.add(
          'service_tier',
          `the service tier \`${serviceTier.slice(0, 40)}\` has no equal in Google's Gemini API`,
        )
      return dialect === 'gemini' ? serviceTier : undefined
  }
}
