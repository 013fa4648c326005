/** FACTS of the command line: a JSON file or standard input, checked, with what the gateway would fill in. */
import { readFile } from 'node:fs/promises'
import type { Facts, Policy } from '../compile/load.ts'
import { realEnvironment } from '../gateway/environment.ts'
import { timeFactsIn } from '../gateway/time-facts.ts'
import { checkFacts } from './check-facts.ts'
import { UsageError } from './exit-status.ts'
import type { Io } from './io.ts'
import { knownAttributes } from './known-attributes.ts'
import { unreadable } from './unreadable.ts'

/** The facts at `path` (`-` is standard input). */
export async function readFacts(path: string, policy: Policy, io: Io): Promise<Facts> {
  const name = path === '-' ? 'standard input' : `\`${path}\``
  const value = parseFacts(await readBytes(path, io), name)
  const problems = checkFacts(value, knownAttributes(policy.config, policy.checked))
  if (problems.length > 0) {
    const lines = problems.map((each) => `${each.message}${each.help === undefined ? '' : ` (${each.help})`}`)
    throw new UsageError(lines.length === 1 ? `${name}: ${lines[0]}` : `${name}:\n  ${lines.join('\n  ')}`)
  }
  return fillIn(value as Facts, policy)
}

async function readBytes(path: string, io: Io): Promise<Uint8Array> {
  if (path === '-') return io.readInput()
  try {
    return await readFile(path)
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException)
  }
}

function parseFacts(bytes: Uint8Array, name: string): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${name} is not UTF-8 text`)
  }
  if (text.trim() === '')
    throw new UsageError(`${name} is empty`, 'give an object such as {"request": {"model": "gpt-5"}}')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${name} is not JSON: ${(error as Error).message}`)
  }
}

/** `time.*` of now and `gateway.*` of the configuration, where they were left out. */
function fillIn(facts: Facts, { config }: Policy): Facts {
  const { region, env, timeZone } = config.gateway
  const given = (name: string) => (facts[name] ?? {}) as Record<string, unknown>
  return {
    ...facts,
    time: { ...timeFactsIn(timeZone)(realEnvironment.now()), ...given('time') },
    gateway: {
      ...(region === undefined ? {} : { region }),
      ...(env === undefined ? {} : { env }),
      ...given('gateway'),
    },
  }
}
