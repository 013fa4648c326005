/** `policyc serve`: the gateway on a port, from its start to its graceful stop. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hasErrors } from '../../diagnostics/diagnostic.ts'
import { allElseDone, realEnvironment } from '../../gateway/environment.ts'
import { createGateway, type Gateway } from '../../gateway/gateway.ts'
import { createLogger, type Logger } from '../../gateway/log.ts'
import { nodeServerOptions } from '../../gateway/node.ts'
import { proveAll } from '../../scenario/prove-all.ts'
import { createDemo, demoText } from '../demo.ts'
import { exitStatus, UsageError } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import type { Io } from '../io.ts'
import { renderLogLine } from '../render-log-line.ts'
import { tellDiagnostics } from '../report.ts'

export interface ServeOptions {
  readonly host?: string
  readonly port?: number
  readonly demo: boolean
  /** Refuses a policy that does not validate. */
  readonly strict?: boolean
}

export async function serve(path: string | undefined, options: ServeOptions, io: Io): Promise<number> {
  const found = await findConfig(path)
  if (found.policyFile !== undefined)
    throw new UsageError('`serve` takes a gateway.yaml or a folder that holds one, and not a policy file')
  // People read a terminal and a demo; programs read the rest.
  const isForPeople = io.isTerminal || options.demo
  const logger = createLogger({
    destination: { write: (line) => io.out(isForPeople ? renderLogLine(line) : line) },
  })
  const demo = options.demo ? createDemo() : undefined
  const gateway = await createGateway({
    config: found.path,
    env: io.env,
    logger,
    ...(demo === undefined ? {} : { caller: demo.caller }),
  })
  const { config, diagnostics } = gateway.policy
  tellDiagnostics(diagnostics, io)
  if (options.strict) {
    const proved = await proveAll(gateway.policy, {}, allElseDone)
    tellDiagnostics(proved, io)
    if (hasErrors(proved)) {
      await gateway.close()
      io.err('error: the policy does not validate, and `--strict` serves no such policy\n')
      return exitStatus.failed
    }
  }
  const host = options.host ?? config.listen.host
  const port = options.port ?? config.listen.port
  const server = createServer(nodeServerOptions(config), gateway.node)
  const refusal = await listen(server, host, port)
  if (refusal !== undefined) {
    await gateway.close()
    io.err(`error: ${refusal}\n`)
    return exitStatus.failed
  }
  const url = urlOf(server.address() as AddressInfo)
  io.out(`listening on ${url}\n`)
  if (demo) io.out(demoText(gateway, demo.key, url))
  return untilStopped(server, gateway, logger, io)
}

/** Starts to listen; gives why it could not. */
function listen(server: Server, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(refusalOf(error, host, port)))
    server.listen(port, host, () => resolve(undefined))
  })
}

function refusalOf({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} of ${host} is in use: stop what listens there, or choose another with \`--port\``
    case 'EACCES':
      return `port ${port} may not be opened: ports below 1024 need a privilege, choose another with \`--port\``
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `\`${host}\` is no address of this machine: choose another with \`--host\``
    default:
      return `the gateway cannot listen on ${host}:${port}: ${message}`
  }
}

/** The address to call: a gateway that listens on every interface is called on this machine. */
function urlOf({ address, port, family }: AddressInfo): string {
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}

/** One Ctrl-C comes twice where npm passes on what the terminal has sent to all. */
const sameKeyMs = 300

const signalStatus = { SIGINT: 130, SIGTERM: 143 } as const

/** The first signal lets what is under way end within `bounds.drain`; the second ends the process. */
function untilStopped(server: Server, gateway: Gateway, logger: Logger, io: Io): Promise<number> {
  return new Promise((resolve) => {
    let stoppingSinceMs: number | undefined
    const end = io.onStop((signal) => {
      const nowMs = realEnvironment.now()
      if (stoppingSinceMs !== undefined) {
        if (signal === 'SIGINT' && nowMs - stoppingSinceMs < sameKeyMs) return
        return io.exitNow(signalStatus[signal])
      }
      stoppingSinceMs = nowMs
      const { drainMs } = gateway.policy.config.bounds
      logger.info({ signal, drainMs }, 'stopping; a second signal stops at once')
      server.close()
      server.closeIdleConnections()
      gateway
        .close()
        .catch((error: unknown) => logger.error({ err: error }, 'stopping failed'))
        .then(() => {
          server.closeAllConnections()
          end()
          logger.info({}, 'stopped')
          resolve(exitStatus.ok)
        })
    })
  })
}
