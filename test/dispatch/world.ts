/** What the tests of dispatch share: a virtual clock, providers that play a script, and the values around a call. */
import type { Catalogue, CatalogueEntry } from '../../src/config/catalogue.ts'
import type { ProviderConfig } from '../../src/config/config.ts'
import { Secret } from '../../src/config/secret.ts'
import type { ChatCall, JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { createDispatcher, type Dispatcher, type DispatcherOptions } from '../../src/dispatch/dispatch.ts'
import type { DispatchRequest, Frame, Outcome } from '../../src/dispatch/outcome.ts'
import { allElseDone } from '../../src/gateway/environment.ts'
import type { Route, Step } from '../../src/graph/decision.ts'
import { pause } from '../../src/providers/pause.ts'
import type { Provider, ProviderRequest, ProviderResult, SetTimer } from '../../src/providers/provider.ts'
import { createVirtualClock, type VirtualClock } from '../../src/scenario/virtual-clock.ts'

export type { VirtualClock }

export const virtualClock = (startMs?: number): VirtualClock =>
  createVirtualClock({ allElseDone, turns: 3, ...(startMs === undefined ? {} : { startMs }) })

export const realTimer: SetTimer = (ms, run) => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

/** A step of what a scripted target plays: bytes, a wait, or a break; or its answer's head. */
export type Play =
  | { readonly fail: 'connect' | 'cut' | 'malformed' }
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly afterMs?: number
      readonly body: readonly (string | { readonly waitMs: number } | 'BREAK')[]
      readonly otherKeyReady?: boolean
    }

export interface ScriptedProvider extends Provider {
  readonly calls: ProviderRequest[]
}

/** A provider of the OpenAI form that plays: `script` is asked for each call. */
export function scriptedProvider(
  name: string,
  setTimer: SetTimer,
  script: (request: ProviderRequest, index: number) => Play,
): ScriptedProvider {
  const calls: ProviderRequest[] = []
  return {
    name,
    type: 'openai-compatible',
    dialect: openaiChat,
    encoding: {},
    calls,
    async call(request): Promise<ProviderResult> {
      const play = script(request, calls.length)
      calls.push(request)
      if ('fail' in play) return { ok: false, failure: { kind: play.fail, message: `scripted ${play.fail}` } }
      if (play.afterMs !== undefined) {
        const isGone = await pause(play.afterMs, request.signal, setTimer).then(
          () => false,
          () => true,
        )
        if (isGone) return { ok: false, failure: { kind: 'aborted' } }
      }
      async function* body() {
        for (const part of play && 'body' in play ? play.body : []) {
          if (part === 'BREAK') throw new Error('scripted break')
          if (typeof part === 'string') yield new TextEncoder().encode(part)
          else await pause(part.waitMs, request.signal, setTimer)
        }
      }
      return {
        ok: true,
        status: play.status ?? 200,
        headers: (header) =>
          play.headers?.[header.toLowerCase()] ??
          (header.toLowerCase() === 'content-type' && request.stream ? 'text/event-stream' : undefined),
        body: body(),
        otherKeyReady: play.otherKeyReady ?? false,
      }
    },
    redact: (text) => text,
    close: async () => {},
  }
}

export function catalogueOf(
  entries: readonly (Partial<CatalogueEntry> & { readonly id: string })[],
  open: readonly string[] = [],
): Catalogue {
  const full = entries.map((entry): CatalogueEntry => {
    const [provider = '', ...rest] = entry.id.split('/')
    return { provider, model: rest.join('/'), tags: [], ...entry }
  })
  return {
    entries: full,
    byId: new Map(full.map((entry) => [entry.id, entry])),
    byModel: new Map(full.map((entry) => [entry.model, entry])),
    open: new Set(open),
  }
}

export function providerConfig(config: Partial<ProviderConfig> & Pick<ProviderConfig, 'type'>): ProviderConfig {
  return { name: config.type, apiKeys: [], private: false, headers: {}, options: {}, ...config }
}

export const keys = (...values: readonly string[]) => values.map((value) => new Secret(value))

export function callOf(body: JsonObject = {}): ChatCall {
  const decoded = openaiChat.decodeRequest({ model: 'any', messages: [{ role: 'user', content: 'hi' }], ...body })
  if (!decoded.ok) throw new Error(decoded.message)
  return decoded.value
}

export function routeOf(steps: readonly (string | Step)[], rest: Partial<Route> = {}): Route {
  return {
    rule: 'main',
    steps: steps.map((step) => (typeof step === 'string' ? { kind: 'target', target: step } : step)),
    timeouts: {},
    ...rest,
  }
}

export function requestOf(route: Route, rest: Partial<DispatchRequest> = {}): DispatchRequest {
  return { call: callOf(), headers: {}, route, estimatedInputTokens: 10, signal: new AbortController().signal, ...rest }
}

export interface World {
  readonly clock: VirtualClock
  readonly dispatcher: Dispatcher
  readonly provider: (name: string) => ScriptedProvider
  readonly run: (request: DispatchRequest) => Promise<Outcome>
}

/** A dispatcher over scripted providers, on a virtual clock. */
export function worldOf(
  scripts: Readonly<Record<string, (request: ProviderRequest, index: number) => Play>>,
  options: Partial<Omit<DispatcherOptions, 'providers'>> & { readonly clock?: VirtualClock } = {},
): World {
  const clock = options.clock ?? virtualClock()
  const providers = new Map(
    Object.entries(scripts).map(([name, script]) => [name, scriptedProvider(name, clock.setTimer, script)]),
  )
  const dispatcher = createDispatcher({
    providers,
    catalogue: catalogueOf([], Object.keys(scripts)),
    random: () => 0.5,
    ...options,
    now: clock.now,
    setTimer: clock.setTimer,
  })
  return {
    clock,
    dispatcher,
    provider: (name) => providers.get(name)!,
    run: (request) => clock.drive(dispatcher.run(request)),
  }
}

export async function collect(frames: AsyncIterable<Frame>): Promise<Frame[]> {
  const all: Frame[] = []
  for await (const frame of frames) all.push(frame)
  return all
}

export const textOf = (frames: readonly Frame[]): string =>
  frames.flatMap((frame) => frame.events.map((event) => (event.kind === 'text' ? event.text : ''))).join('')

export const bytesOf = (frames: readonly Frame[]): Buffer =>
  Buffer.concat(frames.map((frame) => frame.bytes ?? new Uint8Array(0)))

export const lastEvent = (frames: readonly Frame[]) => frames.at(-1)?.events.at(-1)

/** What was tried, in one line each: `a/x failed 429`. */
export function attemptsOf(outcome: Outcome): string[] {
  return outcome.attempts.map(({ target, result, error }) => {
    const why = !error
      ? ''
      : error.kind === 'upstream'
        ? ` ${error.error.status}`
        : error.kind === 'timeout'
          ? ` ${error.clock}`
          : error.kind === 'unfit'
            ? ` ${error.field}`
            : ` ${error.kind}`
    return `${target} ${result}${why}`
  })
}
