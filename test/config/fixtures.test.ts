/** Every diagnostic of a configuration as text: the file above the line, what is said of it below. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { sayAll } from './say.ts'
import { scratchFolder } from './scratch.ts'

const folder = join(import.meta.dirname, 'fixtures')
const line = '────\n'
const env = {
  OPENAI_API_KEY: 'sk-planted-in-environment',
  PORT_TEXT: 'planted-port',
  PORT_NUMBER: '8080',
  EMPTY: '',
}

const files = {
  'main.policy': 'allow all\n',
  'secret.txt': 'planted-in-file\n',
  'empty.txt': '\n',
  'big.txt': 'x'.repeat(65 * 1024),
  'binary.bin': 'a\0b',
  'teams.csv': 'team,seats\na,1\n',
}

for (const name of readdirSync(folder).filter((each) => each.endsWith('.txt'))) {
  test(`fixture ${name}`, async () => {
    const path = join(folder, name)
    const [text = '', expected = ''] = readFileSync(path, 'utf8').split(line)
    const directory = scratchFolder({ ...files, 'gateway.yaml': text })
    const result = await loadConfig(directory, { env })
    const said = sayAll(result.diagnostics, directory)
    if (process.env['UPDATE_FIXTURES']) writeFileSync(path, `${text}${line}${said}`)
    else expect(said).toBe(expected)
    expect(result.config === undefined).toBe(result.diagnostics.length > 0)
    const shown = [
      said,
      JSON.stringify(result),
      inspect(result.diagnostics, { depth: 9 }),
      ...result.sources.map((each) => each.text),
    ]
    if (name !== 'secrets-masked.txt') expect(shown.join('\n')).not.toContain('planted')
    else expect([said, ...result.sources.map((each) => each.text)].join('\n')).not.toContain('planted')
    for (const source of result.sources) {
      if (source.path.endsWith('gateway.yaml')) expect(source.text.length).toBe(text.length)
    }
  })
}
