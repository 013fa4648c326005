import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildProgram, start } from './process.ts'
import { goodPolicy, policyc, project } from './support.ts'

beforeAll(buildProgram, 120_000)

test('eight processes that make a key at the same moment make eight keys', async () => {
  const path = project(goodPolicy)
  const names = Array.from({ length: 8 }, (_, index) => `key-${index}`)
  const running = names.map((name) => start(['keys', 'create', '--config', path, '--name', name, '--json']))
  const ends = await Promise.all(running.map((each) => each.ended))
  expect(ends.map((each) => each.status)).toEqual(names.map(() => 0))
  const made = running.map((each) => (JSON.parse(each.out()) as { id: string }).id)
  const { out } = await policyc(['keys', 'list', '--config', path, '--json'])
  const { keys } = JSON.parse(out) as { keys: readonly { id: string; name: string }[] }
  expect(keys.map((each) => each.name).sort()).toEqual(names)
  expect(keys.map((each) => each.id).sort()).toEqual(made.sort())
  const left = readdirSync(path, { recursive: true }).map(String)
  expect(left.filter((each) => /lock|partial|removing/.test(each)).map((each) => join(path, each))).toEqual([])
}, 60_000)
