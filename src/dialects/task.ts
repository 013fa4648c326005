/**
 * Tasks: calls that are no conversation, such as embeddings or a ranking. Each has one form that clients speak, which
 * many providers speak too, so that their bodies go out as they came; what others want instead is made of that form.
 */
import type { Capability } from '../config/catalogue.ts'
import type { Decoded, Encoded, HeaderLookup } from './dialect.ts'
import { isArray, isObject } from './json.ts'
import type { ChatCall, Json, JsonObject, UpstreamError, Usage } from './neutral.ts'
import type { Quirk } from './quirk.ts'

export type TaskName = 'embeddings' | 'rerank' | 'moderations' | 'images'

/** What a task asks for. */
export interface TaskCall {
  readonly task: TaskName
  /** The model as the client asked for it. */
  readonly model: string
  readonly stream: false
  /** What a target must be able to do, where the catalogue tells. */
  readonly capability?: Capability
  /** The body in the form of the clients. */
  readonly body: JsonObject
  /** The client's own bytes, while they say what `body` says and nothing else. */
  readonly bytes?: Uint8Array
  /** Where the texts stand in the body that a person may have written. */
  readonly texts: readonly TextPath[]
  /** The field that holds what cannot be read as text, though it is some: lists of tokens. */
  readonly unreadable?: string
  /** Whether pictures are among what is sent. */
  readonly hasImages: boolean
  /** What it is expected to use beside its input. */
  readonly expects?: Pick<Usage, 'output' | 'searches' | 'images'>
}

/** Keys and places, outermost first. */
export type TextPath = readonly (string | number)[]

/** A call as dispatch carries it out. */
export type Call = ChatCall | TaskCall

export function isTask(call: Call): call is TaskCall {
  return 'task' in call
}

/** One task as clients ask for it. */
export interface TaskForm {
  readonly name: TaskName
  readonly decodeRequest: (body: Json) => Decoded<TaskCall>
  /** The field that asks for an answer which no guard can look at, where it does. */
  readonly findUnguarded: (call: TaskCall) => string | undefined
}

/** One task as a provider carries it out. */
export interface TaskFormat {
  /** The body where the provider does not take the client's. */
  readonly encodeRequest?: (call: TaskCall, model: string) => Encoded
  /** In what it departs from the client's form, where it takes that. */
  readonly quirks?: readonly Quirk[]
  readonly decodeAnswer: (body: Json, context: TaskContext) => TaskAnswer | UpstreamError
  readonly decodeError: (status: number, headers: HeaderLookup, body: Json | undefined, text: string) => UpstreamError
}

/** What an answer is read with. */
export interface TaskContext {
  readonly call: TaskCall
  /** The target's own model id. */
  readonly model: string
  readonly headers: HeaderLookup
}

export interface TaskAnswer {
  readonly usage?: Usage
  /** The answer in the form of the clients, where the provider's own bytes are not in it. */
  readonly body?: JsonObject
}

/** The text at a path; empty where there is none. */
export function textAt(body: Json, path: TextPath): string {
  let at: Json | undefined = body
  for (const part of path) at = isArray(at) ? at[part as number] : isObject(at) ? at[part] : undefined
  return typeof at === 'string' ? at : ''
}

/** The body with another text at a path. */
export function withTextAt<T extends Json>(body: T, path: TextPath, text: string): T {
  const [first, ...rest] = path
  if (first === undefined) return text as T
  if (isArray(body)) return body.map((each, i) => (i === first ? withTextAt(each, rest, text) : each)) as unknown as T
  if (!isObject(body)) return body
  const entries = Object.entries(body).map(([key, value]) => [
    key,
    key === first ? withTextAt(value, rest, text) : value,
  ])
  return Object.fromEntries(entries) as T
}

/** All text of a task, in its order. */
export function textOfTask({ body, texts }: TaskCall): string {
  return texts
    .map((path) => textAt(body, path))
    .filter((text) => text !== '')
    .join('\n')
}
