/**
 * The gateway's logger: pino's shape, so that a host program may hand in its own. Lines hold ids, names, counts
 * and times; never a body, a header's value or a credential.
 */
import { pino } from 'pino'

/** What the gateway needs of a logger; pino's and Fastify's fit. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Says nothing: what an embedded gateway starts with. */
export const silentLogger: Logger = { info() {}, warn() {}, error() {} }

/** A pino logger that writes JSON lines to `destination` (standard output where it is left out). */
export function createLogger(
  options: { readonly level?: string; readonly destination?: { write(line: string): void } } = {},
): Logger {
  const settings = { level: options.level ?? 'info', base: null, timestamp: pino.stdTimeFunctions.isoTime }
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination)
}
