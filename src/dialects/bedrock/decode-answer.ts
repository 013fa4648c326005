/** A Converse answer → the neutral answer. */
import { compact, fieldsBeside, filledString, isArray, isObject } from '../json.ts'
import type { Answer, Block, Json, JsonObject, TextBlock, UpstreamError } from '../neutral.ts'
import { malformed } from '../upstream-error.ts'
import { type ReadCitation, readCitation, withCitations } from './citations.ts'
import { decodeNamedError } from './errors.ts'
import { decodeRedacted } from './redacted.ts'
import { decodeStop, findFailure } from './stop-reason.ts'
import { decodeUsage } from './usage.ts'

const ANSWER_FIELDS = new Set(['output', 'stopReason', 'usage', 'serviceTier'])

export function decodeAnswer(body: Json): Answer | UpstreamError {
  if (!isObject(body)) return malformed('the answer is not a JSON object')
  const output = isObject(body['output']) ? body['output'] : {}
  const message = isObject(output['message']) ? output['message'] : undefined
  if (message === undefined)
    return isError(body) ? decodeNamedError(undefined, body) : malformed('the answer has no `output`')
  const failure = findFailure(body['stopReason'])
  if (failure !== undefined) return failure
  const content = isArray(message['content']) ? message['content'] : []
  const fields = fieldsBeside(body, ANSWER_FIELDS)
  return compact({
    // The API names neither the answer nor the model.
    id: '',
    model: '',
    choices: [{ index: 0, content: decodeContent(content), stop: decodeStop(body['stopReason']) }],
    usage: decodeUsage(body['usage']),
    serviceTier: isObject(body['serviceTier']) ? filledString(body['serviceTier']['type']) : undefined,
    extensions: fields === undefined ? undefined : { dialect: 'bedrock' as const, fields },
  })
}

function isError(body: JsonObject): boolean {
  return [body['__type'], body['message'], body['Message']].some((field) => filledString(field) !== undefined)
}

/** Citations that stand in a block without a text are of the text before them. */
function decodeContent(content: readonly Json[]): readonly Block[] {
  const blocks: Block[] = []
  for (const value of content) {
    if (!isObject(value)) continue
    const cited = isObject(value['citationsContent']) ? decodeCited(value['citationsContent']) : undefined
    const block = cited === undefined ? decodeBlock(value) : withCitations(cited.block, cited.citations)
    const last = blocks.at(-1)
    if (block.kind !== 'text' || block.text !== '') blocks.push(block)
    else if (last?.kind === 'text' && cited !== undefined) blocks.splice(-1, 1, withCitations(last, cited.citations))
  }
  return blocks
}

function decodeBlock(value: JsonObject): Block {
  const { text, toolUse, reasoningContent } = value
  if (typeof text === 'string') return { kind: 'text', text }
  if (isObject(reasoningContent)) return decodeReasoning(reasoningContent)
  // Tools that run at the provider: their calls and results are nobody's to answer.
  if (!isObject(toolUse) || toolUse['type'] === 'server_tool_use') return { kind: 'opaque', dialect: 'bedrock', value }
  const name = filledString(toolUse['name']) ?? ''
  return { kind: 'tool_call', id: filledString(toolUse['toolUseId']) ?? name, name, arguments: argumentsOf(toolUse) }
}

/** None where the input is empty. */
function argumentsOf({ input }: JsonObject): string {
  if (input === undefined || input === null || (isObject(input) && Object.keys(input).length === 0)) return ''
  return typeof input === 'string' ? input : JSON.stringify(input)
}

function decodeCited(cited: JsonObject): { readonly block: TextBlock; readonly citations: readonly ReadCitation[] } {
  const parts = isArray(cited['content']) ? cited['content'] : []
  const text = parts.map((part) => (isObject(part) ? (filledString(part['text']) ?? '') : '')).join('')
  const citations = isArray(cited['citations']) ? cited['citations'].map(readCitation) : []
  return { block: { kind: 'text', text }, citations }
}

/** Only Anthropic's models sign their reasoning, and their signatures hold wherever the models run. */
function decodeReasoning(reasoning: JsonObject): Block {
  const redacted = filledString(reasoning['redactedContent'])
  if (redacted !== undefined) return { kind: 'reasoning', text: '', redacted: decodeRedacted(redacted) }
  const said = isObject(reasoning['reasoningText']) ? reasoning['reasoningText'] : {}
  const signature = filledString(said['signature'])
  return {
    kind: 'reasoning',
    text: filledString(said['text']) ?? '',
    ...(signature !== undefined && { signature: { dialect: 'anthropic', value: signature } }),
  }
}
