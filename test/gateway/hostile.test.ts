/**
 * Bodies that nobody means well with: whatever comes in, what goes out is an answer or the client's own mistake, in
 * bounded time and never a bug of the gateway.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Gateway } from '../../src/gateway/gateway.ts'
import { createGateway } from '../../src/gateway/gateway.ts'

const bugs: unknown[] = []

async function start(): Promise<Gateway> {
  return createGateway({
    config: {
      providers: { sandbox: { type: 'simulator' } },
      models: { 'sandbox/a': {} },
      callers: { anonymous: true },
    },
    policy:
      'allow anyone\ndeny odd when request.text contains "zzz" or request.metadata["a"] == "b"\nroute main { to sandbox/a }',
    env: {},
    logger: { info: () => undefined, warn: () => undefined, error: (fields) => void bugs.push(fields) },
  })
}

const openai = {
  model: 'm',
  max_tokens: 5,
  messages: [
    { role: 'system', content: 's' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hi' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'c', content: 'done' },
  ],
  tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
  response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {} } },
  metadata: { a: 'b' },
  stop: ['x'],
}
const anthropic = {
  model: 'm',
  max_tokens: 5,
  system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
  messages: [
    { role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 't', signature: 's' },
        { type: 'tool_use', id: 'c', name: 'f', input: {} },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: [{ type: 'text', text: 'x' }] }] },
  ],
  tools: [{ name: 'f', input_schema: { type: 'object' } }],
  tool_choice: { type: 'auto' },
  metadata: { user_id: 'u' },
}

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    '',
    '\ud83d',
    'zzz',
    [],
    {},
    [[]],
    { type: 'text' },
    '__proto__',
    'constructor',
  ),
  fc.jsonValue({ maxDepth: 2 }),
)

/** The value with one place of it replaced, left out, or given another key. */
function mutate(value: unknown, steps: readonly number[], replacement: unknown): unknown {
  const [step, ...rest] = steps
  if (step === undefined || typeof value !== 'object' || value === null) return replacement
  if (Array.isArray(value)) {
    if (value.length === 0) return [replacement]
    const at = step % value.length
    return value.map((each, i) => (i === at ? mutate(each, rest, replacement) : each))
  }
  const keys = Object.keys(value)
  const key = keys[step % (keys.length + 1)]
  // A value that was drawn may hold a `toString` of its own, which is no function.
  const name = typeof replacement === 'string' ? replacement : JSON.stringify(replacement)
  if (key === undefined) return { ...value, [name.slice(0, 20)]: replacement }
  if (step % 7 === 0) return Object.fromEntries(Object.entries(value).filter(([each]) => each !== key))
  return { ...value, [key]: mutate((value as Record<string, unknown>)[key], rest, replacement) }
}

test('mutated bodies are answered or refused, in both dialects, and nothing is polluted', async () => {
  const gateway = await start()
  const statuses = new Map<number, number>()
  const steps = fc.array(fc.nat(1000), { minLength: 1, maxLength: 7 })
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(fc.tuple(steps, odd), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (isOpenai, edits, stream) => {
        const body = edits.reduce<unknown>((value, [at, by]) => mutate(value, at, by), {
          ...(isOpenai ? openai : anthropic),
          stream,
        })
        const path = isOpenai ? '/v1/chat/completions' : '/v1/messages'
        const response = await gateway.fetch(
          new Request(`http://g${path}`, { method: 'POST', body: JSON.stringify(body) ?? 'null' }),
        )
        const text = await response.text()
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
        expect([200, 400, 403]).toContain(response.status)
        expect(text).not.toMatch(/\.ts:|node:internal/)
        if (response.status !== 200) expect(JSON.parse(text)).toHaveProperty('error.message')
      },
    ),
    { numRuns: 3000 },
  )
  process.stdout.write(`hostile: mutated bodies by status ${JSON.stringify(Object.fromEntries(statuses))}\n`)
  expect(bugs).toEqual([])
  expect(Object.keys(Object.prototype)).toEqual([])
  await gateway.close()
}, 120_000)

test('bytes that are cut or flipped anywhere are refused or answered', async () => {
  const gateway = await start()
  const text = Buffer.from(JSON.stringify(openai))
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), fc.nat(255), fc.nat(text.length), async (at, byte, length) => {
      const bytes = Buffer.from(text)
      bytes[at] = byte
      const body = length % 3 === 0 ? bytes.subarray(0, length) : bytes
      const response = await gateway.fetch(new Request('http://g/v1/chat/completions', { method: 'POST', body }))
      await response.text()
      expect([200, 400, 403]).toContain(response.status)
    }),
    { numRuns: 1000 },
  )
  expect(bugs).toEqual([])
  await gateway.close()
}, 120_000)
