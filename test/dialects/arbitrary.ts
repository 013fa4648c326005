/** Generators of calls, answers and the events that stream them; mostly what both dialects can say. */
import * as fc from 'fast-check'
import { compact } from '../../src/dialects/json.ts'
import type {
  Answer,
  Block,
  ChatCall,
  Choice,
  DialectName,
  Json,
  JsonObject,
  Message,
  StreamEvent,
  Usage,
} from '../../src/dialects/neutral.ts'

/** Text with what tends to break: line ends, quotes, emoji beyond the basic plane, other scripts, blanks. */
export const text: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      'a',
      'word ',
      '\n',
      '\r\n',
      '"',
      '\\',
      '{',
      '😀',
      'é',
      '漢',
      'data: ',
      ': ',
      '\u2028',
      ' ',
      '[DONE]',
      '\u0000',
      'x',
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((pieces) => pieces.join(''))
  .filter((value) => value.trim() !== '')

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,11}$/)
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,16}$/)
const jsonObject: fc.Arbitrary<JsonObject> = fc
  .dictionary(
    fc.stringMatching(/^[a-z]{1,6}$/),
    fc.oneof(fc.integer(), fc.boolean(), text, fc.array(fc.integer(), { maxLength: 3 })),
    { minKeys: 1, maxKeys: 4 },
  )
  .map((value) => value as JsonObject)
const argumentsText = fc.oneof(
  { weight: 4, arbitrary: jsonObject.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.constant('') },
)

const image: fc.Arbitrary<Block> = fc.oneof(
  fc
    .constantFrom('image/png', 'image/jpeg', 'image/webp')
    .map((mediaType): Block => ({ kind: 'image', source: { kind: 'base64', mediaType, data: 'iVBORw0KGgo=' } })),
  fc.webUrl().map((url): Block => ({ kind: 'image', source: { kind: 'url', url } })),
)
const document: fc.Arbitrary<Block> = name.map((title) => ({
  kind: 'document',
  source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0xLjQ=' },
  title,
}))
const textBlock: fc.Arbitrary<Block> = text.map((value) => ({ kind: 'text', text: value }))

interface Exchange {
  readonly user: readonly Block[]
  readonly said: string | undefined
  readonly calls: readonly {
    readonly name: string
    readonly arguments: string
    readonly result: string
    readonly isError: boolean
  }[]
  readonly after: readonly Block[]
}

const exchange: fc.Arbitrary<Exchange> = fc.record({
  user: fc.array(
    fc.oneof({ weight: 4, arbitrary: textBlock }, { weight: 1, arbitrary: image }, { weight: 1, arbitrary: document }),
    { minLength: 1, maxLength: 3 },
  ),
  said: fc.option(text, { nil: undefined }),
  calls: fc.array(fc.record({ name, arguments: argumentsText, result: text, isError: fc.constant(false) }), {
    maxLength: 3,
  }),
  after: fc.array(textBlock, { maxLength: 2 }),
})

/** Conversations in the order that both sides insist on: every call is answered in the next message. */
function messagesOf(exchanges: readonly Exchange[]): readonly Message[] {
  let ordinal = 0
  return exchanges.flatMap(({ user, said, calls, after }, i): readonly Message[] => {
    const numbered = calls.map((call) => ({ ...call, id: `call_${ordinal++}` }))
    const turn: readonly Block[] = [
      ...(said === undefined ? [] : [{ kind: 'text' as const, text: said.trim() }]),
      ...numbered.map(
        (call): Block => ({ kind: 'tool_call', id: call.id, name: call.name, arguments: call.arguments }),
      ),
    ]
    const results = numbered.map(
      (call): Block => ({ kind: 'tool_result', callId: call.id, content: [{ kind: 'text', text: call.result }] }),
    )
    const asked: readonly Message[] = [{ role: 'user', content: user }]
    const isLast = i === exchanges.length - 1
    if (turn.length === 0) return asked
    if (results.length === 0) return isLast ? asked : [...asked, { role: 'assistant', content: turn }]
    return [
      ...asked,
      { role: 'assistant', content: turn },
      { role: 'user', content: results },
      ...(after.length === 0 || !isLast ? [] : [{ role: 'user' as const, content: after }]),
    ]
  })
}

/** A call that both dialects can say whole. */
export const commonCall: fc.Arbitrary<ChatCall> = fc
  .record({
    system: fc.array(text, { maxLength: 2 }),
    exchanges: fc.array(exchange, { minLength: 1, maxLength: 3 }),
    tools: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
    schema: jsonObject,
    description: fc.option(text, { nil: undefined }),
    choice: fc.constantFrom(undefined, 'auto', 'none', 'required', 'tool'),
    parallel: fc.constantFrom(undefined, false),
    maxTokens: fc.integer({ min: 1, max: 100_000 }),
    temperature: fc.option(fc.constantFrom(0, 0.5, 1), { nil: undefined }),
    topP: fc.option(fc.constantFrom(0.1, 0.9), { nil: undefined }),
    stop: fc.array(text, { maxLength: 4 }),
    format: fc.option(jsonObject, { nil: undefined }),
    user: fc.option(id, { nil: undefined }),
    stream: fc.boolean(),
  })
  .map(
    (given): ChatCall =>
      compact({
        model: 'model',
        system: given.system.map((value) => ({ kind: 'text' as const, text: value })),
        messages: messagesOf(given.exchanges),
        tools: given.tools.map((tool) =>
          compact({
            kind: 'function' as const,
            name: tool,
            description: given.description,
            parameters: { type: 'object', properties: given.schema },
          }),
        ),
        toolChoice:
          given.choice === undefined
            ? undefined
            : given.choice === 'tool'
              ? { kind: 'tool' as const, name: given.tools[0]! }
              : { kind: given.choice as 'auto' | 'none' | 'required' },
        parallelToolCalls: given.choice === 'none' ? undefined : given.parallel,
        maxTokens: given.maxTokens,
        temperature: given.temperature,
        topP: given.topP,
        stop: given.stop,
        responseFormat:
          given.format === undefined
            ? undefined
            : { kind: 'json_schema' as const, name: 'answer', schema: given.format, strict: true },
        user: given.user,
        stream: given.stream,
        includeUsage: true,
      }),
  )

export const usage: fc.Arbitrary<Usage> = fc
  .record({ fresh: fc.nat(1000), cachedInput: fc.nat(1000), output: fc.nat(1000) })
  .map(({ fresh, cachedInput, output }) => ({ input: fresh + cachedInput, output, cachedInput }))

const reasoningBlock: fc.Arbitrary<Block> = fc
  .record({ text, signature: fc.option(id, { nil: undefined }) })
  .map(({ text: value, signature }) =>
    compact({
      kind: 'reasoning' as const,
      text: value,
      signature: signature === undefined ? undefined : { dialect: 'anthropic' as const, value: signature },
    }),
  )

/** Answers in an order that both dialects keep: reasoning, text, calls. */
export const answer: fc.Arbitrary<Answer> = fc
  .record({
    reasoning: fc.option(reasoningBlock, { nil: undefined }),
    said: fc.option(text, { nil: undefined }),
    calls: fc.array(fc.record({ id, name, arguments: argumentsText }), { maxLength: 3 }),
    isCut: fc.boolean(),
    usage,
  })
  .map(({ reasoning, said, calls, isCut, usage: used }): Answer => {
    const content: Block[] = reasoning === undefined ? [] : [reasoning]
    if (said !== undefined) content.push({ kind: 'text', text: said })
    for (const [i, call] of calls.entries()) content.push({ kind: 'tool_call', ...call, id: `${call.id}${i}` })
    const choice: Choice = {
      index: 0,
      content,
      stop: { reason: isCut ? 'length' : calls.length > 0 ? 'tool_calls' : 'end' },
    }
    return { id: 'answer-1', model: 'model', created: 7, choices: [choice], usage: used }
  })

/** The events that stream an answer, its texts cut into the given number of pieces; calls can be interleaved. */
export function eventsOfAnswer(whole: Answer, pieces: number, isInterleaved: boolean): readonly StreamEvent[] {
  const events: StreamEvent[] = [
    compact({ kind: 'start' as const, id: whole.id, model: whole.model, created: whole.created }),
  ]
  for (const choice of whole.choices) {
    const late: StreamEvent[][] = []
    for (const [block, of] of choice.content.entries()) {
      const own = blockEvents(of, choice.index, block, pieces)
      if (isInterleaved && of.kind === 'tool_call') late.push([...own])
      else events.push(...own)
    }
    while (late.some((list) => list.length > 0)) for (const list of late) events.push(...list.splice(0, 1))
    events.push({ kind: 'finish', choice: choice.index, stop: choice.stop })
  }
  if (whole.usage !== undefined) events.push({ kind: 'usage', usage: whole.usage })
  return [...events, { kind: 'end' }]
}

function blockEvents(of: Block, choice: number, block: number, pieces: number): readonly StreamEvent[] {
  const at = { choice, block }
  switch (of.kind) {
    case 'text':
      return wrap(
        at,
        { kind: 'text' },
        cut(of.text, pieces).map((piece) => ({ kind: 'text', ...at, text: piece })),
      )
    case 'reasoning': {
      const said = cut(of.text, pieces).map((piece): StreamEvent => ({ kind: 'reasoning', ...at, text: piece }))
      const signed: readonly StreamEvent[] =
        of.signature === undefined ? [] : [{ kind: 'signature', ...at, ...of.signature }]
      return wrap(at, { kind: 'reasoning' }, [...said, ...signed])
    }
    case 'tool_call':
      return wrap(
        at,
        { kind: 'tool_call', id: of.id, name: of.name },
        cut(of.arguments, pieces).map((piece) => ({ kind: 'arguments', ...at, text: piece })),
      )
    default:
      throw new Error(`no stream is made of ${of.kind}`)
  }
}

function wrap(
  at: { choice: number; block: number },
  of: Extract<StreamEvent, { kind: 'block_start' }>['of'],
  inside: readonly StreamEvent[],
): readonly StreamEvent[] {
  return [{ kind: 'block_start', ...at, of }, ...inside, { kind: 'block_stop', ...at }]
}

/** Whole characters, some in each piece. */
function cut(value: string, pieces: number): readonly string[] {
  const characters = Array.from(value)
  const size = Math.max(1, Math.ceil(characters.length / pieces))
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, i) =>
    characters.slice(i * size, (i + 1) * size).join(''),
  )
}

/** A JSON value with one place in it replaced: what a faulty or hostile peer sends. */
export function mutated(value: Json): fc.Arbitrary<Json> {
  return fc
    .tuple(
      fc.nat(),
      fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(null, '', -1, Number.MAX_VALUE, [], {}, [null], [[]], true),
      ),
    )
    .map(([at, other]) => {
      let place = at % Math.max(1, sizeOf(value))
      const replace = (node: Json): Json => {
        if (place-- === 0) return other as Json
        if (Array.isArray(node)) return node.map(replace)
        if (typeof node === 'object' && node !== null)
          return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, replace(item)]))
        return node
      }
      return replace(value)
    })
}

function sizeOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, item) => sum + sizeOf(item as Json), 1)
}

/** The answer as both dialects can tell it. */
export function plainAnswer(whole: Answer, dialect: DialectName): Json {
  const { content, stop } = whole.choices[0]!
  return {
    content: content.flatMap((block): readonly Json[] => {
      switch (block.kind) {
        case 'text':
          return [{ text: block.text }]
        case 'reasoning':
          // OpenAI's dialect has no signatures.
          return [{ reasoning: block.text, signature: dialect === 'anthropic' ? (block.signature?.value ?? '') : '' }]
        case 'tool_call':
          return [{ call: block.name, id: block.id, arguments: JSON.parse(block.arguments || '{}') as Json }]
        default:
          return []
      }
    }),
    stop: stop.reason,
    usage: { input: whole.usage?.input ?? 0, output: whole.usage?.output ?? 0, cached: whole.usage?.cachedInput ?? 0 },
  }
}
