/**
 * A gateway on a real socket, in front of a loopback upstream whose answers a test gives.
 */
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { realEnvironment } from '../../src/gateway/environment.ts'
import type { Gateway, GatewayOptions } from '../../src/gateway/gateway.ts'
import { openGateway } from '../../src/gateway/gateway.ts'
import { nodeServerOptions } from '../../src/gateway/node.ts'
import type { UsageRecord } from '../../src/gateway/usage-record.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: Record<string, unknown>
}

export interface Upstream {
  readonly url: string
  readonly received: Received[]
  /** Calls whose connection was closed by the gateway before they were answered. */
  readonly abandoned: () => number
}

export type Answering = (received: Received, response: ServerResponse) => void | Promise<void>

/** An upstream that answers by `answer`, closed with the test. */
export async function startUpstream(answer: Answering): Promise<Upstream> {
  const received: Received[] = []
  let abandoned = 0
  const server = createServer((request, response) => {
    response.once('close', () => {
      if (!response.writableFinished) abandoned++
    })
    void readText(request).then((text) => {
      const call = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        text,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      }
      received.push(call)
      return answer(call, response)
    })
  })
  const url = await listen(server)
  return { url, received, abandoned: () => abandoned }
}

export interface Running {
  readonly gateway: Gateway
  readonly url: string
  readonly records: UsageRecord[]
  readonly server: Server
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Response>
}

/** A gateway on a real socket, closed with the test. */
export async function startGateway(options: GatewayOptions, environment = realEnvironment): Promise<Running> {
  const gateway = await openGateway({ env: {}, ...options }, environment)
  const server = createServer(nodeServerOptions(gateway.policy.config), gateway.node)
  const url = await listen(server)
  onTestFinished(() => gateway.close())
  const records: UsageRecord[] = []
  gateway.on('usage', (record) => records.push(record))
  return {
    gateway,
    url,
    records,
    server,
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  }
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The whole body of a request. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(value))
}

/** Resolves when `is` holds; polls, for what happens behind a socket. */
export async function until(is: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000
  while (!is()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass within five seconds')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The `data:` values of an event stream, in order. */
export function dataOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length))
}

/** A completion as OpenAI answers it. */
export const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-5-2026',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'hello there', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
  provider_extra: { kept: true },
}

/** A message as Anthropic answers it. */
export const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4',
  content: [{ type: 'text', text: 'hello there' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 2 },
}
