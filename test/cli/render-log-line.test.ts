import { expect, test } from 'vitest'
import { renderLogLine } from '../../src/cli/render-log-line.ts'
import { createLogger } from '../../src/gateway/log.ts'

/** What a terminal shows of one line that the gateway logs. */
function shown(log: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = ''
  log(
    createLogger({
      destination: {
        write: (line) => {
          text += renderLogLine(line)
        },
      },
    }),
  )
  return text
}

test('a request', () => {
  const line = shown((logger) =>
    logger.info({ requestId: 'r1', method: 'POST', path: '/v1/messages', status: 200, durationMs: 12 }, 'request'),
  )
  expect(line).toMatch(/^\d\d:\d\d:\d\d POST \/v1\/messages 200 in 12ms requestId=r1\n$/)
})

test('a warning, a text with spaces, an error with its stack', () => {
  expect(shown((logger) => logger.warn({ attribute: 'a b' }, 'no value'))).toMatch(
    / warning: no value attribute="a b"\n$/,
  )
  expect(shown((logger) => logger.error({ err: new Error('boom') }, 'failed'))).toMatch(
    / error: failed err=Error: boom\n {4}at /,
  )
})

test('what is no JSON stays as it is', () => {
  expect(renderLogLine('plain\n')).toBe('plain\n')
})
