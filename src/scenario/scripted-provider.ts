/**
 * A provider that does what a scenario says. It takes requests in the dialect that the real one speaks, so that what
 * cannot be said to it is found, and answers as the simulator does.
 */
import type { ProviderConfig, ProviderType } from '../config/config.ts'
import { openaiChat } from '../dialects/openai-chat/openai-chat.ts'
import type { HttpType } from '../providers/http-type.ts'
import { httpTypes } from '../providers/http-types.ts'
import type { Provider, ProviderRequest, ProviderResult } from '../providers/provider.ts'
import { createSimulator } from '../providers/simulator.ts'
import type { Behaviour } from './faults.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface ScriptedProviderOptions {
  readonly clock: VirtualClock
  /** What a target (`provider/model`) does with the call that is made of it now. */
  readonly behaviourOf: (target: string) => Behaviour | { readonly kind: 'throttle' }
}

/** Longer than any scenario, so that a circuit which is to be open stays so. */
const throttleSeconds = 86_400

export function createScriptedProvider(config: ProviderConfig, options: ScriptedProviderOptions): Provider {
  const { clock, behaviourOf } = options
  const { now, setTimer } = clock
  const simulator = createSimulator({ ...config, options: {} }, { now, setTimer, countTokens: (text) => text.length })
  const { dialect, encoding } = spokenBy(config)

  const call = (request: ProviderRequest): Promise<ProviderResult> => {
    const behaviour = behaviourOf(`${config.name}/${request.model}`)
    switch (behaviour.kind) {
      case 'connect':
        return Promise.resolve({ ok: false, failure: { kind: 'connect', message: 'the test lets nobody connect' } })
      case 'throttle':
        return Promise.resolve(throttled())
      case 'answer':
      case 'timeout':
      case 'status':
      case 'stall':
      case 'cut':
        return simulator.call({ ...request, model: scriptFor(behaviour) })
    }
  }
  // Requests are the real dialect's, answers the simulator's.
  return {
    ...simulator,
    type: config.type,
    dialect: { ...openaiChat, encodeRequest: dialect.encodeRequest },
    encoding,
    call,
  }
}

/** The model that the simulator plays a behaviour under. */
function scriptFor(behaviour: Exclude<Behaviour, { kind: 'connect' }>): string {
  switch (behaviour.kind) {
    case 'answer':
      return 'any'
    case 'timeout':
      return 'timeout'
    case 'status':
      return `error-${behaviour.status}`
    case 'stall':
    case 'cut':
      return `${behaviour.kind}-after-${behaviour.afterChunks}`
  }
}

function spokenBy(config: ProviderConfig): Pick<Provider, 'dialect' | 'encoding'> {
  const type = (httpTypes as Partial<Record<ProviderType, HttpType>>)[config.type]
  if (!type) return { dialect: openaiChat, encoding: {} }
  return { dialect: type.dialect, encoding: { ...type.encoding, ...type.configured?.(config) } }
}

function throttled(): ProviderResult {
  return {
    ok: true,
    status: 429,
    headers: (name) => (name.toLowerCase() === 'retry-after' ? String(throttleSeconds) : undefined),
    body: (async function* () {})(),
    otherKeyReady: false,
  }
}
