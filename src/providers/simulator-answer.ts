/**
 * What a simulated model says: a pure function of the request's body in the OpenAI form, so that the same call
 * gives the same answer, word for word.
 */
import { isArray, isObject, parseJson } from '../dialects/json.ts'
import type { Json, JsonObject } from '../dialects/neutral.ts'
import { synthesizeInstance } from './schema-instance.ts'

export interface SimulatedAnswer {
  /** The text in the pieces that a stream sends: words with the space that follows them. */
  readonly pieces: readonly string[]
  readonly toolCall?: { readonly id: string; readonly name: string; readonly arguments: string }
  readonly finish: 'stop' | 'length' | 'tool_calls'
  readonly promptTokens: number
  readonly completionTokens: number
}

export type CountTokens = (text: string) => number

/** `shown` is the name that the model calls itself. */
export function simulateAnswer(body: JsonObject, shown: string, countTokens: CountTokens): SimulatedAnswer {
  const promptTokens = countTokens(promptText(body))
  const called = toolToCall(body)
  if (called) {
    const args = JSON.stringify(synthesizeInstance(called.parameters) ?? {})
    const toolCall = { id: `call_${called.name.slice(0, 48)}_1`, name: called.name, arguments: args }
    return {
      pieces: [],
      toolCall,
      finish: 'tool_calls',
      promptTokens,
      completionTokens: countTokens(called.name + args),
    }
  }
  const wanted = answerText(body, shown)
  const stopped = cutAtStop(wanted, body['stop'])
  const limit = numberIn(body, 'max_completion_tokens') ?? numberIn(body, 'max_tokens')
  const { pieces, isCut } = cutAtTokens(stopped, limit, countTokens)
  return {
    pieces,
    finish: isCut ? 'length' : 'stop',
    promptTokens,
    completionTokens: countTokens(pieces.join('')),
  }
}

function answerText(body: JsonObject, shown: string): string {
  const plain = `Simulated answer of ${shown} to: ${lastUserText(body)}`
  const format = isObject(body['response_format']) ? body['response_format'] : {}
  const wrapped = isObject(format['json_schema']) ? format['json_schema'] : undefined
  if (format['type'] === 'json_schema' && wrapped) return JSON.stringify(synthesizeInstance(wrapped['schema']))
  if (format['type'] === 'json_object') return JSON.stringify({ answer: plain })
  const last = messagesOf(body).at(-1)
  return last?.['role'] === 'tool' ? `${plain} (the tool said: ${textOf(last['content'])})` : plain
}

interface Called {
  readonly name: string
  readonly parameters: Json | undefined
}

/** The tool that the choice forces, or that the last message asks for in the words `call NAME`. */
function toolToCall(body: JsonObject): Called | undefined {
  const tools = (isArray(body['tools']) ? body['tools'] : []).flatMap((tool): Called[] => {
    const declared = isObject(tool) && isObject(tool['function']) ? tool['function'] : undefined
    return typeof declared?.['name'] === 'string'
      ? [{ name: declared['name'], parameters: declared['parameters'] }]
      : []
  })
  const choice = body['tool_choice']
  if (choice === 'none') return undefined
  if (isObject(choice)) {
    const name = isObject(choice['function']) ? choice['function']['name'] : undefined
    return tools.find((tool) => tool.name === name)
  }
  const last = messagesOf(body).at(-1)
  const asked = last?.['role'] === 'user' ? /\bcall\s+`?([\w.-]{1,64})/i.exec(textOf(last['content']))?.[1] : undefined
  const named = tools.find((tool) => tool.name === asked || tool.name === asked?.replace(/\.+$/, ''))
  return named ?? (choice === 'required' ? tools[0] : undefined)
}

function lastUserText(body: JsonObject): string {
  const last = messagesOf(body).findLast((message) => message['role'] === 'user')
  return textOf(last?.['content']) || '(no text)'
}

function promptText(body: JsonObject): string {
  const texts = messagesOf(body).map((message) => {
    const calls = message['tool_calls'] === undefined ? '' : JSON.stringify(message['tool_calls'])
    return `${textOf(message['content'])}${calls}`
  })
  return [...texts, ...(body['tools'] === undefined ? [] : [JSON.stringify(body['tools'])])].join('\n')
}

function messagesOf(body: JsonObject): readonly JsonObject[] {
  return isArray(body['messages']) ? body['messages'].filter(isObject) : []
}

function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content
  if (!isArray(content)) return ''
  const texts = content.filter(isObject).map((part) => part['text'])
  return texts.filter((text) => typeof text === 'string').join(' ')
}

function cutAtStop(text: string, stop: Json | undefined): string {
  const sequences = (isArray(stop) ? stop : [stop]).filter((each) => typeof each === 'string' && each !== '')
  const places = sequences.map((each) => text.indexOf(String(each))).filter((place) => place !== -1)
  return places.length === 0 ? text : text.slice(0, Math.min(...places))
}

function cutAtTokens(text: string, limit: number | undefined, countTokens: CountTokens) {
  const all = text.match(/\S+\s*|\s+/g) ?? []
  if (limit === undefined || countTokens(text) <= limit) return { pieces: all, isCut: false }
  const pieces: string[] = []
  let said = ''
  for (const piece of all) {
    if (limit < countTokens(said + piece)) break
    said += piece
    pieces.push(piece)
  }
  return { pieces, isCut: true }
}

function numberIn(body: JsonObject, key: string): number | undefined {
  const value = body[key]
  return typeof value === 'number' ? value : undefined
}

/** A request's body, or undefined where it is no JSON object. */
export function readBody(bytes: Uint8Array): JsonObject | undefined {
  const body = parseJson(new TextDecoder().decode(bytes))
  return isObject(body) ? body : undefined
}
