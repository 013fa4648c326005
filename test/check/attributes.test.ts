import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  builtinAttributes,
  declaredAttribute,
  keyedAttribute,
  meterAttribute,
  tableAttributes,
} from '../../src/check/attributes.ts'
import { checked, checkText, context } from './sample.ts'

const byId = new Map(builtinAttributes.map((each) => [each.id, each]))

describe('the table of attributes', () => {
  test('ids are unique, and paths are theirs', () => {
    expect(byId.size).toBe(builtinAttributes.length)
    for (const each of builtinAttributes) expect(each.path.join('.')).toBe(each.id)
  })

  test('what is optional', () => {
    expect(builtinAttributes.filter((each) => each.optional).map((each) => each.id)).toEqual([
      'request.version',
      'request.max_tokens',
      'request.temperature',
      'caller.key',
      'caller.org',
      'caller.team',
      'caller.user',
      'caller.role',
      'caller.tier',
      'caller.region',
      'caller.ip',
      'time.hour',
      'time.weekday',
      'time.date',
      'target.region',
      'target.context',
      'target.price_in',
      'target.price_out',
    ])
  })

  test('phases and trust go by the group', () => {
    const seen = new Set(builtinAttributes.map((each) => `${each.path[0]} ${each.phase} ${each.trust}`))
    expect([...seen]).toEqual([
      'request request request',
      'caller caller identity',
      'time caller operator',
      'gateway caller operator',
      'target target operator',
    ])
  })

  test('what a required enum is when nothing is known', () => {
    expect(byId.get('request.api')?.fallback).toBe('chat')
    expect(byId.get('caller.kind')?.fallback).toBe('anonymous')
  })

  test('each has one line of documentation', () => {
    for (const each of builtinAttributes) expect(each.documentation).toMatch(/^[a-z][^\n]{5,}[^.]$/i)
  })

  test('families', () => {
    expect(keyedAttribute('request.header', 'X-Team')).toMatchObject({
      id: 'request.header["x-team"]',
      path: ['request', 'header', 'x-team'],
      trust: 'claimed',
      phase: 'request',
      optional: true,
    })
    expect(keyedAttribute('request.metadata', 'Key "1"')).toMatchObject({
      id: 'request.metadata["Key \\"1\\""]',
      path: ['request', 'metadata', 'Key "1"'],
      trust: 'claimed',
    })
    expect(keyedAttribute('caller.claims', 'Dept')).toMatchObject({
      id: 'caller.claims["Dept"]',
      trust: 'identity',
      phase: 'caller',
    })
    expect(meterAttribute('budget', 'b')).toMatchObject({
      id: 'budget.b.used',
      type: 'percent',
      optional: false,
      phase: 'meters',
      min: 0,
    })
    expect(meterAttribute('provider', 'p')).toMatchObject({
      id: 'provider.p.healthy',
      type: 'bool',
      optional: false,
      trust: 'operator',
    })
  })

  test('declared attributes and columns', () => {
    const [dataClass, topic, vip, , spend] = context.attributes.map(declaredAttribute)
    expect(dataClass).toMatchObject({
      phase: 'caller',
      trust: 'identity',
      optional: true,
      values: ['public', 'internal', 'secret'],
    })
    expect(topic).toMatchObject({ phase: 'request', trust: 'operator', optional: true })
    expect(vip).toMatchObject({ trust: 'claimed', optional: false, fallback: false })
    expect(spend).toMatchObject({ optional: false })
    expect(
      tableAttributes(context.tables[0]!, byId.get('caller.team')!).map((each) => [
        each.id,
        each.optional,
        each.trust,
        each.column?.key,
      ]),
    ).toEqual([
      ['tenant.plan', true, 'operator', 'caller.team'],
      ['tenant.seats', true, 'operator', 'caller.team'],
      ['tenant.monthly_cap', true, 'operator', 'caller.team'],
    ])
  })
})

describe('what the configuration says', () => {
  test('a required date or address may still be missing, since nothing can stand for it', () => {
    const of = (type: 'date' | 'ip' | 'int') =>
      declaredAttribute({
        path: 'signal.x',
        type,
        required: true,
        from: { kind: 'host' },
        span: context.attributes[0]!.span,
      })
    expect([of('date').optional, of('ip').optional, of('int').optional]).toEqual([true, true, false])
  })

  test('the columns of a table that could not be loaded draw nothing, and no policy is made of them', async () => {
    const missing = { ...context, tables: [], unreadTables: new Set(['tenant']) }
    const { policy, diagnostics } = await checkText('allow staff when tenant.plan == "pro" and tenant.any > 5', missing)
    expect(diagnostics).toEqual([])
    expect(policy).toBeUndefined()
  })

  test('what is fixed, and which callers there can be', async () => {
    const policy = await checked('allow staff')
    expect([...policy.fixed]).toEqual([
      ['gateway.region', 'eu-west'],
      ['gateway.env', 'production'],
    ])
    expect(policy.possibleKinds).toEqual(['key', 'host'])
    expect(policy.timeZone).toBe('Europe/Berlin')
    expect(policy.tableKeys.get('tenant')?.id).toBe('caller.team')
    const open = { ...context, callers: { keys: false, jwt: [], introspection: [{}], anonymous: true } }
    expect((await checkText('allow staff', open)).policy?.possibleKinds).toEqual(['jwt', 'host', 'anonymous'])
  })

  test.each(['caller.tema', 'target.id', 'caller.roles', 'tenant.plan', 'request.header[x]'])(
    'a table keyed by %s has no columns',
    async (keyAttribute) => {
      const tables = [{ ...context.tables[0]!, keyAttribute }]
      const { diagnostics } = await checkText('allow staff when tenant.plan == "pro"', { ...context, tables })
      expect(diagnostics.map((each) => `${each.code} ${each.message}`)).toEqual([
        `P202 the table \`tenant\` has no columns, since \`${keyAttribute}\` cannot pick its rows`,
      ])
      expect((await checkText('allow staff', { ...context, tables })).diagnostics).toEqual([])
    },
  )

  test('a table may be keyed by a header', async () => {
    const tables = [{ ...context.tables[0]!, keyAttribute: 'request.header["x-team"]' }]
    const { policy } = await checkText('allow staff when tenant.plan == "pro"', { ...context, tables })
    expect(policy?.tableKeys.get('tenant')?.id).toBe('request.header["x-team"]')
  })
})

test('the check reads no file and no clock', () => {
  const names = ['check', 'imports', 'conditions', 'literals', 'resolve-attribute', 'targets']
  for (const name of names) {
    expect(readFileSync(new URL(`../../src/check/${name}.ts`, import.meta.url), 'utf8')).not.toMatch(
      /node:fs|Date\.now|new Date|Math\.random/,
    )
  }
})
