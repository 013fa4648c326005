/** The workflows in examples/ci are YAML, and run commands that there are, as they are. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { root } from '../cli/process.ts'
import { folder, policyc } from '../cli/support.ts'

const files = ['github-actions.yml', 'gitlab-ci.yml']

/** Every string of the value. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

describe.each(files)('examples/ci/%s', (name) => {
  const workflow: unknown = parse(readFileSync(join(root, 'examples/ci', name), 'utf8'))
  const commands = stringsIn(workflow).filter((each) => each.startsWith('policyc '))

  test('runs what it says, and passes', async () => {
    expect(commands.length).toBeGreaterThanOrEqual(4)
    const out = folder()
    for (const command of commands) {
      // What is compared with depends on the clone: there the command alone is looked at.
      const isOfGit = command.includes('$GITHUB_BASE_REF')
      const line = command.replace(/ >>? \S+$| \|\| true$/, '').replace('"$GATEWAY"', join(root, 'policies/startup'))
      const args = line.split(' ').slice(1)
      const output = args.indexOf('-o')
      if (output >= 0) args[output + 1] = join(out, args[output + 1]!)
      const { status, out: said, err } = await policyc(isOfGit ? [args[0]!, '--help'] : args, { env: {} })
      expect({ command, status, err }).toMatchObject({ command, status: 0 })
      if (isOfGit) for (const flag of args.filter((each) => each.startsWith('--'))) expect(said).toContain(flag)
    }
  })
})
