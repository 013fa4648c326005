/** What of Gemini's dialect the recordings do not show, and the decisions that were made. */
import { describe, expect, it } from 'vitest'
import type { AnswerContext } from '../../../src/dialects/dialect.ts'
import { estimateInputTokens } from '../../../src/dialects/estimate.ts'
import { gemini } from '../../../src/dialects/gemini/gemini.ts'
import type { Block, ChatCall, Json, JsonObject, StreamEvent } from '../../../src/dialects/neutral.ts'
import { openaiChat } from '../../../src/dialects/openai-chat/openai-chat.ts'
import { factsOf, textOf } from '../../../src/dialects/text.ts'
import { bytesOf, feed } from '../cut.ts'

const CONTEXT: AnswerContext = { model: 'shown', id: 'id-1', created: 1, includeUsage: true }
const ADDRESS = { model: 'gemini-2.5-flash', stream: false }
const hello = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }

function decode(body: Json): ChatCall {
  const decoded = gemini.decodeRequest(body, ADDRESS)
  if (!decoded.ok) throw new Error(decoded.message)
  return decoded.value
}

function encode(call: Partial<ChatCall>, model = 'gemini-2.5-flash') {
  const whole: ChatCall = {
    model: 'm',
    system: [],
    messages: [{ role: 'user', content: [{ kind: 'text', text: 'hi' }] }],
    tools: [],
    stop: [],
    stream: false,
    includeUsage: false,
    ...call,
  }
  const { body, losses } = gemini.encodeRequest(whole, { model, defaultMaxTokens: 4096 })
  return { body, losses: losses.map(({ field }) => field) }
}

const say = (...content: readonly Block[]): ChatCall['messages'][number] => ({ role: 'user', content })
const partsIn = (body: JsonObject): readonly JsonObject[] =>
  (body['contents'] as readonly { parts: readonly JsonObject[] }[]).flatMap(({ parts }) => parts)

describe('requests of clients', () => {
  it.each<[string, Json, string, string | undefined]>([
    ['no object', [], 'the body is not a JSON object', undefined],
    ['no contents', {}, '`contents` is missing', 'contents'],
    ['empty contents', { contents: [] }, '`contents` is empty where at least one content is wanted', 'contents'],
    [
      'a role of another dialect',
      { contents: [{ role: 'modl', parts: [{ text: 'x' }] }] },
      '`contents[0].role` is "modl" where user or model is wanted: did you mean `model`?',
      'contents[0].role',
    ],
    [
      'a system instruction that is no text',
      { ...hello, systemInstruction: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] } },
      '`systemInstruction.parts[0]` is no text',
      'systemInstruction.parts[0]',
    ],
    [
      'a field in two spellings',
      { ...hello, systemInstruction: {}, system_instruction: {} },
      '`systemInstruction` is said in two spellings',
      'systemInstruction',
    ],
    [
      'a function without a name',
      { ...hello, tools: [{ functionDeclarations: [{}] }] },
      '`tools[0].functionDeclarations[0].name` is missing',
      'tools[0].functionDeclarations[0].name',
    ],
    [
      'a number where a text is wanted',
      { contents: [{ parts: [{ text: 5 }] }] },
      '`contents[0].parts[0].text` is a number where a string is wanted',
      'contents[0].parts[0].text',
    ],
  ])('%s', (_, body, message, param) => {
    expect(gemini.decodeRequest(body, ADDRESS)).toEqual({ ok: false, message, ...(param !== undefined && { param }) })
  })

  it('are read in either spelling, and what the author named stays as it is', () => {
    const call = decode({
      system_instruction: { parts: [{ text: 'be brief' }] },
      contents: [
        { parts: [{ inline_data: { mime_type: 'image/png', data: 'AA==' } }] },
        {
          role: 'model',
          parts: [{ function_call: { name: 'f', args: { snake_case: 1 } }, thought_signature: 'c2ln' }],
        },
        { parts: [{ function_response: { name: 'f', response: { some_key: true } } }] },
      ],
      tools: {
        function_declarations: {
          name: 'f',
          parameters: { type: 'OBJECT', properties: { a_b: { type: 'STRING', min_length: '2' } } },
        },
      },
      generation_config: { max_output_tokens: 5, stop_sequences: ['x'] },
    })
    expect(call).toMatchObject({
      system: [{ text: 'be brief' }],
      maxTokens: 5,
      stop: ['x'],
      tools: [{ name: 'f', parameters: { type: 'object', properties: { a_b: { type: 'string', minLength: 2 } } } }],
    })
    expect(call.messages[0]!.content).toEqual([
      { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
    ])
    expect(call.messages[1]!.content[0]).toMatchObject({
      id: 'call_gm_1_0',
      arguments: '{"snake_case":1}',
      signature: { dialect: 'gemini', value: 'c2ln' },
    })
    expect(call.messages[2]!.content[0]).toMatchObject({
      callId: 'call_gm_1_0',
      content: [{ text: '{"some_key":true}' }],
    })
  })

  it('match results without ids to the calls of their name, in order', () => {
    const calls = ['f', 'g', 'f'].map((name) => ({ functionCall: { name, args: {} } }))
    const results = ['f', 'f', 'g'].map((name, i) => ({ functionResponse: { name, response: { output: String(i) } } }))
    const body = { contents: [...hello.contents, { role: 'model', parts: calls }, { role: 'user', parts: results }] }
    const call = decode(body)
    const ids = call.messages[1]!.content.map((block) => block.kind === 'tool_call' && block.id)
    expect(call.messages[2]!.content.map((block) => block.kind === 'tool_result' && block.callId)).toEqual([
      ids[0],
      ids[2],
      ids[1],
    ])
    expect(gemini.encodeRequest(call, { model: 'm', defaultMaxTokens: 1 }).body).toEqual(body)
  })

  it.each<[string, JsonObject, Partial<ChatCall>]>([
    ['a budget', { thinkingBudget: 2048 }, { reasoning: { budgetTokens: 2048, enabled: true } }],
    ['no budget', { thinkingBudget: 0 }, { reasoning: { enabled: false } }],
    ['a budget of the model’s own', { thinkingBudget: -1 }, { reasoning: { enabled: true } }],
    ['a level', { thinkingLevel: 'LOW' }, { reasoning: { effort: 'low' } }],
  ])('say how to think by %s', (_, thinkingConfig, said) => {
    expect(decode({ ...hello, generationConfig: { thinkingConfig } })).toMatchObject(said)
  })

  it.each<[JsonObject, JsonObject | undefined, readonly string[]]>([
    [{ mode: 'AUTO' }, { kind: 'auto' }, []],
    [{ mode: 'ANY' }, { kind: 'required' }, []],
    [{ mode: 'NONE' }, { kind: 'none' }, []],
    [{ mode: 'ANY', allowedFunctionNames: ['f'] }, { kind: 'tool', name: 'f' }, []],
    [{ mode: 'ANY', allowedFunctionNames: ['f', 'g', 'h'] }, { kind: 'required' }, []],
    [{ mode: 'VALIDATED' }, { kind: 'auto' }, []],
    [{ mode: 'ANY', allowedFunctionNames: ['f', 'g'] }, undefined, ['toolConfig.functionCallingConfig']],
  ])('choose among tools by %j', (functionCallingConfig, choice, lost) => {
    const functionDeclarations = ['f', 'g', 'h'].map((name) => ({ name }))
    const call = decode({ ...hello, tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig } })
    expect(call.toolChoice).toEqual(choice)
    const { losses } = openaiChat.encodeRequest(call, { model: 'm', defaultMaxTokens: 1 })
    expect(losses.map(({ field }) => field)).toEqual(lost)
  })

  it.each([
    ['safetySettings', { safetySettings: [{ category: 'X', threshold: 'BLOCK_NONE' }] }],
    ['cachedContent', { cachedContent: 'cachedContents/1' }],
    ['generationConfig.speechConfig', { generationConfig: { speechConfig: {} } }],
    ['tools', { tools: [{ googleSearch: {} }] }],
    [
      'messages.content',
      {
        contents: [
          ...hello.contents,
          { role: 'model', parts: [{ executableCode: { language: 'PYTHON', code: '1' } }] },
        ],
      },
    ],
  ])('lose %s in another dialect, and say so', (field, rest) => {
    const { losses } = openaiChat.encodeRequest(decode({ ...hello, ...rest }), { model: 'm', defaultMaxTokens: 1 })
    expect(losses.map((loss) => loss.field)).toEqual([field])
    expect(losses[0]!.message).not.toContain('undefined')
  })

  it('lose nothing with what changes no answer', () => {
    const call = decode({
      ...hello,
      labels: { team: 'a' },
      generationConfig: { responseModalities: ['TEXT'], responseMimeType: 'application/json' },
    })
    expect(openaiChat.encodeRequest(call, { model: 'm', defaultMaxTokens: 1 }).losses).toEqual([])
  })

  it('show policies the sounds and films that only Google can open, and count no bytes as words', () => {
    const data = 'QUFB'.repeat(25_000)
    const call = (part: JsonObject) => decode({ contents: [{ parts: [part] }] })
    const sound = call({ fileData: { mimeType: 'audio/mp3', fileUri: 'gs://b/a.mp3' } })
    const film = call({ inlineData: { mimeType: 'video/mp4', data } })
    expect(factsOf(sound)).toMatchObject({ has_audio: true, has_images: false })
    expect(factsOf(film)).toMatchObject({ has_audio: false, has_images: true })
    expect(factsOf(call({ fileData: { fileUri: 'gs://b/x' } }))).toMatchObject({ has_documents: true })
    expect(textOf(film)).toBe('')
    expect(estimateInputTokens(film)).toBeLessThan(200)
  })

  it('may go on as they are, but for calls of other providers to a model that wants signatures', () => {
    const called = (functionCall: JsonObject, rest: JsonObject = {}) => ({
      contents: [...hello.contents, { role: 'model', parts: [{ functionCall, ...rest }] }],
    })
    const forwardable = (body: Json, model: string) => {
      const decoded = gemini.decodeRequest(body, { model, stream: false })
      return decoded.ok && gemini.isForwardable(decoded.value)
    }
    const foreign = called({ id: 'toolu_1', name: 'f', args: {} })
    expect(forwardable(foreign, 'gemini-3-pro')).toBe(false)
    expect(forwardable(foreign, 'gemini-2.5-pro')).toBe(true)
    expect(forwardable(called({ name: 'f', args: {} }), 'gemini-3-pro')).toBe(true)
    expect(forwardable(called({ id: 'x', name: 'f', args: {} }, { thoughtSignature: 'c2ln' }), 'gemini-3-pro')).toBe(
      true,
    )
    const call = gemini.decodeRequest(foreign, { model: 'gemini-3-pro', stream: false })
    if (!call.ok) throw new Error(call.message)
    const { body } = gemini.encodeRequest(call.value, { model: 'gemini-3-pro', defaultMaxTokens: 1 })
    expect(partsIn(body)[1]).toMatchObject({ thoughtSignature: 'skip_thought_signature_validator' })
  })
})

describe('requests to Google', () => {
  it.each<[string, Partial<ChatCall>, JsonObject | undefined, readonly string[], string]>([
    ['low', { reasoning: { effort: 'low' } }, { includeThoughts: true, thinkingBudget: 4096 }, [], 'gemini-2.5-flash'],
    [
      'max',
      { reasoning: { effort: 'max' } },
      { includeThoughts: true, thinkingBudget: 24_576 },
      [],
      'gemini-2.5-flash',
    ],
    [
      'a small budget',
      { reasoning: { budgetTokens: 1 } },
      { includeThoughts: true, thinkingBudget: 128 },
      [],
      'gemini-2.5-pro',
    ],
    ['none', { reasoning: { effort: 'none' } }, { thinkingBudget: 0 }, [], 'gemini-2.5-flash-lite'],
    ['none', { reasoning: { effort: 'none' } }, { thinkingBudget: 128 }, ['reasoning_effort'], 'gemini-2.5-pro'],
    [
      'high',
      { reasoning: { effort: 'high' } },
      { includeThoughts: true, thinkingLevel: 'high' },
      [],
      'gemini-3-pro-preview',
    ],
    [
      'xhigh',
      { reasoning: { effort: 'xhigh' } },
      { includeThoughts: true, thinkingLevel: 'high' },
      [],
      'gemini-3.5-flash',
    ],
    [
      'minimal',
      { reasoning: { effort: 'minimal' } },
      { includeThoughts: true, thinkingLevel: 'low' },
      [],
      'gemini-3-pro',
    ],
    [
      'a budget',
      { reasoning: { budgetTokens: 9000 } },
      { includeThoughts: true, thinkingLevel: 'medium' },
      [],
      'gemini-flash-latest',
    ],
    ['disabled', { reasoning: { enabled: false } }, { thinkingLevel: 'minimal' }, [], 'gemini-3-flash'],
    ['low', { reasoning: { effort: 'low' } }, undefined, ['reasoning_effort'], 'gemini-2.0-flash'],
    ['disabled', { reasoning: { enabled: false } }, undefined, [], 'gemini-2.0-flash'],
  ])('%s', (_, call, thinkingConfig, lost, model) => {
    const { body, losses } = encode(call, model)
    expect((body['generationConfig'] as JsonObject | undefined)?.['thinkingConfig']).toEqual(thinkingConfig)
    expect(losses).toEqual(lost)
  })

  it.each<[string, Partial<ChatCall>, readonly string[]]>([
    ['nine answers', { n: 9 }, ['n']],
    ['six stop sequences', { stop: ['a', 'b', 'c', 'd', 'e', 'f'] }, ['stop']],
    ['a bias', { logitBias: { '5': 1 } }, ['logit_bias']],
    [
      'one call at a time',
      { parallelToolCalls: false, tools: [{ kind: 'function', name: 'f' }] },
      ['parallel_tool_calls'],
    ],
    ['a name that begins with a digit', { tools: [{ kind: 'function', name: '1f' }] }, ['tools.name']],
    ['a tool of another provider', { tools: [{ kind: 'opaque', name: 'web_search' }] }, ['tools']],
    ['a service tier', { serviceTier: 'scale' }, ['service_tier']],
    [
      'a participant',
      { messages: [{ role: 'user', name: 'ann', content: [{ kind: 'text', text: 'x' }] }] },
      ['messages.name'],
    ],
    [
      'a picture that moves',
      { messages: [say({ kind: 'image', source: { kind: 'base64', mediaType: 'image/gif', data: 'AA==' } })] },
      ['messages.content.image_url'],
    ],
    [
      'a file of another provider',
      { messages: [say({ kind: 'document', source: { kind: 'file', dialect: 'anthropic', id: 'file_1' } })] },
      ['messages.content.file.file_id'],
    ],
    [
      'arguments that are no object',
      { messages: [{ role: 'assistant', content: [{ kind: 'tool_call', id: 'a', name: 'f', arguments: '[1' }] }] },
      ['messages.tool_calls.function.arguments'],
    ],
    [
      'nothing',
      { n: 2, seed: 1, logprobs: { top: 3 }, topK: 5, presencePenalty: 1, user: 'u', serviceTier: 'auto' },
      [],
    ],
  ])('lose %s', (_, call, lost) => {
    expect(encode(call).losses).toEqual(lost)
  })

  it('name the type of a file by the ending of its address, and an image by what it is', () => {
    const at = (url: string) => ({ kind: 'url' as const, url })
    const { body } = encode({
      messages: [
        say(
          { kind: 'image', source: at('https://a.example/p.webp?x=1') },
          { kind: 'image', source: at('https://a.example/p') },
          { kind: 'document', source: at('https://a.example/r.csv') },
          { kind: 'document', source: at('https://a.example/r') },
          { kind: 'audio', format: 'mp3', data: 'AA==' },
        ),
      ],
    })
    expect(partsIn(body)).toEqual([
      { fileData: { mimeType: 'image/webp', fileUri: 'https://a.example/p.webp?x=1' } },
      { fileData: { mimeType: 'image/jpeg', fileUri: 'https://a.example/p' } },
      { fileData: { mimeType: 'text/csv', fileUri: 'https://a.example/r.csv' } },
      { fileData: { mimeType: 'application/pdf', fileUri: 'https://a.example/r' } },
      { inlineData: { mimeType: 'audio/mp3', data: 'AA==' } },
    ])
  })

  it('bring a signature back that OpenAI’s clients carry, and sign the first call of a turn else', () => {
    const call = (id: string, extra?: JsonObject): Block => ({
      kind: 'tool_call',
      id,
      name: 'f',
      arguments: '{}',
      ...(extra && { extensions: { dialect: 'openai-chat', fields: { extra_content: extra } } }),
    })
    const turn = (...content: readonly Block[]) =>
      encode({ messages: [say({ kind: 'text', text: 'x' }), { role: 'assistant', content }] }, 'gemini-3-pro').body
    expect(
      partsIn(turn(call('a', { google: { thought_signature: 'c2ln' } }), call('b'))).map((p) => p['thoughtSignature']),
    ).toEqual([undefined, 'c2ln', undefined])
    expect(partsIn(turn(call('a'), call('b'))).map((part) => part['thoughtSignature'])).toEqual([
      undefined,
      'skip_thought_signature_validator',
      undefined,
    ])
  })

  it('carry signatures to OpenAI’s clients and back, and to no other model', () => {
    const body: JsonObject = {
      candidates: [
        {
          content: { parts: [{ functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'c2ln' }] },
          finishReason: 'STOP',
        },
      ],
      responseId: 'r',
    }
    const whole = gemini.decodeAnswer(body)
    if (!('choices' in whole)) throw new Error('no answer')
    const { choices } = openaiChat.encodeAnswer(whole, CONTEXT) as { choices: readonly { message: JsonObject }[] }
    const encoder = openaiChat.encodeStream(CONTEXT)
    const wire = feed(gemini.decodeStream(), [bytesOf(`data: ${JSON.stringify(body)}\n\n`)])
      .map(encoder.event)
      .join('')
    expect(wire).toContain('{"index":0,"extra_content":{"google":{"thought_signature":"c2ln"}}}')
    const history = openaiChat.decodeRequest({
      model: 'm',
      messages: [{ role: 'user', content: 'x' }, choices[0]!.message],
    })
    if (!history.ok) throw new Error(history.message)
    expect(openaiChat.isForwardable(history.value)).toBe(false)
    expect(partsIn(encode(history.value, 'gemini-3-pro').body)[1]).toEqual({
      functionCall: { name: 'f', args: { a: 1 } },
      thoughtSignature: 'c2ln',
    })
    const sentTo = (model: string) =>
      JSON.stringify(openaiChat.encodeRequest(history.value, { model, defaultMaxTokens: 1 }).body)
    expect(sentTo('google/gemini-3-pro')).toContain('thought_signature')
    expect(sentTo('gpt-5')).not.toContain('extra_content')
  })

  it('leave out ids that were made here, and tell results apart from words', () => {
    const { body } = encode({
      messages: [
        say({ kind: 'text', text: 'x' }),
        { role: 'assistant', content: [{ kind: 'tool_call', id: 'call_gm_r1_0', name: 'f', arguments: '' }] },
        say(
          { kind: 'tool_result', callId: 'call_gm_r1_0', isError: true, content: [{ kind: 'text', text: 'broken' }] },
          { kind: 'text', text: 'try again' },
        ),
      ],
    })
    expect(body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { error: 'broken' } } }] },
      { role: 'user', parts: [{ text: 'try again' }] },
    ])
  })

  it.each<[string, JsonObject, JsonObject]>([
    [
      'as its own where that says all',
      { type: 'object', properties: { a: { type: 'string' } } },
      { parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } } },
    ],
    [
      'as JSON Schema where not',
      { type: 'object', properties: { a: { $ref: '#/$defs/b' } } },
      { parametersJsonSchema: { type: 'object', properties: { a: { $ref: '#/$defs/b' } } } },
    ],
    ['not at all where there are none', { type: 'object', properties: {} }, {}],
  ])('give parameters %s', (_, parameters, said) => {
    const { body } = encode({ tools: [{ kind: 'function', name: 'f', parameters }] })
    expect(body['tools']).toEqual([{ functionDeclarations: [{ name: 'f', ...said }] }])
  })

  it('give images of a result within it to the newest models, and beside it to others', () => {
    const image: Block = { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } }
    const call: Partial<ChatCall> = {
      messages: [
        { role: 'assistant', content: [{ kind: 'tool_call', id: 'a', name: 'shot', arguments: '' }] },
        say({ kind: 'tool_result', callId: 'a', content: [{ kind: 'text', text: 'done' }, image] }),
      ],
    }
    const part = { inlineData: { mimeType: 'image/png', data: 'AA==' } }
    const result = { id: 'a', name: 'shot', response: { output: 'done' } }
    expect(partsIn(encode(call, 'gemini-3-pro').body)[1]).toEqual({ functionResponse: { ...result, parts: [part] } })
    expect(encode(call).body['contents']).toEqual([
      { role: 'model', parts: [{ functionCall: { id: 'a', name: 'shot', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: result }] },
      { role: 'user', parts: [{ text: 'Attached to the result of `shot`:' }, part] },
    ])
  })

  it('give no form of the answer beside functions to models that refuse that', () => {
    const call: Partial<ChatCall> = {
      tools: [{ kind: 'function', name: 'f' }],
      responseFormat: { kind: 'json_object' },
    }
    expect(encode(call, 'gemini-2.5-pro')).toMatchObject({ losses: ['response_format'] })
    expect(encode(call, 'gemini-2.5-pro').body['generationConfig']).toBeUndefined()
    expect(encode(call, 'gemini-3-pro')).toMatchObject({
      losses: [],
      body: { generationConfig: { responseMimeType: 'application/json' } },
    })
  })

  it('make the user say what only the system says', () => {
    const { body } = encode({ system: [{ kind: 'text', text: 'go' }], messages: [] })
    expect(body).toEqual({ contents: [{ role: 'user', parts: [{ text: 'go' }] }] })
  })
})

describe('answers of Google', () => {
  const answer = (candidate: JsonObject, rest: JsonObject = {}) =>
    gemini.decodeAnswer({ candidates: [candidate], modelVersion: 'g', responseId: 'r', ...rest })

  it.each([
    ['STOP', 'end'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['PROHIBITED_CONTENT', 'content_filter'],
    ['MODEL_ARMOR', 'content_filter'],
    ['OTHER', 'unknown'],
    ['A_NEWER_ONE', 'unknown'],
  ])('end by %s: %s', (finishReason, reason) => {
    expect(answer({ content: { parts: [{ text: 'x' }] }, finishReason })).toMatchObject({
      choices: [{ stop: { reason, raw: finishReason } }],
    })
  })

  it('end by a number where a server says numbers', () => {
    expect(answer({ content: { parts: [{ text: 'x' }] }, finishReason: 2 })).toMatchObject({
      choices: [{ stop: { reason: 'length', raw: 'MAX_TOKENS' } }],
    })
  })

  it.each(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'])(
    '%s without a word is the model’s slip, which another try may mend',
    (finishReason) => {
      expect(answer({ finishReason, finishMessage: 'oops' })).toEqual({
        kind: 'server',
        status: 500,
        message: `oops (${finishReason})`,
        code: finishReason,
      })
      const wire = `data: ${JSON.stringify({ candidates: [{ finishReason, finishMessage: 'oops' }] })}\n\n`
      expect(feed(gemini.decodeStream(), [bytesOf(wire)]).at(-1)).toMatchObject({ error: { kind: 'server' } })
    },
  )

  it('blocked before there was one are errors, whole and streamed', () => {
    const body = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 4 } }
    const error = {
      kind: 'content_policy',
      status: 400,
      code: 'PROHIBITED_CONTENT',
      message: 'the prompt was blocked (PROHIBITED_CONTENT)',
    }
    expect(gemini.decodeAnswer(body)).toEqual(error)
    expect(feed(gemini.decodeStream(), [bytesOf(`data: ${JSON.stringify(body)}\n\n`)])).toEqual([
      { kind: 'error', error },
    ])
  })

  it.each<[string, JsonObject, JsonObject]>([
    [
      'thoughts beside the answer, the cache inside the prompt',
      {
        promptTokenCount: 10,
        cachedContentTokenCount: 4,
        candidatesTokenCount: 3,
        thoughtsTokenCount: 5,
        totalTokenCount: 18,
      },
      { input: 10, cachedInput: 4, output: 8, reasoning: 5 },
    ],
    [
      'what tools put into the prompt',
      { promptTokenCount: 10, toolUsePromptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 20 },
      { input: 17, output: 3 },
    ],
    ['nothing said', { promptTokenCount: 10, totalTokenCount: 10 }, { input: 10, output: 0 }],
    [
      'sound',
      {
        promptTokenCount: 10,
        candidatesTokenCount: 3,
        totalTokenCount: 13,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 2 },
          { modality: 'AUDIO', tokenCount: 8 },
        ],
      },
      { input: 10, output: 3, audioInput: 8 },
    ],
  ])('count %s', (_, usageMetadata, counts) => {
    const said = answer({ content: { parts: [{ text: 'x' }] }, finishReason: 'STOP' }, { usageMetadata })
    if (!('usage' in said)) throw new Error('no usage')
    const { raw, ...rest } = said.usage!
    expect(rest).toEqual(counts)
    expect(raw).toEqual({ dialect: 'gemini', value: usageMetadata })
  })

  it('have log-probabilities in two lists', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'h', tokenId: 1, logProbability: -0.1 }],
      topCandidates: [
        {
          candidates: [
            { token: 'h', tokenId: 1, logProbability: -0.1 },
            { token: 'é', logProbability: -2 },
          ],
        },
      ],
    }
    const said = answer({ content: { parts: [{ text: 'h' }] }, finishReason: 'STOP', logprobsResult })
    if (!('choices' in said)) throw new Error('no answer')
    expect(said.choices[0]!.logprobs).toEqual({
      content: [
        {
          token: 'h',
          logprob: -0.1,
          bytes: [104],
          top_logprobs: [
            { token: 'h', logprob: -0.1, bytes: [104] },
            { token: 'é', logprob: -2, bytes: [195, 169] },
          ],
        },
      ],
      refusal: null,
    })
    const across = openaiChat.decodeAnswer(openaiChat.encodeAnswer(said, CONTEXT))
    if (!('choices' in across)) throw new Error('no answer')
    expect(gemini.encodeAnswer(across, CONTEXT)).toMatchObject({
      candidates: [
        {
          logprobsResult: {
            chosenCandidates: [{ token: 'h', logProbability: -0.1 }],
            topCandidates: [{ candidates: [{ token: 'h' }, { token: 'é' }] }],
          },
        },
      ],
    })
  })

  it('cite pages, which OpenAI’s clients are told of', () => {
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }, { retrievedContext: { text: 'x' } }],
    }
    const said = answer({ content: { parts: [{ text: 'so' }] }, finishReason: 'STOP', groundingMetadata })
    if (!('choices' in said)) throw new Error('no answer')
    expect(openaiChat.encodeAnswer(said, CONTEXT)).toMatchObject({
      choices: [
        {
          message: {
            annotations: [
              {
                type: 'url_citation',
                url_citation: { url: 'https://a.example', title: 'A', start_index: 0, end_index: 2 },
              },
            ],
          },
        },
      ],
    })
    expect(gemini.encodeAnswer(said, CONTEXT)).toMatchObject({ candidates: [{ groundingMetadata }] })
    const citationMetadata = { citationSources: [{ uri: 'https://b.example' }, { license: 'mit' }] }
    const quoting = answer({ content: { parts: [{ text: 'so' }] }, finishReason: 'STOP', citationMetadata })
    expect(quoting).toMatchObject({
      choices: [{ content: [{ citations: { items: [{ url: 'https://b.example' }] } }] }],
    })
  })

  it('give calls without ids the same ids whole and streamed, and other ids in other answers', () => {
    const parts = [{ functionCall: { name: 'f', args: { a: 1 } } }, { functionCall: { name: 'f', args: {} } }]
    const idsOf = (responseId: string | undefined) => {
      const body = { candidates: [{ content: { parts }, finishReason: 'STOP' }], ...(responseId && { responseId }) }
      const said = gemini.decodeAnswer(body)
      if (!('choices' in said)) throw new Error('no answer')
      const streamed = feed(gemini.decodeStream(), [bytesOf(`data: ${JSON.stringify(body)}\n\n`)])
      const ids = said.choices[0]!.content.map((block) => (block.kind === 'tool_call' ? block.id : ''))
      expect(
        streamed.flatMap((event) =>
          event.kind === 'block_start' && event.of.kind === 'tool_call' ? [event.of.id] : [],
        ),
      ).toEqual(ids)
      return ids
    }
    expect(idsOf('abc')).toEqual(['call_gm_abc_0', 'call_gm_abc_1'])
    expect(new Set([...idsOf('abc'), ...idsOf('def'), ...idsOf(undefined)]).size).toBe(6)
  })
})

describe('streams of Google', () => {
  const chunk = (parts: readonly JsonObject[], rest: JsonObject = {}) =>
    `data: ${JSON.stringify({ candidates: [{ content: { parts, role: 'model' }, index: 0, ...rest }], responseId: 'r' })}\r\n\r\n`

  it('sign the text that came before by an empty one, and end with the connection', () => {
    const wire = chunk([{ text: 'a' }]) + chunk([{ text: '', thoughtSignature: 'c2ln' }], { finishReason: 'STOP' })
    expect(feed(gemini.decodeStream(), [bytesOf(wire)]).map(({ kind }) => kind)).toEqual([
      'start',
      'block_start',
      'text',
      'signature',
      'block_stop',
      'finish',
      'end',
    ])
  })

  it('call tools though they say STOP later on', () => {
    const wire = chunk([{ functionCall: { name: 'f', args: {} } }]) + chunk([{ text: '' }], { finishReason: 'STOP' })
    expect(feed(gemini.decodeStream(), [bytesOf(wire)]).at(-2)).toMatchObject({
      stop: { reason: 'tool_calls', raw: 'STOP' },
    })
  })

  it.each([
    ['without a finish', chunk([{ text: 'a' }]), 'malformed'],
    [
      'with an error in an array',
      `data: [{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}]\n\n`,
      'overloaded',
    ],
    ['with a chunk that is no JSON', 'data: {"candi\n\n', 'malformed'],
    ['with a part that is none', chunk([null as unknown as JsonObject]), 'malformed'],
  ])('fail %s', (_, wire, kind) => {
    expect(feed(gemini.decodeStream(), [bytesOf(wire)]).at(-1)).toMatchObject({ kind: 'error', error: { kind } })
  })

  it('keep what only Google knows for Google’s clients', () => {
    const code = { executableCode: { language: 'PYTHON', code: 'print(1)' } }
    const result = { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }
    const events = feed(gemini.decodeStream(), [
      bytesOf(
        chunk([code, result]) + chunk([{ text: 'done' }], { finishReason: 'STOP', urlContextMetadata: { a: 1 } }),
      ),
    ])
    const encoder = gemini.encodeStream(CONTEXT)
    const wire = events.map((event: StreamEvent) => encoder.event(event)).join('')
    expect(wire).toContain(JSON.stringify(code))
    expect(wire).toContain(JSON.stringify(result))
    expect(wire).toContain('"urlContextMetadata":{"a":1}')
    expect(feed(gemini.decodeStream(), [bytesOf(wire)])).toEqual([{ ...events[0], model: 'shown' }, ...events.slice(1)])
  })
})

describe('errors', () => {
  const quota = (quotaId: string) => ({
    error: {
      code: 429,
      message: 'You exceeded your current quota, please check your plan and billing details.',
      status: 'RESOURCE_EXHAUSTED',
      details: [{ violations: [{ quotaId }] }, { retryDelay: '48s' }],
    },
  })

  it.each([
    [
      400,
      {
        error: {
          code: 400,
          message: 'API key not valid',
          status: 'INVALID_ARGUMENT',
          details: [{ reason: 'API_KEY_INVALID' }],
        },
      },
      'auth',
      undefined,
    ],
    [
      429,
      { error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '34s' }] } },
      'rate_limit',
      34_000,
    ],
    [
      429,
      [{ error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '1.5s' }] } }],
      'rate_limit',
      1500,
    ],
    [429, quota('GenerateContentPaidTierInputTokensPerModelPerMinute'), 'rate_limit', 48_000],
    [429, quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier'), 'quota', 48_000],
    [503, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }, 'overloaded', undefined],
    [403, { error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } }, 'permission', undefined],
    [404, { error: { code: 404, message: 'models/x is not found', status: 'NOT_FOUND' } }, 'not_found', undefined],
    [
      400,
      {
        error: {
          code: 400,
          message: 'The input token count (9) exceeds the maximum number of tokens allowed (8).',
          status: 'INVALID_ARGUMENT',
        },
      },
      'context_length',
      undefined,
    ],
  ])('%i %j is of kind %s', (status, body, kind, retryAfterMs) => {
    const error = gemini.decodeError(status, () => undefined, body as Json, '')
    expect(error.kind).toBe(kind)
    if (retryAfterMs !== undefined) expect(error.retryAfterMs).toBe(retryAfterMs)
  })

  it.each(['AIzaSyA1234567890abc', 'AQ.Ab8RN6K1234567890', 'ya29.a0AfH6SM1234.567'])('show nothing of %s', (key) => {
    const body = { error: { code: 400, message: `the credential ${key} is not valid`, status: 'INVALID_ARGUMENT' } }
    expect(gemini.decodeError(400, () => undefined, body, '').message).toBe('the credential [redacted] is not valid')
  })

  it('are told as Google tells them', () => {
    expect(gemini.encodeError({ status: 403, kind: 'denied', message: 'no', code: 'denied' })).toEqual({
      error: {
        code: 403,
        message: 'no',
        status: 'PERMISSION_DENIED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'DENIED', domain: 'policyc' }],
      },
    })
    expect(gemini.encodeError({ status: 400, kind: 'invalid_request', message: 'm', param: 'contents' })).toMatchObject(
      {
        error: {
          status: 'INVALID_ARGUMENT',
          details: [{}, { fieldViolations: [{ field: 'contents', description: 'm' }] }],
        },
      },
    )
  })
})
