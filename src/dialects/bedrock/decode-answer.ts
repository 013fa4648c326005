/** A Converse answer → the neutral answer. */
import { compact, fieldsBeside, filledString, isArray, isObject } from '../json.ts'
import type { Answer, Block, Json, JsonObject, TextBlock, UpstreamError } from '../neutral.ts'
import { malformed } from '../upstream-error.ts'
import { readCitation } from './citations.ts'
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
    const block = isObject(value) ? decodeBlock(value) : undefined
    const last = blocks.at(-1)
    if (block?.kind === 'text' && block.text === '') {
      if (last?.kind === 'text' && block.citations !== undefined)
        blocks.splice(-1, 1, withCitations(last, block.citations.items))
    } else if (block !== undefined) blocks.push(block)
  }
  return blocks
}

function withCitations(block: TextBlock, items: readonly Json[]): TextBlock {
  return { ...block, citations: { dialect: 'bedrock', items: [...(block.citations?.items ?? []), ...items] } }
}

function decodeBlock(value: JsonObject): Block {
  const { text, toolUse, reasoningContent, citationsContent } = value
  if (typeof text === 'string') return { kind: 'text', text }
  if (isObject(citationsContent)) return decodeCited(citationsContent)
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

function decodeCited(cited: JsonObject): Block {
  const parts = isArray(cited['content']) ? cited['content'] : []
  const text = parts.map((part) => (isObject(part) ? (filledString(part['text']) ?? '') : '')).join('')
  const citations = isArray(cited['citations']) ? cited['citations'] : []
  const block: TextBlock = { kind: 'text', text }
  return citations.length === 0 ? block : withCitations(block, citations.map(readCitation))
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
