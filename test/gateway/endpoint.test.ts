import { expect, test } from 'vitest'
import { findEndpoint } from '../../src/gateway/endpoint.ts'

function say(line: string, headers: Readonly<Record<string, string>> = {}): string {
  const [method, path] = line.split(' ') as [string, string]
  const { dialect, kind, ...rest } = findEndpoint(method, path, (name) => headers[name])
  return [kind, dialect.name, ...Object.values(rest)].join(' ')
}

test.each([
  ['POST /v1/chat/completions', 'call openai-chat chat v1'],
  ['POST /v2/chat/completions', 'call openai-chat chat v2'],
  ['POST /v1/chat/completions/', 'call openai-chat chat v1'],
  ['POST /v1beta/messages', 'call anthropic messages v1beta'],
  ['GET /v1/models', 'models openai-chat v1'],
  ['HEAD /v1/models', 'models openai-chat v1'],
  ['GET /v1/models/openai/gpt-5', 'models openai-chat v1 openai/gpt-5'],
  ['GET /v1/models/openai%2Fgpt-5', 'models openai-chat v1 openai/gpt-5'],
  ['GET /v1/models/%zz', 'unknown openai-chat'],
  ['GET /health/live', 'health openai-chat live'],
  ['GET /health/ready', 'health openai-chat ready'],
  ['POST /health/ready', 'wrong_method openai-chat GET, HEAD'],
  ['GET /v1/chat/completions', 'wrong_method openai-chat POST'],
  ['PUT /v1/messages', 'wrong_method anthropic POST'],
  ['POST /v1/models', 'wrong_method openai-chat GET, HEAD'],
  ['POST /v1/embeddings', 'unavailable openai-chat'],
  ['POST /v1/responses', 'call openai-responses responses v1'],
  ['POST /v1/completions', 'call openai-completions completions v1'],
  ['GET /v1/responses', 'wrong_method openai-responses POST'],
  ['GET /v1/responses/resp_1', 'unknown openai-chat'],
  ['POST /v1/messages/count_tokens', 'unavailable anthropic'],
  ['POST /v1beta/models/gemini-pro:generateContent', 'unavailable openai-chat'],
  ['GET /metrics', 'unavailable openai-chat'],
  ['POST /chat/completions', 'unknown openai-chat'],
  ['GET /', 'unknown openai-chat'],
  ['POST /v1', 'unknown openai-chat'],
  ['POST /v1/messages/batches', 'unknown anthropic'],
  ['POST /v1/nothing', 'unknown openai-chat'],
])('%s', (line, said) => {
  expect(say(line)).toBe(said)
})

test('without a path that names a dialect, the client of Anthropic shows itself by its header', () => {
  const headers = { 'anthropic-version': '2023-06-01' }
  expect(say('GET /v1/models', headers)).toBe('models anthropic v1')
  expect(say('GET /nothing', headers)).toBe('unknown anthropic')
  expect(say('POST /v1/chat/completions', headers)).toBe('call openai-chat chat v1')
})
