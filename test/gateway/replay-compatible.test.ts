/**
 * What servers of OpenAI's chat API said, through the whole gateway, each as the type of provider that it is. A
 * client of that dialect gets the bytes, and the server got its own: nothing that real clients of these servers send
 * is touched by a quirk. A client of Anthropic's dialect hears the same in its own words.
 */
import { afterAll, expect, test } from 'vitest'
import type { ProviderType } from '../../src/config/config.ts'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import { isObject } from '../../src/dialects/json.ts'
import type { Json, JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { numbersFrom } from '../dialects/cut.ts'
import { eventsOf, hasRecordings, type Recording, readRecordings } from '../dialects/recordings.ts'
import { kindOf, pathOf, readAnswer, sayingOf, sendInPieces, wireOf } from './replaying.ts'
import { startGateway, startUpstream } from './support.ts'

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const numbers = numbersFrom(seed)
const table = new Map<string, Map<string, number>>()
const leftOut = new Map<string, Set<string>>()

function count(provider: string, what: string): void {
  const row = table.get(provider) ?? new Map<string, number>()
  table.set(provider, row.set(what, (row.get(what) ?? 0) + 1))
}

if (!hasRecordings) process.stdout.write('replay: no recordings beside the project, nothing is replayed\n')

afterAll(() => {
  if (!hasRecordings) return
  process.stdout.write(`replay: seed ${seed} (SEED=${seed} cuts at the same places)\n`)
  for (const [provider, row] of [...table].sort())
    process.stdout.write(`replay: ${provider.padEnd(12)} ${[...row].map(([what, n]) => `${what} ${n}`).join(' · ')}\n`)
  for (const [line, ids] of leftOut) process.stdout.write(`replay: left out ${ids.size} × ${line}\n`)
})

/** The recordings by file, and the type of provider that each is here. */
const types: Readonly<Record<string, ProviderType>> = {
  azure: 'azure-openai',
  openrouter: 'openrouter',
  mistral: 'mistral',
  groq: 'groq',
  deepseek: 'deepseek',
  xai: 'xai',
  together: 'together',
  perplexity: 'perplexity',
  ollama: 'ollama',
  vllm: 'openai-compatible',
  cerebras: 'openai-compatible',
  crusoe: 'openai-compatible',
  heroku: 'openai-compatible',
  huggingface: 'openai-compatible',
  snowflake: 'openai-compatible',
  zai: 'openai-compatible',
}

/** What of a recording is asked: a plain question where the recorder kept no request. */
function questionOf({ request, response, endpoint }: Recording): JsonObject {
  if (isObject(request.body)) return { model: modelIn(endpoint), ...request.body }
  const question = { model: 'some-model', messages: [{ role: 'user', content: 'hello' }] }
  return response.format === 'sse' ? { ...question, stream: true } : question
}

/** Azure may name the model in the address only. */
const modelIn = (endpoint: string): string => (endpoint.includes('deployment') ? 'a-deployment' : 'some-model')

function chatsOf(name: string): readonly Recording[] {
  return readRecordings(name).filter(({ operation, endpoint, id }) => {
    const isChat = operation === 'chat' && endpoint.endsWith('/chat/completions')
    if (operation === 'chat' && !isChat) leaveOut(id, `${name}: ${endpoint} is another dialect`)
    return isChat
  })
}

function leaveOut(id: string, line: string): void {
  leftOut.set(line, (leftOut.get(line) ?? new Set()).add(id))
}

async function start(type: ProviderType) {
  const now: { recording: Recording | undefined } = { recording: undefined }
  const upstream = await startUpstream((_, response) => sendInPieces(response, now.recording!, numbers))
  const running = await startGateway({
    config: {
      providers: { it: { type, base_url: `${upstream.url}/v1`, api_key: 'sk-upstream-0001' } },
      callers: { anonymous: true },
    },
    policy: 'allow anyone\nroute main { to it/* on_loss degrade }',
  })
  return { now, upstream, ...running }
}

/** Whether a stream ends in an error. */
function breaksOff({ response }: Recording): boolean {
  return response.format === 'sse' && eventsOf(response.body_text ?? '').some((event) => isObject(event['error']))
}

/** What a client is told of an error: a wrong key is the gateway's own matter, and a slip of the model the provider's. */
function toldStatus({ response: { status, body } }: Recording): number {
  const isSlip = JSON.stringify(body).includes('tool_use_failed')
  return !isSlip && (status === 400 || status === 404 || status === 429) ? status : 502
}

for (const [name, type] of Object.entries(types)) {
  test.skipIf(!hasRecordings)(`${name} as ${type}, for a client of its own dialect: bytes both ways`, async () => {
    const { now, upstream, ...running } = await start(type)
    for (const recording of chatsOf(name)) {
      const { id, response } = recording
      now.recording = recording
      const question = questionOf(recording)
      upstream.received.length = 0
      const answer = await running.post('/v1/chat/completions', question)
      const text = await answer.text()
      expect(upstream.received.length, `${id} ${text.slice(0, 300)}`).toBe(1)
      const { stream_options: _, ...forwarded } = upstream.received.at(-1)!.body as JsonObject
      const { stream_options: __, ...asked } = question
      expect(forwarded, id).toEqual(asked)
      count(name, kindOf(recording))
      if (response.status >= 400) {
        expect(answer.status, id).toBe(toldStatus(recording))
      } else if (breaksOff(recording)) {
        expect(text, id).not.toContain('[DONE]')
        count(name, 'broken off')
      } else {
        expect(answer.status, `${id} ${text.slice(0, 300)}`).toBe(200)
        expect(shown(text), id).toBe(shown(wireOf(recording), question))
      }
    }
  })

  test.skipIf(!hasRecordings)(`${name} as ${type}, for a client of Anthropic's dialect: the same is said`, async () => {
    const { now, upstream, ...running } = await start(type)
    for (const recording of chatsOf(name)) {
      const { id, response } = recording
      const decoded = openaiChat.decodeRequest(questionOf(recording))
      if (!decoded.ok) expect.fail(`${id}: ${decoded.message}`)
      const { model } = decoded.value
      const translated = anthropic.encodeRequest(decoded.value, { model, defaultMaxTokens: 4096 }).body
      now.recording = recording
      upstream.received.length = 0
      const answer = await running.post(pathOf(anthropic), translated)
      const text = await answer.text()
      if (upstream.received.length === 0) {
        leaveOut(id, `${name} for a client of Anthropic's: ${text.slice(0, 160)}`)
        continue
      }
      count(name, 'across')
      if (response.status >= 400) {
        expect(answer.status, id).toBe(toldStatus(recording))
        continue
      }
      const isStream = response.format === 'sse'
      if (breaksOff(recording)) {
        expect(text, id).toContain('error')
        expect(text, id).not.toContain('message_stop')
        continue
      }
      expect(answer.status, `${id} ${text.slice(0, 300)}`).toBe(200)
      const said = sayingOf(readAnswer(openaiChat, wireOf(recording), isStream))
      const heard = sayingOf(readAnswer(anthropic, text, isStream))
      if (said.usage.output === undefined) expect({ ...heard, usage: said.usage }, id).toEqual(said)
      else expect(heard, id).toEqual(said)
      const { usage, status } = running.records.at(-1)!
      expect(status, id).toBe(200)
      expect(usage.provenance, id).toBe(said.usage.output === undefined ? 'estimated' : 'provider')
    }
  })
}

/** The bytes, without the chunk of usage that a client gets only where it asks for it. */
function shown(text: string, question?: JsonObject): string {
  if (question === undefined || asksForUsage(question)) return text
  return text
    .split(/(?<=\n\n)/)
    .filter((event) => !isBareUsage(event))
    .join('')
}

function asksForUsage({ stream, stream_options: options }: JsonObject): boolean {
  return stream !== true || (isObject(options) && options['include_usage'] === true)
}

function isBareUsage(event: string): boolean {
  if (!event.startsWith('data: {')) return false
  const chunk = JSON.parse(event.slice(6)) as { choices?: Json[]; usage?: Json }
  return chunk.choices?.length === 0 && isObject(chunk.usage)
}
