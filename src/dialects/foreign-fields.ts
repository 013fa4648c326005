/**
 * Which fields of a call, and of its tools, are lost where it goes out in another dialect than it came in: all that
 * have no neutral word, but for those that the answer does not depend on. Each dialect's hints stand here once, so
 * that no encoder has to know the others'.
 */
import { isArray, isObject } from './json.ts'
import type { Losses } from './losses.ts'
import type { ChatCall, DialectName, Json, Tool } from './neutral.ts'

/** Fields that change nothing of what is answered: labels, keys of caches, what is kept or how it is sent. */
const HINTS: Partial<Readonly<Record<DialectName, ReadonlySet<string>>>> = {
  anthropic: new Set(['metadata', 'cache_control', 'anthropic_version', 'anthropic_beta']),
  'openai-chat': new Set([
    'store',
    'metadata',
    'prompt_cache_key',
    'prompt_cache_retention',
    'prompt_cache_options',
    'safety_identifier',
    'stream_options',
    // It only makes the answer faster.
    'prediction',
    'top_logprobs',
  ]),
  gemini: new Set([
    'labels',
    // The schema of an answer has a neutral word as well.
    'generationConfig.responseSchema',
    'generationConfig.responseJsonSchema',
  ]),
  'openai-completions': new Set(['stream_options']),
  'openai-responses': new Set([
    'store',
    'metadata',
    'prompt_cache_key',
    'prompt_cache_retention',
    'prompt_cache_options',
    'safety_identifier',
    'stream_options',
    'top_logprobs',
    // What is shown of reasoning and of tools that run at the provider.
    'include',
    'reasoning',
  ]),
}

/**
 * Notes a loss for each field of another dialect than `own`. `api` names the target's API in the message: `OpenAI's
 * chat API`; `carried` are fields that the encoder has said all the same.
 */
export function noteForeignFields(
  call: ChatCall,
  own: { readonly dialect: DialectName; readonly api: string; readonly carried?: ReadonlySet<string> },
  losses: Losses,
): void {
  const { extensions } = call
  if (extensions === undefined || extensions.dialect === own.dialect) return
  const hints = HINTS[extensions.dialect]
  for (const [field, value] of Object.entries(extensions.fields)) {
    if (own.carried?.has(field) || hints?.has(field) || saysNothing(extensions.dialect, field, value)) continue
    losses.add(field, `\`${field}\` has no equal in ${own.api}`)
  }
}

/** Fields of an Anthropic tool that say when it is loaded and how its input streams: the answer is the same without. */
const TOOL_HINTS = new Set(['type', 'defer_loading', 'eager_input_streaming', 'input_examples'])

/** Notes a loss for each field of a function that only Anthropic's dialect knows. */
export function noteForeignToolFields(tool: Tool, api: string, losses: Losses): void {
  if (tool.kind === 'opaque' || tool.extensions?.dialect !== 'anthropic') return
  for (const [field, value] of Object.entries(tool.extensions.fields)) {
    const isDirect = field === 'allowed_callers' && isArray(value) && value.every((caller) => caller === 'direct')
    if (!TOOL_HINTS.has(field) && !isDirect)
      losses.add(`tools.${field}`, `the tool \`${tool.name}\` says \`${field}\`, which ${api} does not know`)
  }
}

/** Whether a field says only what would hold without it. */
function saysNothing(dialect: DialectName, field: string, value: Json): boolean {
  if (value === null) return true
  switch (dialect) {
    case 'anthropic':
      return field === 'context_management' && isThinkingEdit(value)
    case 'openai-chat':
      if (field === 'verbosity') return value === 'medium'
      return field === 'modalities' && isArray(value) && value.length === 1 && value[0] === 'text'
    case 'openai-responses':
      if (field === 'text') return isObject(value) && Object.entries(value).every(isMediumVerbosity)
      return (field === 'background' && value === false) || (field === 'truncation' && value === 'disabled')
    case 'gemini':
      // Arguments that fit their schema are what others mean by a call.
      if (field === 'toolConfig.functionCallingConfig') return isObject(value) && value['mode'] === 'VALIDATED'
      return field === 'generationConfig.responseModalities' && isArray(value) && value.every((each) => each === 'TEXT')
    case 'openai-completions':
      return (field === 'echo' && value === false) || (field === 'best_of' && value === 1) || value === ''
    default:
      return false
  }
}

function isMediumVerbosity([field, value]: [string, Json]): boolean {
  return value === null || (field === 'verbosity' && value === 'medium')
}

/** Context edits that only clear thinking change nothing where thinking is not sent on. */
function isThinkingEdit(value: Json): boolean {
  if (!isObject(value)) return false
  const edits = isArray(value['edits']) ? value['edits'] : []
  return edits.every(
    (edit) => isObject(edit) && typeof edit['type'] === 'string' && edit['type'].startsWith('clear_thinking'),
  )
}
