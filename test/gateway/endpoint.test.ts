import { expect, test } from 'vitest'
import { findEndpoint } from '../../src/gateway/endpoint.ts'

function say(line: string, headers: Readonly<Record<string, string>> = {}): string {
  const [method, url] = line.split(' ') as [string, string]
  const [path = '', query] = url.split('?')
  const endpoint = findEndpoint(method, path, (name) => headers[name], query)
  const { dialect, kind, ...others } = endpoint
  const rest = endpoint.kind === 'task' ? { form: endpoint.form.name, version: endpoint.version } : others
  const said = Object.values(rest).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  return [kind, dialect.name, ...said].join(' ')
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
  ['POST /v1/embeddings', 'task openai-chat embeddings v1'],
  ['POST /v2/rerank', 'task cohere rerank v2'],
  ['POST /v1/moderations', 'task openai-chat moderations v1'],
  ['POST /v1/images/generations', 'task openai-chat images v1'],
  ['GET /v1/rerank', 'wrong_method cohere POST'],
  ['POST /v1/audio/speech', 'unavailable openai-chat'],
  ['POST /v1/responses', 'call openai-responses responses v1'],
  ['POST /v1/completions', 'call openai-completions completions v1'],
  ['GET /v1/responses', 'wrong_method openai-responses POST'],
  ['GET /v1/responses/resp_1', 'unavailable openai-chat'],
  ['POST /v1/responses/resp_1/cancel', 'unavailable openai-chat'],
  ['POST /v1/messages/count_tokens', 'unavailable anthropic'],
  [
    'POST /v1beta/models/gemini-pro:generateContent',
    'call gemini chat v1beta {"model":"gemini-pro","stream":false,"isArray":false}',
  ],
  [
    'POST /v1beta/models/gemini-pro:streamGenerateContent?alt=sse',
    'call gemini chat v1beta {"model":"gemini-pro","stream":true,"isArray":false}',
  ],
  [
    'POST /v1/models/openai%2Fgpt-5:streamGenerateContent?key=k',
    'call gemini chat v1 {"model":"openai/gpt-5","stream":true,"isArray":true}',
  ],
  [
    'POST /v1beta/models/local/llama3.1:8b:generateContent',
    'call gemini chat v1beta {"model":"local/llama3.1:8b","stream":false,"isArray":false}',
  ],
  [
    'POST /v1beta1/projects/p/locations/eu/publishers/google/models/gemini-pro:generateContent',
    'call gemini chat v1beta1 {"model":"gemini-pro","stream":false,"isArray":false}',
  ],
  ['GET /v1beta/models/gemini-pro:generateContent', 'wrong_method gemini POST'],
  ['POST /v1beta/models/gemini-pro:countTokens', 'unavailable gemini'],
  ['POST /v1beta/models/%zz:generateContent', 'wrong_method openai-chat GET, HEAD'],
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

test("so does Google's, by its header or by the key in the address", () => {
  expect(say('GET /v1beta/models', { 'x-goog-api-key': 'k' })).toBe('models gemini v1beta')
  expect(say('GET /v1beta/models?key=k')).toBe('models gemini v1beta')
  expect(say('GET /v1beta/models?pageSize=5')).toBe('models openai-chat v1beta')
})
