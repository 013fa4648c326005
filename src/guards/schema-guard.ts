/** A JSON Schema that answers must satisfy; interpreted, for no code is made while the gateway runs. */
import { type Schema, Validator } from '@cfworker/json-schema'
import type { SchemaGuardConfig } from '../config/guards.ts'
import { parseJson } from '../dialects/json.ts'
import type { VerdictGuard } from './verdict.ts'

export function createSchemaGuard({ name, schema }: SchemaGuardConfig): VerdictGuard {
  const validator = new Validator(schema as Schema, '2020-12')
  /** An answer that only calls tools says nothing that a schema could be about. */
  const fits = (text: string): boolean => {
    if (text === '') return true
    const value = parseJson(text)
    return value !== undefined && validator.validate(value).valid
  }
  return {
    name,
    judge: async ({ choices }) => {
      try {
        return { kind: choices.every(fits) ? 'passed' : 'found' }
      } catch (error) {
        // A reference within the schema that leads nowhere shows only when it is followed.
        const message = `the schema cannot be used: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`
        return { kind: 'failed', message, mayPass: false }
      }
    },
  }
}
