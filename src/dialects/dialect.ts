/**
 * A dialect: one wire format with both directions, whole and streamed.
 *
 * Facing a client it decodes requests and encodes answers; facing a provider it encodes requests and decodes
 * answers. A format that only providers speak has that side alone. Addresses, credentials and headers are not its
 * business, nor is HTTP beyond status and body.
 */
import type { Answer, ChatCall, DialectName, Json, JsonObject, StreamEvent, UpstreamError } from './neutral.ts'
import type { Quirk } from './quirk.ts'

export interface Dialect extends ClientDialect, ProviderDialect {}

/** A wire format as clients speak it. */
export interface ClientDialect {
  readonly name: DialectName
  /** The call that a request's body says, or what is wrong with it and where. */
  readonly decodeRequest: (body: Json, address?: CallAddress) => Decoded<ChatCall>
  /**
   * Whether the body that `call` was decoded from may go byte for byte to a provider of this dialect. It may not
   * where a former answer came through another dialect and left what this dialect's providers refuse.
   */
  readonly isForwardable: (call: ChatCall) => boolean
  readonly encodeAnswer: (answer: Answer, context: AnswerContext) => JsonObject
  readonly encodeStream: (context: AnswerContext) => StreamEncoder
  /** The body of an error answer, in this dialect's form. */
  readonly encodeError: (error: ClientError) => JsonObject
}

/** What is known of a client's dialect wherever it called: how to tell it an error. */
export type ErrorDialect = Pick<ClientDialect, 'name' | 'encodeError'>

/** A wire format as providers speak it. */
export interface ProviderDialect {
  readonly name: DialectName
  /** How a stream's bytes fall into events: server-sent events where absent, or frames that only the decoder can cut. */
  readonly framing?: 'binary'
  /** False where a body is not what clients of this name send, so that theirs never goes out as it is. */
  readonly takesClientBodies?: false
  /** The body of a request for `model`, and what of the call could not be said. */
  readonly encodeRequest: (call: ChatCall, options: EncodeOptions) => Encoded
  readonly decodeAnswer: (body: Json) => Answer | UpstreamError
  readonly decodeStream: () => StreamDecoder
  /** The error that a non-2xx answer says; `body` is undefined where it was no JSON, `text` its first part then. */
  readonly decodeError: (status: number, headers: HeaderLookup, body: Json | undefined, text: string) => UpstreamError
}

/** What the address of a request says of the call, in dialects that say it there and not in the body. */
export interface CallAddress {
  readonly model: string
  readonly stream: boolean
}

export type HeaderLookup = (name: string) => string | undefined

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  /** `param` is the path of the offending field: `messages[2].content[0].type`. */
  | { readonly ok: false; readonly message: string; readonly param?: string }

export interface EncodeOptions {
  /** The target's own model id. */
  readonly model: string
  /** Sent where the dialect demands a limit and the call has none. */
  readonly defaultMaxTokens: number
  /** The name of the parameter for the largest answer: older and compatible servers know only the former. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** Ask for usage in a stream even where the client did not. */
  readonly alwaysUsage?: boolean
  /** Where a server of OpenAI's dialect takes reasoning that came through another one; it gets none where absent. */
  readonly reasoningField?: 'reasoning' | 'reasoning_content' | 'reasoning_details' | undefined
  /** A server of OpenAI's dialect that takes `top_k`, which OpenAI does not. */
  readonly takesTopK?: boolean
  /** In what the server departs from its dialect. */
  readonly quirks?: readonly Quirk[]
  /** How an Anthropic model is told to think: by a budget of tokens, or by effort; told from the model's name where absent. */
  readonly thinking?: 'budget' | 'effort'
  /** Beta features of Anthropic's models, in a dialect whose requests name them in the body. */
  readonly betas?: readonly string[]
}

/** What a provider always wants of its dialect, whatever the call. */
export type ProviderEncoding = Omit<Partial<EncodeOptions>, 'model' | 'defaultMaxTokens'>

export interface Encoded {
  readonly body: JsonObject
  /** What the target cannot express; empty where nothing was lost. */
  readonly losses: readonly Loss[]
}

/** A parameter of the call that a dialect has no word for. */
export interface Loss {
  /** The field in the client's own words where known, else the neutral one: `logit_bias`, `top_k`. */
  readonly field: string
  readonly message: string
}

export interface AnswerContext {
  /** The model name to show the client. */
  readonly model: string
  /** An id to use where the provider gave none. */
  readonly id: string
  /** Seconds since the epoch, for dialects that want a creation time. */
  readonly created: number
  /** Whether the client wants usage at the end of a stream. */
  readonly includeUsage: boolean
  /** What was asked for, for a dialect that repeats it. */
  readonly call?: ChatCall
  /** Estimated input tokens, for a dialect that must name them before the provider has. */
  readonly estimatedInputTokens?: number
}

/** Neutral events in, wire text out. */
export interface StreamEncoder {
  /** The wire text of one event; may be empty. */
  readonly event: (event: StreamEvent) => string
  /** What ends a stream that went wrong: an error event in the dialect, and no clean end. */
  readonly fail: (error: ClientError) => string
}

/** Wire bytes in, neutral events out; cutting the bytes anywhere gives the same events. */
export interface StreamDecoder {
  readonly push: (bytes: Uint8Array) => readonly StreamEvent[]
  /**
   * The connection has ended. Where the dialect's own end was not seen this gives an `error` event of kind
   * `malformed` (a stream that breaks off is never a clean end).
   */
  readonly end: () => readonly StreamEvent[]
}

/** What a client is told of a failure. */
export interface ClientError {
  readonly status: number
  /** `invalid_request`, `denied`, `limit_reached`, … the gateway's own word. */
  readonly kind: string
  readonly message: string
  readonly param?: string
  readonly code?: string
  /** The request's id, for dialects whose errors name it. */
  readonly requestId?: string
}
