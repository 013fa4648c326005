/** Law: a round trip through the neutral form keeps what both sides can say. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import type { Block, ChatCall, Json } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { commonCall } from './arbitrary.ts'

const OPTIONS = { model: 'model', defaultMaxTokens: 4096 }

function through(dialect: Dialect, call: ChatCall): ChatCall {
  const { body, losses } = dialect.encodeRequest(call, OPTIONS)
  expect(losses).toEqual([])
  const decoded = dialect.decodeRequest(JSON.parse(JSON.stringify(body)) as Json)
  if (!decoded.ok) throw new Error(`${decoded.message} in ${JSON.stringify(body)}`)
  return decoded.value
}

/** The call with neighbouring messages of one role joined, results first, and empty arguments as an object. */
function level(call: ChatCall): Json {
  const turns: { role: string; content: Json[] }[] = []
  for (const { role, content } of call.messages) {
    const last = turns.at(-1)
    const said = content.map(levelBlock)
    if (last?.role === role) last.content.push(...said)
    else turns.push({ role, content: said })
  }
  const { toolChoice, parallelToolCalls, responseFormat } = call
  return {
    system: call.system.map(({ text }) => text),
    turns,
    tools: call.tools.map(({ name, description, parameters }) => ({
      name,
      description: description ?? '',
      parameters: parameters ?? null,
    })),
    // The flag lives inside the choice at Anthropic, so that it brings the default along.
    choice: (toolChoice ?? (parallelToolCalls === false ? { kind: 'auto' } : null)) as Json,
    parallel: parallelToolCalls ?? null,
    maxTokens: call.maxTokens ?? null,
    temperature: call.temperature ?? null,
    topP: call.topP ?? null,
    stop: call.stop,
    format: responseFormat?.kind === 'json_schema' ? responseFormat.schema : null,
    user: call.user ?? null,
    stream: call.stream,
  }
}

function levelBlock(block: Block): Json {
  switch (block.kind) {
    case 'tool_call':
      return {
        kind: block.kind,
        id: block.id,
        name: block.name,
        arguments: JSON.parse(block.arguments || '{}') as Json,
      }
    case 'tool_result':
      return { kind: block.kind, callId: block.callId, content: block.content.map(levelBlock) }
    case 'image':
    case 'document':
      return { kind: block.kind, source: block.source as unknown as Json }
    case 'text':
      return { kind: block.kind, text: block.text }
    default:
      return { kind: block.kind }
  }
}

describe.each([openaiChat, openaiResponses, anthropic])('$name', (dialect) => {
  // Responses know no stop sequences.
  const sayable = dialect === openaiResponses ? commonCall.map((call) => ({ ...call, stop: [] })) : commonCall

  it('a call comes back from its own dialect as it was', () => {
    fc.assert(
      fc.property(sayable, (call) => {
        expect(level(through(dialect, call))).toEqual(level(call))
      }),
    )
  })

  it('what was decoded encodes to the same body again', () => {
    fc.assert(
      fc.property(sayable, (call) => {
        const { body } = dialect.encodeRequest(call, OPTIONS)
        expect(dialect.encodeRequest(through(dialect, call), OPTIONS).body).toEqual(body)
      }),
    )
  })

  it('a call comes back through the other dialect as it was', () => {
    const other = dialect === openaiChat ? anthropic : openaiChat
    fc.assert(
      fc.property(sayable, (call) => {
        expect(level(through(dialect, through(other, through(dialect, call))))).toEqual(level(call))
      }),
    )
  })

  it('encoding is the same every time, byte for byte', () => {
    fc.assert(
      fc.property(sayable, (call) => {
        const again = structuredClone(call)
        expect(JSON.stringify(dialect.encodeRequest(again, OPTIONS).body)).toBe(
          JSON.stringify(dialect.encodeRequest(call, OPTIONS).body),
        )
      }),
    )
  })
})
