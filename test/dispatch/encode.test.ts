/** The body that goes to a target: the client's bytes where they will do, else the call as the server takes it. */
import { describe, expect, test } from 'vitest'
import type { ProviderEncoding } from '../../src/dialects/dialect.ts'
import type { JsonObject } from '../../src/dialects/neutral.ts'
import { lacksHint, noStreamOptions, olderMaxTokens, oneAnswer } from '../../src/dialects/openai-chat/quirks/fields.ts'
import { encodeBody } from '../../src/dispatch/encode.ts'
import type { DispatchRequest } from '../../src/dispatch/outcome.ts'
import { callOf, requestOf, routeOf, scriptedProvider, virtualClock } from './world.ts'

const messages = [{ role: 'user', content: 'hi' }]

function requestWith(body: JsonObject, onLoss: 'reject' | 'degrade' = 'reject'): DispatchRequest {
  const text = JSON.stringify({ model: 'any', messages, ...body }, undefined, 1)
  const raw = { dialect: 'openai-chat' as const, bytes: new TextEncoder().encode(text) }
  return requestOf(routeOf(['a/x'], { onLoss }), { call: callOf(body), raw })
}

function encode(request: DispatchRequest, encoding: ProviderEncoding, nameOf?: (model: string) => string) {
  const provider = { ...scriptedProvider('a', virtualClock().setTimer, () => ({ body: [] })), encoding }
  const target = { id: 'a/x', provider: 'a', model: 'x', entry: undefined }
  const encoded = encodeBody(request, nameOf === undefined ? provider : { ...provider, nameOf }, target)
  return encoded.ok ? new TextDecoder().decode(encoded.bytes) : encoded.loss
}

describe('a body of the same dialect', () => {
  test('goes out byte for byte where no quirk touches it', () => {
    const request = requestWith({ max_tokens: 5 })
    const sent = new TextDecoder().decode(request.raw!.bytes).replace('"any"', '"x"')
    expect(encode(request, {})).toBe(sent)
    expect(encode(request, { quirks: [olderMaxTokens, oneAnswer] })).toBe(sent)
  })

  test('is written anew where a quirk does, and unknown fields stay', () => {
    const text = encode(requestWith({ max_completion_tokens: 5, own: { a: 1 } }), {
      maxTokensField: 'max_tokens',
      quirks: [olderMaxTokens],
    })
    expect(JSON.parse(text as string)).toEqual({ model: 'x', messages, max_tokens: 5, own: { a: 1 } })
  })

  test('is refused for a field that the server lacks, or goes without it where the route lets it go', () => {
    const quirks = [oneAnswer, lacksHint('user')]
    expect(encode(requestWith({ n: 2 }), { quirks })).toEqual({
      field: 'n',
      message: '2 answers are asked for, and this provider gives one',
    })
    const text = encode(requestWith({ n: 2, user: 'u' }, 'degrade'), { quirks })
    expect(JSON.parse(text as string)).toEqual({ model: 'x', messages })
  })

  test('is asked for usage but where the server refuses the question', () => {
    const asked = requestWith({ stream: true })
    expect(JSON.parse(encode(asked, {}) as string)).toMatchObject({ stream_options: { include_usage: true } })
    const quiet = { alwaysUsage: false, quirks: [noStreamOptions] }
    expect(JSON.parse(encode(asked, quiet) as string)).toEqual({ model: 'x', messages, stream: true })
    const asking = requestWith({ stream: true, stream_options: { include_usage: true } })
    expect(JSON.parse(encode(asking, quiet) as string)).toEqual({ model: 'x', messages, stream: true })
  })

  test('names the model as the provider does', () => {
    const text = encode(requestWith({}), {}, (model) => `deployment-of-${model}`)
    expect(JSON.parse(text as string)).toMatchObject({ model: 'deployment-of-x' })
  })
})
