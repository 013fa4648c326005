/**
 * Which endpoint a method and a path mean, and which dialect its errors speak. Pure: a table and a few patterns.
 */
import { anthropic } from '../dialects/anthropic/anthropic.ts'
import type { ClientDialect, ErrorDialect, HeaderLookup } from '../dialects/dialect.ts'
import { embeddings } from '../dialects/embeddings/embeddings.ts'
import { gemini } from '../dialects/gemini/gemini.ts'
import { images } from '../dialects/images/images.ts'
import { moderations } from '../dialects/moderations/moderations.ts'
import { openaiChat } from '../dialects/openai-chat/openai-chat.ts'
import { openaiCompletions } from '../dialects/openai-completions/openai-completions.ts'
import { openaiResponses } from '../dialects/openai-responses/openai-responses.ts'
import { rerankErrors } from '../dialects/rerank/errors.ts'
import { rerank } from '../dialects/rerank/rerank.ts'
import type { TaskForm, TaskName } from '../dialects/task.ts'
import { findGoogleAddress, findQueryKey, type GoogleAddress } from './google-address.ts'

/** The API that a conversation came by, as policies and records name it. */
export type CallApi = 'chat' | 'completions' | 'responses' | 'messages'

/** The API that any call came by. */
export type Api = CallApi | TaskName

export type Endpoint =
  | {
      readonly kind: 'call'
      readonly api: CallApi
      readonly dialect: ClientDialect
      readonly version: string
      /** What the address says of the call, in Google's dialect. */
      readonly address?: GoogleAddress
    }
  /** A call that is no conversation. */
  | { readonly kind: 'task'; readonly form: TaskForm; readonly dialect: ErrorDialect; readonly version: string }
  /** The list, or one entry of it. */
  | { readonly kind: 'models'; readonly dialect: ClientDialect; readonly version: string; readonly id?: string }
  | { readonly kind: 'health'; readonly probe: 'live' | 'ready'; readonly dialect: ClientDialect }
  /** Known, and not served by this version of the gateway. */
  | { readonly kind: 'unavailable'; readonly dialect: ClientDialect }
  | { readonly kind: 'wrong_method'; readonly dialect: ErrorDialect; readonly allow: string }
  | { readonly kind: 'unknown'; readonly dialect: ClientDialect }

const unavailable = ['audio/speech', 'audio/transcriptions', 'messages/count_tokens']

/** What a call to each path asks for, and in whose words its errors are. */
const tasks: ReadonlyMap<string, { readonly form: TaskForm; readonly dialect: ErrorDialect }> = new Map([
  ['embeddings', { form: embeddings, dialect: openaiChat }],
  ['rerank', { form: rerank, dialect: rerankErrors }],
  ['moderations', { form: moderations, dialect: openaiChat }],
  ['images/generations', { form: images, dialect: openaiChat }],
])

/** The endpoint of a request; `path` and `query` as they came, percent-encoded. */
export function findEndpoint(method: string, path: string, header: HeaderLookup, query = ''): Endpoint {
  const byHeader = dialectOf(header, query)
  if (path === '/health/live' || path === '/health/ready') {
    const probe = path === '/health/live' ? 'live' : 'ready'
    return isRead(method)
      ? { kind: 'health', probe, dialect: byHeader }
      : { kind: 'wrong_method', dialect: byHeader, allow: 'GET, HEAD' }
  }
  if (path === '/metrics') return { kind: 'unavailable', dialect: byHeader }

  const parts = /^\/(v\d+[a-z0-9.]*)\/(.+?)\/?$/i.exec(path)
  if (parts === null) return { kind: 'unknown', dialect: byHeader }
  const version = parts[1]!.toLowerCase()
  const rest = parts[2]!
  switch (rest) {
    case 'chat/completions':
      return post(method, { kind: 'call', api: 'chat', dialect: openaiChat, version })
    case 'completions':
      return post(method, { kind: 'call', api: 'completions', dialect: openaiCompletions, version })
    case 'responses':
      return post(method, { kind: 'call', api: 'responses', dialect: openaiResponses, version })
    case 'messages':
      return post(method, { kind: 'call', api: 'messages', dialect: anthropic, version })
  }
  const task = tasks.get(rest)
  if (task !== undefined) return post(method, { kind: 'task', ...task, version })
  const address = findGoogleAddress(rest, query)
  if (address === 'known') return { kind: 'unavailable', dialect: gemini }
  if (address !== undefined) return post(method, { kind: 'call', api: 'chat', dialect: gemini, version, address })
  if (rest === 'models' || rest.startsWith('models/')) return modelsEndpoint(method, rest, version, byHeader)
  const dialect = rest.startsWith('messages/') ? anthropic : rest.startsWith('chat/') ? openaiChat : byHeader
  // No response is kept here, so that none can be fetched, cancelled or deleted.
  const isKnown = unavailable.includes(rest) || rest.startsWith('responses/')
  return { kind: isKnown ? 'unavailable' : 'unknown', dialect }
}

/** Where the path names no dialect, clients show theirs by the headers that only they send. */
function dialectOf(header: HeaderLookup, query: string): ClientDialect {
  if (header('anthropic-version') !== undefined) return anthropic
  return header('x-goog-api-key') !== undefined || findQueryKey(query) !== undefined ? gemini : openaiChat
}

function modelsEndpoint(method: string, rest: string, version: string, dialect: ClientDialect): Endpoint {
  if (!isRead(method)) return { kind: 'wrong_method', dialect, allow: 'GET, HEAD' }
  if (rest === 'models') return { kind: 'models', dialect, version }
  const id = decode(rest.slice('models/'.length))
  return id === undefined ? { kind: 'unknown', dialect } : { kind: 'models', dialect, version, id }
}

function post(method: string, endpoint: Endpoint): Endpoint {
  return method === 'POST' ? endpoint : { kind: 'wrong_method', dialect: endpoint.dialect, allow: 'POST' }
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
