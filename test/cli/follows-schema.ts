/** Whether what a command printed is of the form that `schemas/` states of it. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'))

// Each form by itself, and those that others refer to.
const ajv = new Ajv2020({ strict: true, allErrors: true })
for (const name of ['decision', 'diagnostics', 'diff', 'query', 'bounds', 'replay', 'test']) ajv.addSchema(read(name))

/** The printed value, when it follows the schema of that name; throws what is wrong otherwise. */
export function followingSchema(name: string, printed: string) {
  const value = JSON.parse(printed)
  const follows = ajv.getSchema(`https://policyc.dev/schemas/${name}.schema.json`)!
  expect(follows(value), JSON.stringify(follows.errors)).toBe(true)
  return value
}
