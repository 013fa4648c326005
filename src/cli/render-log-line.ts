/** A log line for a terminal: time, level where it is not the usual one, message, and the fields that matter. */

const levels: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 40: 'warning', 50: 'error', 60: 'fatal' }

/** `json` is one line of pino's; what is not JSON comes back as it is. */
export function renderLogLine(json: string): string {
  const line = parse(json)
  if (line === undefined) return json
  const { time, level, msg, method, path, status, durationMs, ...rest } = line
  const clock = typeof time === 'string' ? time.slice(11, 19) : ''
  const mark = levels[Number(level)]
  const what = msg === 'request' ? `${method} ${path} ${status} in ${durationMs}ms` : String(msg)
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${fieldText(value)}`)
  return `${[clock, ...(mark === undefined ? [] : [`${mark}:`]), what, ...fields].join(' ')}\n`
}

function fieldText(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@-]+$/.test(value)) return value
  const stack = (value as { stack?: unknown } | null)?.stack
  return typeof stack === 'string' ? stack : JSON.stringify(value)
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(json) as Record<string, unknown>
  } catch {
    return undefined
  }
}
