/**
 * The neutral form: what a chat call and its answer say, in no provider's words.
 *
 * A superset of the dialects, built of ordered content blocks. It must lose nothing that both sides of a
 * translation can say; what only one dialect knows is kept in `extensions` under that dialect's own
 * field names and goes out again only to the same dialect.
 */

export type DialectName =
  | 'openai-chat'
  | 'openai-responses'
  | 'openai-completions'
  | 'anthropic'
  | 'gemini'
  | 'cohere'
  | 'bedrock'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Fields of one dialect that have no neutral word, in the order they came. */
export interface Extensions {
  readonly dialect: DialectName
  readonly fields: JsonObject
}

// The call

export interface ChatCall {
  /** The dialect that the client spoke, where it spoke one: a target of the same one gets what was said, unmended. */
  readonly dialect?: DialectName
  /** The model as the client asked for it; replaced by the target's own id on the way out. */
  readonly model: string
  /** System and developer messages that came before everything else. */
  readonly system: readonly TextBlock[]
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  /** False: at most one tool call in an answer. */
  readonly parallelToolCalls?: boolean
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly stop: readonly string[]
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly logitBias?: JsonObject
  /** Log-probabilities of the answer's tokens, and of how many alternatives. */
  readonly logprobs?: { readonly top: number }
  /** How many answers; 1 where absent. */
  readonly n?: number
  readonly responseFormat?: ResponseFormat
  readonly reasoning?: Reasoning
  /** An opaque id of the end user. */
  readonly user?: string
  readonly serviceTier?: string
  readonly stream: boolean
  /** Whether the client asked for usage at the end of a stream (always so in dialects that send it unasked). */
  readonly includeUsage: boolean
  readonly extensions?: Extensions
}

export interface Message {
  /** Tool results are `user` messages with `tool_result` blocks; `system` here is mid-conversation only. */
  readonly role: 'user' | 'assistant' | 'system'
  /** The participant's name, where the dialect has one. */
  readonly name?: string
  readonly content: readonly Block[]
  /** Fields of the message without a neutral word; on a `system` message their dialect is the one that may say it there. */
  readonly extensions?: Extensions
}

export type Block =
  | TextBlock
  | ImageBlock
  | AudioBlock
  | DocumentBlock
  | ToolCallBlock
  | ToolResultBlock
  | ReasoningBlock
  | RefusalBlock
  | OpaqueBlock

interface BlockBase {
  /** A provider-cache breakpoint after this block (Anthropic's `cache_control`), as it came. */
  readonly cacheMark?: JsonObject
  /**
   * The proof that a provider made this block: of reasoning, and at Google of calls and texts too. Valid only where it
   * was made: never sent to another.
   */
  readonly signature?: { readonly dialect: DialectName; readonly value: string }
  /** Fields of the block without a neutral word. */
  readonly extensions?: Extensions
}

export interface TextBlock extends BlockBase {
  readonly kind: 'text'
  readonly text: string
  /** Citations or annotations of this text, in their own dialect's words. */
  readonly citations?: { readonly dialect: DialectName; readonly items: readonly Json[] }
}

/** Bytes (base64) with their media type, a URL, or an id of the provider's file store. */
export type MediaSource =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly dialect: DialectName; readonly id: string }

export interface ImageBlock extends BlockBase {
  readonly kind: 'image'
  readonly source: MediaSource
  /** OpenAI's `low | high | auto`. */
  readonly detail?: string
}

export interface AudioBlock extends BlockBase {
  readonly kind: 'audio'
  readonly data: string
  readonly format: string
}

export interface DocumentBlock extends BlockBase {
  readonly kind: 'document'
  readonly source: MediaSource | { readonly kind: 'text'; readonly text: string }
  readonly title?: string
}

export interface ToolCallBlock extends BlockBase {
  readonly kind: 'tool_call'
  readonly id: string
  readonly name: string
  /** JSON text as the model wrote it: may be empty, and may be broken where the answer was cut by length. */
  readonly arguments: string
}

export interface ToolResultBlock extends BlockBase {
  readonly kind: 'tool_result'
  readonly callId: string
  readonly content: readonly (TextBlock | ImageBlock | DocumentBlock | OpaqueBlock)[]
  readonly isError?: boolean
}

export interface ReasoningBlock extends BlockBase {
  readonly kind: 'reasoning'
  /** May be empty where only the signature was sent. */
  readonly text: string
  /** Encrypted reasoning that cannot be read (Anthropic's `redacted_thinking`). */
  readonly redacted?: { readonly dialect: DialectName; readonly data: string }
}

export interface RefusalBlock extends BlockBase {
  readonly kind: 'refusal'
  readonly text: string
}

/** A block that only its own dialect understands (server tools and their results, …), kept whole. */
export interface OpaqueBlock extends BlockBase {
  readonly kind: 'opaque'
  readonly dialect: DialectName
  readonly value: JsonObject
}

export interface Tool {
  readonly kind: 'function' | 'opaque'
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments; absent for a function without parameters. */
  readonly parameters?: JsonObject
  readonly strict?: boolean
  readonly cacheMark?: JsonObject
  /** For `opaque` (server-side tools): the declaration as it came. For `function`: fields without a neutral word. */
  readonly extensions?: Extensions
}

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'tool'; readonly name: string }

export type ResponseFormat =
  | { readonly kind: 'text' | 'json_object' }
  | {
      readonly kind: 'json_schema'
      readonly name: string
      readonly description?: string
      readonly schema: JsonObject
      readonly strict?: boolean
    }

export interface Reasoning {
  /** `none | minimal | low | medium | high | xhigh | max`. */
  readonly effort?: string
  readonly budgetTokens?: number
  /** Explicitly on or off, where the dialect says so. */
  readonly enabled?: boolean
  readonly extensions?: Extensions
}

// The answer

export interface Answer {
  readonly id: string
  /** The model that answered, as the provider names it. */
  readonly model: string
  /** Seconds since the epoch, where the provider says. */
  readonly created?: number
  readonly choices: readonly Choice[]
  readonly usage?: Usage
  readonly serviceTier?: string
  readonly extensions?: Extensions
}

export interface Choice {
  readonly index: number
  readonly content: readonly Block[]
  readonly stop: Stop
  /** Log-probabilities in OpenAI's shape. */
  readonly logprobs?: Json
  readonly extensions?: Extensions
}

export type StopReason =
  | 'end'
  | 'length'
  | 'tool_calls'
  | 'stop_sequence'
  | 'content_filter'
  | 'refusal'
  /** The provider paused a server-side tool loop; sending the answer back continues it. */
  | 'pause'
  | 'unknown'

export interface Stop {
  readonly reason: StopReason
  /** The stop sequence that matched, where the provider tells. */
  readonly sequence?: string
  /** The provider's own word, and whose word it is. */
  readonly raw?: string
  readonly dialect?: DialectName
}

/**
 * Token counts, each a part of its whole: `input` includes cached reads and cache writes, `output` includes
 * reasoning. An absent count was not said, which is not zero.
 */
export interface Usage {
  readonly input?: number
  readonly output?: number
  readonly cachedInput?: number
  readonly cacheWrite?: number
  /** The part of `cacheWrite` that is kept for an hour. */
  readonly cacheWrite1h?: number
  readonly reasoning?: number
  readonly audioInput?: number
  readonly audioOutput?: number
  /** Web searches that the provider made, where it counts them. */
  readonly searches?: number
  /** Pictures that were drawn. */
  readonly images?: number
  /** What the provider says that it charged, in nano-dollars. */
  readonly chargedNanoUsd?: number
  /** The usage as the provider wrote it. */
  readonly raw?: { readonly dialect: DialectName; readonly value: JsonObject }
}

// The stream

/**
 * One step of a streamed answer. Blocks are numbered within a choice in the order they began; a block's
 * deltas come between its start and its stop; blocks of one choice do not overlap, but for tool calls
 * that a provider sends interleaved.
 */
export type StreamEvent =
  | {
      readonly kind: 'start'
      readonly id: string
      readonly model: string
      readonly created?: number
      readonly usage?: Usage
      readonly extensions?: Extensions
    }
  | {
      readonly kind: 'block_start'
      readonly choice: number
      readonly block: number
      readonly of: BlockStart
      readonly extensions?: Extensions
    }
  | {
      readonly kind: 'text'
      readonly choice: number
      readonly block: number
      readonly text: string
      readonly logprobs?: Json
    }
  | {
      readonly kind: 'refusal'
      readonly choice: number
      readonly block: number
      readonly text: string
      readonly logprobs?: Json
    }
  | { readonly kind: 'reasoning'; readonly choice: number; readonly block: number; readonly text: string }
  | {
      readonly kind: 'signature'
      readonly choice: number
      readonly block: number
      readonly dialect: DialectName
      readonly value: string
    }
  | { readonly kind: 'arguments'; readonly choice: number; readonly block: number; readonly text: string }
  | {
      readonly kind: 'citation'
      readonly choice: number
      readonly block: number
      readonly dialect: DialectName
      readonly value: Json
    }
  /** A piece of a block that only its dialect understands, as that dialect's own delta: of an opaque block, or beside the text of another. */
  | {
      readonly kind: 'opaque'
      readonly choice: number
      readonly block: number
      readonly dialect: DialectName
      readonly value: JsonObject
    }
  | { readonly kind: 'block_stop'; readonly choice: number; readonly block: number }
  | { readonly kind: 'finish'; readonly choice: number; readonly stop: Stop; readonly extensions?: Extensions }
  /** Cumulative: each replaces what was said before, field by field. */
  | { readonly kind: 'usage'; readonly usage: Usage }
  /** Alive, nothing said. */
  | { readonly kind: 'ping' }
  /** An error inside a stream that began well; nothing follows. */
  | { readonly kind: 'error'; readonly error: UpstreamError }
  /** The provider said that the answer is complete; nothing follows. */
  | { readonly kind: 'end' }

export type BlockStart =
  | { readonly kind: 'text' | 'reasoning' | 'refusal' }
  | { readonly kind: 'tool_call'; readonly id: string; readonly name: string }
  | { readonly kind: 'redacted_reasoning'; readonly dialect: DialectName; readonly data: string }
  /** A block that only its dialect understands; what follows of it comes as `opaque` events. */
  | { readonly kind: 'opaque'; readonly dialect: DialectName; readonly value: JsonObject }

// Errors

/**
 * What went wrong at a provider, by whose fault it is:
 * - `bad_request`: the caller's; no other target will do better;
 * - `context_length`, `content_policy`: the caller's here, another target may take it;
 * - `auth`, `permission`, `not_found`: the gateway's configuration or the model;
 * - `rate_limit`, `quota`, `overloaded`, `server`, `timeout`: the target's state.
 */
export type UpstreamErrorKind =
  | 'bad_request'
  | 'context_length'
  | 'content_policy'
  | 'too_large'
  | 'auth'
  | 'permission'
  | 'not_found'
  | 'rate_limit'
  | 'quota'
  | 'overloaded'
  | 'server'
  | 'timeout'
  /** The answer was not what its dialect says: malformed JSON, HTML, a truncated stream. */
  | 'malformed'

export interface UpstreamError {
  readonly kind: UpstreamErrorKind
  /** HTTP status of the answer; for an error inside a stream, the one it stands for. */
  readonly status: number
  /** The provider's text, scrubbed of keys. */
  readonly message: string
  /** The provider's own code or type. */
  readonly code?: string
  /** The field that the provider complains of. */
  readonly param?: string
  /** How long the provider asks to wait. */
  readonly retryAfterMs?: number
  /** The provider's own word on whether a retry can help, where it gives one. */
  readonly mayRetry?: boolean
}
