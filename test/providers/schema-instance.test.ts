import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/dialects/neutral.ts'
import { synthesizeInstance } from '../../src/providers/schema-instance.ts'

const text: JsonObject = { type: 'string' }

describe('synthesizeInstance', () => {
  test.each<[JsonObject, unknown]>([
    [{ type: 'object', properties: { city: text, zip: text }, required: ['city'] }, { city: 'city' }],
    [{ type: 'string', minLength: 8, maxLength: 10 }, 'text....'],
    [{ type: 'string', maxLength: 2 }, 'te'],
    [{ type: 'string', enum: ['b', 'a'] }, 'b'],
    [{ const: 7 }, 7],
    [{ type: 'integer', default: 4 }, 4],
    [{ type: 'integer', minimum: 3 }, 3],
    [{ type: 'integer', exclusiveMinimum: 3 }, 4],
    [{ type: 'number', maximum: -2 }, -2],
    [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
    [{ type: 'integer', minimum: 5, multipleOf: 4 }, 8],
    [{ type: ['null', 'boolean'] }, true],
    [{ type: 'null' }, null],
    [{ type: 'array', items: text, minItems: 2 }, ['text', 'text']],
    [{ type: 'array', prefixItems: [text, { type: 'integer' }], minItems: 2 }, ['text', 1]],
    [{ anyOf: [{ type: 'null' }, { type: 'integer' }] }, 1],
    [
      {
        allOf: [{ properties: { a: text }, required: ['a'] }, { $ref: '#/$defs/b' }],
        type: 'object',
        $defs: { b: { properties: { b: text }, required: ['b'] } },
      },
      { a: 'a', b: 'b' },
    ],
    [{ $ref: '#/$defs/x', $defs: { x: { type: 'integer' } } }, 1],
    [{ properties: { when: { type: 'string', format: 'date' } }, required: ['when'] }, { when: '2030-01-01' }],
  ])('%j', (schema, wanted) => {
    const instance = synthesizeInstance(schema)
    expect(instance).toEqual(wanted)
    const Validator = 'prefixItems' in schema ? Ajv2020 : Ajv
    const validate = new Validator({ strict: false, validateFormats: false }).compile(schema)
    expect(validate(instance)).toBe(true)
  })

  test('a schema that refers to itself ends', () => {
    const node: JsonObject = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] }
    expect(JSON.stringify(synthesizeInstance(node)).length).toBeLessThan(1_000)
    const wide: JsonObject = { type: 'array', items: { $ref: '#' }, minItems: 4 }
    expect(JSON.stringify(synthesizeInstance(wide)).length).toBeLessThan(100_000)
    const many: JsonObject = { type: 'array', items: { type: 'array', items: text, minItems: 9_999 }, minItems: 9_999 }
    expect(JSON.stringify(synthesizeInstance(many)).length).toBeLessThan(200_000)
  })
})
