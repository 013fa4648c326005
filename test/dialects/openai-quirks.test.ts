/** How servers depart from OpenAI's chat API: each quirk by cases, and the laws of all of them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import { fitBody, takesAsIs } from '../../src/dialects/fit-body.ts'
import type { JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import {
  countedLogprobs,
  lacks,
  lacksHint,
  noJsonSchema,
  noLogprobs,
  noStreamOptions,
  olderMaxTokens,
  oneAnswer,
  randomSeed,
  tiers,
} from '../../src/dialects/openai-chat/quirks/fields.ts'
import {
  noAsides,
  noNames,
  stringContent,
  systemRole,
  takingTurns,
} from '../../src/dialects/openai-chat/quirks/messages.ts'
import {
  reasoningIn,
  refusedBy,
  replaysReasoning,
  threeEfforts,
} from '../../src/dialects/openai-chat/quirks/reasoning.ts'
import {
  anyTool,
  nineCharacterToolIds,
  noParallelSwitch,
  noTools,
} from '../../src/dialects/openai-chat/quirks/tools.ts'
import type { Quirk } from '../../src/dialects/quirk.ts'
import { httpTypes } from '../../src/providers/http-types.ts'

const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string, more: JsonObject = {}) => ({ role: 'assistant', content, ...more })
const tier = tiers('on_demand', ['flex'])
const groksThatThink = refusedBy('plain_thinking', (model) => model === 'thinker', ['stop', 'presence_penalty'])

/** Quirk, body, the body that the server gets, and the fields that are lost on the way. */
const cases: readonly (readonly [Quirk, JsonObject, JsonObject, readonly string[]])[] = [
  [olderMaxTokens, { max_completion_tokens: 9, stop: 'x' }, { max_tokens: 9, stop: 'x' }, []],
  [olderMaxTokens, { max_completion_tokens: 9, max_tokens: 9 }, { max_tokens: 9 }, []],
  [olderMaxTokens, { max_completion_tokens: 9, max_tokens: null }, { max_tokens: 9 }, []],
  [randomSeed, { seed: 1 }, { random_seed: 1 }, []],
  [noStreamOptions, { stream: true, stream_options: { include_usage: true } }, { stream: true }, []],
  [lacks('logit_bias'), { logit_bias: { 1: 2 } }, {}, ['logit_bias']],
  [lacks('logit_bias'), { logit_bias: {} }, {}, []],
  [lacks('logit_bias'), { logit_bias: null }, {}, []],
  [lacksHint('user'), { user: 'u' }, {}, []],
  [oneAnswer, { n: 3 }, {}, ['n']],
  [noLogprobs, { logprobs: true, top_logprobs: 2 }, {}, ['logprobs']],
  [noLogprobs, { logprobs: false }, {}, []],
  [countedLogprobs, { logprobs: true, top_logprobs: 4 }, { logprobs: 4 }, []],
  [countedLogprobs, { logprobs: true }, { logprobs: 1 }, []],
  [countedLogprobs, { logprobs: false, top_logprobs: 4 }, {}, []],
  [tier, { service_tier: 'default' }, { service_tier: 'on_demand' }, []],
  [tier, { service_tier: 'priority' }, {}, ['service_tier']],
  [tier, { service_tier: null }, {}, []],
  [
    noJsonSchema,
    { messages: [user('as JSON')], response_format: { type: 'json_schema', json_schema: {} } },
    { messages: [user('as JSON')], response_format: { type: 'json_object' } },
    ['response_format'],
  ],
  [
    noJsonSchema,
    { messages: [user('so')], response_format: { type: 'json_schema', json_schema: {} } },
    { messages: [user('so')] },
    ['response_format'],
  ],
  [
    systemRole,
    { messages: [{ role: 'developer', content: 'd' }] },
    { messages: [{ role: 'system', content: 'd' }] },
    [],
  ],
  [
    stringContent,
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      ],
    },
    { messages: [user('a\nb')] },
    [],
  ],
  [noNames, { messages: [{ ...user('a'), name: 'ann' }] }, { messages: [user('a')] }, ['messages.name']],
  [noNames, { messages: [{ ...user('a'), name: null }] }, { messages: [user('a')] }, []],
  [
    noAsides('refusal', 'reasoning_content'),
    { messages: [assistant('a', { refusal: null, reasoning_content: 'r', prefix: true })] },
    { messages: [assistant('a', { prefix: true })] },
    [],
  ],
  [
    takingTurns,
    {
      messages: [
        user('a'),
        user('b'),
        assistant('c'),
        { role: 'user', content: [{ type: 'text', text: 'd' }] },
        user('e'),
      ],
    },
    {
      messages: [
        user('a\n\nb'),
        assistant('c'),
        {
          role: 'user',
          content: [
            { type: 'text', text: 'd' },
            { type: 'text', text: 'e' },
          ],
        },
      ],
    },
    [],
  ],
  [anyTool, { tool_choice: 'required' }, { tool_choice: 'any' }, []],
  [noTools, { tools: [{}], tool_choice: 'auto', parallel_tool_calls: true }, {}, ['tools']],
  [noTools, { tools: [] }, {}, []],
  [noParallelSwitch, { parallel_tool_calls: false }, {}, ['parallel_tool_calls']],
  [noParallelSwitch, { parallel_tool_calls: true }, {}, []],
  [
    nineCharacterToolIds,
    {
      messages: [
        assistant('', { tool_calls: [call('call_one'), call('abcdefgh1'), call('call_two')] }),
        { role: 'tool', tool_call_id: 'call_two', content: '2' },
        { role: 'tool', tool_call_id: 'abcdefgh1', content: '' },
        { role: 'tool', tool_call_id: 'call_one', content: '1' },
      ],
    },
    {
      messages: [
        assistant('', { tool_calls: [call('call00000'), call('abcdefgh1'), call('call00001')] }),
        { role: 'tool', tool_call_id: 'call00001', content: '2' },
        { role: 'tool', tool_call_id: 'abcdefgh1', content: '' },
        { role: 'tool', tool_call_id: 'call00000', content: '1' },
      ],
    },
    [],
  ],
  [
    nineCharacterToolIds,
    { messages: [assistant('', { tool_calls: [call('x'), call('call00000')] })] },
    { messages: [assistant('', { tool_calls: [call('call00001'), call('call00000')] })] },
    [],
  ],
  [
    reasoningIn('reasoning'),
    { messages: [assistant('a', { reasoning_content: 'r', reasoning_details: [] })] },
    { messages: [assistant('a', { reasoning: 'r' })] },
    [],
  ],
  [
    replaysReasoning,
    { messages: [user('u'), assistant('', { tool_calls: [call('a')] }), assistant('b', { reasoning_content: 'r' })] },
    {
      messages: [
        user('u'),
        assistant('', { tool_calls: [call('a')], reasoning_content: '' }),
        assistant('b', { reasoning_content: 'r' }),
      ],
    },
    [],
  ],
  [threeEfforts, { reasoning_effort: 'minimal' }, { reasoning_effort: 'low' }, []],
  [threeEfforts, { reasoning_effort: 'xhigh' }, { reasoning_effort: 'high' }, []],
  [groksThatThink, { stop: ['x'], presence_penalty: 1, top_p: 1 }, { top_p: 1 }, ['stop', 'presence_penalty']],
]

describe('a quirk changes', () => {
  it.each(cases.map((one) => [one[0].name, ...one] as const))('%s: %j', (_, quirk, body, wanted, lost) => {
    const { body: fitted, losses } = fitBody(body, [quirk], 'thinker')
    expect(fitted).toEqual(wanted)
    expect(losses.map(({ field }) => field)).toEqual(lost)
    for (const { message } of losses) expect(message).toMatch(/^[^A-Z.][^.]{10,}$/)
  })
})

/** Bodies that a quirk leaves alone. */
const untouched: readonly (readonly [Quirk, JsonObject])[] = [
  [olderMaxTokens, { max_tokens: 9 }],
  [oneAnswer, { n: 1 }],
  [threeEfforts, { reasoning_effort: 'none' }],
  [tier, { service_tier: 'flex' }],
  [noJsonSchema, { response_format: { type: 'json_object' } }],
  [stringContent, { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] }],
  [noNames, { messages: [{ role: 'tool', tool_call_id: 'a', name: 'f', content: '' }] }],
  [takingTurns, { messages: [{ role: 'system', content: 'a' }, { role: 'system', content: 'b' }, user('c')] }],
  [takingTurns, { messages: [assistant('', { tool_calls: [call('a')] }), assistant('b')] }],
  [anyTool, { tool_choice: 'auto' }],
  [replaysReasoning, { messages: [user('u'), assistant('no tools')] }],
  [replaysReasoning, { thinking: { type: 'disabled' }, messages: [assistant('', { tool_calls: [call('a')] })] }],
]

describe('a quirk leaves alone', () => {
  it.each(untouched.map((one) => [one[0].name, ...one] as const))('%s: %j', (_, quirk, body) => {
    expect(fitBody(body, [quirk], 'm').body).toBe(body)
    expect(takesAsIs(body, [quirk], 'm')).toBe(true)
  })

  it('what the model does not refuse', () => {
    const body = { stop: ['x'] }
    expect(fitBody(body, [groksThatThink], 'another').body).toBe(body)
  })

  it('the history of the model of DeepSeek that never thinks', () => {
    const body = { messages: [assistant('', { tool_calls: [call('a')] })] }
    expect(takesAsIs(body, [replaysReasoning], 'deepseek-chat')).toBe(true)
    expect(takesAsIs(body, [replaysReasoning], 'deepseek-reasoner')).toBe(false)
  })
})

describe('what a server takes that OpenAI does not', () => {
  const decoded = anthropic.decodeRequest({ model: 'm', max_tokens: 1, top_k: 5, messages: [user('hi')] })
  const options = { model: 'm', defaultMaxTokens: 1 }

  it('is top_k, for clients that have it', () => {
    if (!decoded.ok) throw new Error(decoded.message)
    const taken = openaiChat.encodeRequest(decoded.value, { ...options, takesTopK: true })
    expect([taken.body['top_k'], taken.losses]).toEqual([5, []])
    const lost = openaiChat.encodeRequest(decoded.value, options)
    expect([lost.body['top_k'], lost.losses.map(({ field }) => field)]).toEqual([undefined, ['top_k']])
  })
})

describe('laws of all quirks', () => {
  const quirks = [...new Set([...cases.map(([quirk]) => quirk), ...untouched.map(([quirk]) => quirk)])]
  const text = fc.constantFrom('', 'a', 'json', 'call_1', 'abcdefgh1', 'ø')
  const content = fc.oneof(
    text,
    fc.constant(null),
    fc.array(fc.oneof(fc.record({ type: fc.constant('text'), text }), fc.constant({ type: 'image_url' })), {
      maxLength: 3,
    }),
  )
  const message = fc.record(
    {
      role: fc.constantFrom('developer', 'system', 'user', 'assistant', 'tool'),
      content,
      name: text,
      tool_call_id: text,
      tool_calls: fc.array(fc.record({ id: text }), { maxLength: 3 }),
      reasoning: text,
      reasoning_content: fc.option(text),
      refusal: fc.constant(null),
    },
    { requiredKeys: ['role', 'content'] },
  )
  const some = fc.jsonValue({ maxDepth: 1 })
  const body = fc.record(
    {
      messages: fc.array(message, { maxLength: 5 }),
      max_tokens: some,
      max_completion_tokens: some,
      seed: some,
      n: fc.oneof(fc.nat(4), some),
      logprobs: fc.oneof(fc.boolean(), some),
      top_logprobs: some,
      logit_bias: some,
      service_tier: fc.oneof(fc.constantFrom('default', 'flex'), some),
      stop: some,
      stream_options: some,
      response_format: fc.oneof(fc.constant({ type: 'json_schema' }), some),
      tools: fc.oneof(fc.array(fc.constant({})), some),
      tool_choice: fc.oneof(fc.constant('required'), some),
      parallel_tool_calls: some,
      user: some,
      thinking: some,
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>

  it('a body that was fitted fits, for each quirk and each type of provider', () => {
    const lists = [
      ...quirks.map((quirk) => [quirk]),
      ...Object.values(httpTypes).map(({ encoding }) => encoding.quirks ?? []),
    ]
    const models = fc.constantFrom('thinker', 'grok-4', 'deepseek-chat', 'deepseek-reasoner')
    fc.assert(
      fc.property(body, fc.constantFrom(...lists), models, (given, wanted, model) => {
        expect(takesAsIs(fitBody(given, wanted, model).body, wanted, model)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('a body that a quirk gives back is the same object exactly where nothing is changed', () => {
    fc.assert(
      fc.property(body, fc.constantFrom(...quirks), (given, quirk) => {
        const before = JSON.stringify(given)
        const { body: fitted } = fitBody(given, [quirk], 'thinker')
        expect(JSON.stringify(given)).toBe(before)
        expect(fitted === given).toBe(JSON.stringify(fitted) === before)
      }),
    )
  })

  it('what is no object is taken by nobody', () => {
    for (const value of [undefined, null, 1, 'x', []]) expect(takesAsIs(value, [], 'm')).toBe(false)
  })
})
