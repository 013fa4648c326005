/**
 * Makes a gateway of its parts: loads the policy, refuses what could not be carried out, opens what is live.
 * How a request goes through is in `handle.ts`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Policy } from '../compile/load.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { hasErrors, PolicyError } from '../diagnostics/diagnostic.ts'
import { createDispatcher } from '../dispatch/dispatch.ts'
import type { Guard } from '../graph/decision.ts'
import { createGuards } from '../guards/guards.ts'
import { createBadCredentials } from '../identity/bad-credentials.ts'
import { openKeyStore } from '../identity/key-store.ts'
import { loadPolicy } from '../prove/load-policy.ts'
import type { State } from '../state/state.ts'
import { Admission } from './admission.ts'
import type { HostAttributes } from './attributes.ts'
import { findUnenforced } from './enforced.ts'
import type { Environment } from './environment.ts'
import { realEnvironment } from './environment.ts'
import { createExpectedOutput } from './expected-output.ts'
import { handleFetch } from './fetch.ts'
import type { HostCaller } from './host-caller.ts'
import type { Logger } from './log.ts'
import { silentLogger } from './log.ts'
import { createMeters } from './meters.ts'
import { handleNode } from './node.ts'
import { openCaching } from './open-caching.ts'
import { openProviders } from './open-providers.ts'
import { openState } from './open-state.ts'
import { openTokens } from './open-tokens.ts'
import { createPoster } from './post-json.ts'
import { modelNamesOf } from './reachable.ts'
import type { Runtime } from './runtime.ts'
import { timeFactsIn } from './time-facts.ts'
import type { UsageRecord } from './usage-record.ts'

/** What a gateway is made of: its configuration, and what the host program lends it. */
export interface GatewayOptions {
  /** Path of a `gateway.yaml` or of a folder that holds one; or the configuration itself. */
  readonly config: string | object
  /** The text of the policy, where the configuration names no file. */
  readonly policy?: string
  /** What `${NAME}` in the configuration reads; the process's own environment where it is left out. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The host program's own authentication; asked before credentials are looked at. */
  readonly caller?: HostCaller
  /** Values of attributes that are declared `from: host`. */
  readonly attributes?: HostAttributes
  /** What limits and budgets count in, in place of what the configuration says; it is not closed with the gateway. */
  readonly state?: State
  /** Where log lines go: pino and Fastify's logger fit. Nowhere where it is left out. */
  readonly logger?: Logger
}

/** The events that a gateway tells of, each with what its listeners are called with. */
export interface GatewayEvents {
  /** One for each model call that is over, however it ended. */
  usage: (record: UsageRecord) => void
}

/** A running gateway: one core behind a Web face, `fetch`, and a Node face, `node`. */
export interface Gateway {
  /** Answers a Web request: Hono, Next.js, Bun, Deno, workers. */
  readonly fetch: (request: Request) => Promise<Response>
  /** A listener for node:http; in Express and Connect `next` gets the paths that are not the gateway's. */
  readonly node: (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void
  /** Calls `listener` from now on; the answer ends that. */
  readonly on: <E extends keyof GatewayEvents>(event: E, listener: GatewayEvents[E]) => () => void
  /**
   * Stops: new requests get a 503 at once, those under way have `bounds.drain` to end, then they are broken off
   * and connections to providers are closed.
   */
  readonly close: () => Promise<void>
  readonly policy: Policy
}

/** A running gateway. Throws a PolicyError where the policy cannot be used, or asks for what is not enforced. */
export function createGateway(options: GatewayOptions): Promise<Gateway> {
  return openGateway(options, realEnvironment)
}

/** As `createGateway`, in a world of its own: tests give it a clock and chance of theirs. */
export async function openGateway(options: GatewayOptions, environment: Environment): Promise<Gateway> {
  const source =
    typeof options.config === 'string' && options.policy === undefined
      ? options.config
      : { config: options.config, ...(options.policy === undefined ? {} : { policy: options.policy }) }
  const policy = await loadPolicy(source, options.env === undefined ? {} : { env: options.env })
  const unenforced = findUnenforced(policy.checked, policy.config)
  if (hasErrors(unenforced)) throw new PolicyError(unenforced)

  const logger = options.logger ?? silentLogger
  const { callers } = policy.config
  const keys = callers.keys
    ? await openKeyStore({
        path: callers.keysFile,
        pepper: callers.keysPepper,
        now: environment.now,
        onProblem: (diagnostics) => tellProblems(diagnostics, logger),
      })
    : undefined
  for (const path of hostAttributesWithoutValue(policy, options.attributes ?? {})) {
    logger.warn(
      { attribute: path },
      'the policy reads a host attribute that nothing gives a value: it is missing in every request',
    )
  }
  const providers = openProviders(policy.config, environment)
  const listeners = new Set<GatewayEvents['usage']>()
  const runtime: Runtime = {
    policy,
    modelNames: modelNamesOf(policy),
    dispatcher: createDispatcher({
      providers,
      catalogue: policy.config.catalogue,
      now: environment.now,
      random: environment.random,
      setTimer: environment.setTimer,
    }),
    admission: new Admission(policy.config.bounds.concurrentRequests, environment.setTimer),
    state: options.state ? lent(options.state) : await openState(policy.config, environment, logger),
    meters: createMeters(policy),
    expectedOutput: createExpectedOutput(),
    guards: createGuards(policy.config, guardRulesOf(policy), {
      poster: createPoster(environment),
      now: environment.now,
    }),
    caching: openCaching(policy, environment),
    keys,
    tokens: openTokens(callers, environment, logger),
    badCredentials: createBadCredentials(environment.now),
    hostCaller: options.caller,
    hostAttributes: options.attributes ?? {},
    environment,
    timeFacts: timeFactsIn(policy.config.gateway.timeZone),
    logger,
    report: (record) => tellListeners(listeners, record, logger),
  }
  return assembleGateway(runtime, listeners)
}

/** What the host program lends is its own to close. */
function lent(state: State): State {
  return { limits: state.limits, budgets: state.budgets, close: async () => {} }
}

function guardRulesOf({ checked }: Policy): readonly Guard[] {
  return checked.rules.flatMap((each) => (each.kind === 'guard' ? [each.value] : []))
}

/** The public face of a runtime. */
export function assembleGateway(runtime: Runtime, listeners: Set<GatewayEvents['usage']>): Gateway {
  const { policy, admission, dispatcher, guards, state, tokens, logger } = runtime
  let closing: Promise<void> | undefined
  return {
    policy,
    fetch: (request) => handleFetch(request, runtime),
    node: (request, response, next) => {
      handleNode(request, response, next, runtime).catch((error: unknown) => {
        logger.error({ err: error }, 'writing an answer failed')
        response.destroy()
      })
    },
    on: (_event, listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () =>
      (closing ??= admission
        .close(policy.config.bounds.drainMs)
        .then(() => Promise.all([dispatcher.close(), guards.close(), tokens?.close()]))
        .then(() => state.close())),
  }
}

/** A listener of the host program that throws must not cost a client its answer. */
export function tellListeners(
  listeners: ReadonlySet<GatewayEvents['usage']>,
  record: UsageRecord,
  logger: Logger,
): void {
  for (const listener of listeners) {
    try {
      listener(record)
    } catch (error) {
      logger.error({ requestId: record.requestId, err: error }, 'a listener of usage records failed')
    }
  }
}

function tellProblems(diagnostics: readonly Diagnostic[], logger: Logger): void {
  for (const { code, message, span } of diagnostics) {
    logger.error({ code, file: span.source.path }, `the file of virtual keys is not taken over: ${message}`)
  }
}

function hostAttributesWithoutValue(policy: Policy, given: HostAttributes): readonly string[] {
  return policy.config.attributes
    .filter(
      (each) =>
        each.from.kind === 'host' &&
        each.default === undefined &&
        !Object.hasOwn(given, each.path) &&
        policy.reads(each.path),
    )
    .map((each) => each.path)
}
