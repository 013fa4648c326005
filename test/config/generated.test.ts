/** What is generated agrees with what it is generated from. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { capabilities } from '../../src/config/catalogue.ts'
import { attributeTypes, providerTypes } from '../../src/config/config.ts'
import { shapes } from '../../src/config/generated/validate.js'

const root = join(import.meta.dirname, '../..')

test('validators and catalogue are up to date', () => {
  const run = spawnSync(process.execPath, ['scripts/generate.mjs', '--check'], { cwd: root, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  expect(run.status).toBe(0)
})

test('the validators stand alone', () => {
  const code = readFileSync(join(root, 'src/config/generated/validate.js'), 'utf8')
  expect(code).not.toMatch(/\brequire\(|\bimport\b/)
})

test('the schema lists what the types list', () => {
  const { root: top, defs } = shapes.gateway
  expect(Object.keys(defs['provider']?.types ?? {}).toSorted()).toEqual(providerTypes.toSorted())
  expect(defs['attributeType']?.values).toEqual(attributeTypes)
  expect(defs['model']?.keys?.['capabilities']?.items?.values).toEqual(capabilities)
  expect(defs['model']).toEqual(shapes.lock.defs['model'])
  expect(top.keys).toHaveProperty('providers')
})

test('no mapping of the schemas is open but the free ones', () => {
  for (const name of ['gateway', 'models.lock']) {
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return
      const schema = node as Record<string, unknown>
      if (schema['properties'] && schema['type'] && !schema['oneOf'])
        expect(schema, path).toHaveProperty('additionalProperties', false)
      for (const [key, value] of Object.entries(schema)) walk(value, `${path}/${key}`)
    }
    walk(JSON.parse(readFileSync(join(root, `schemas/${name}.schema.json`), 'utf8')), name)
  }
})
