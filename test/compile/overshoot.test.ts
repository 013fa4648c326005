/** P802: the bound on what a budget can be passed by. */
import { expect, test } from 'vitest'
import { readPolicy } from '../../src/compile/load.ts'
import { findOvershoot } from '../../src/compile/overshoot.ts'

const models = {
  'up/small': { context: 100_000, max_output: 10_000, price: { input: '$1', output: '$10' } },
  'up/large': { context: 1_000_000, max_output: 100_000, price: { input: '$2', output: '$30' } },
  'up/open': { price: { input: '$1', output: '$1' } },
  'up/free': { price: { input: '$0', output: '$0' } },
  'up/unpriced': {},
}

async function overshootOf(policy: string, listed: readonly (keyof typeof models)[] = ['up/small', 'up/large']) {
  const catalogue = Object.fromEntries(listed.map((each) => [each, models[each]]))
  const config = { providers: { up: { type: 'simulator' } }, models: catalogue, callers: { anonymous: true } }
  const { checked } = await readPolicy({ config, policy: `allow anyone\n${policy}` }, { env: {} })
  return findOvershoot(checked!).map(({ code, severity, message }) => `${severity}[${code}] ${message}`)
}

const budget = 'budget team { $5 per day }'
const told = (what: string) => [
  `information[P802] the budget \`team\` can be passed by what attempts under way cost more than was reserved: ${what}`,
]

test('the dearest answer of any target that a route may come to', async () => {
  expect(await overshootOf(`route main { to up/small }\n${budget}`)).toEqual(
    told('at most $0.20 for each answer, of `up/small`'),
  )
  const large = told('at most $5.00 for each answer, of `up/large`')
  expect(await overshootOf(`route main { to up/small else requested }\n${budget}`)).toEqual(large)
  expect(await overshootOf(`route main { to up/* }\n${budget}`)).toEqual(large)
  expect(await overshootOf(`route main { to cheapest of [up/small, up/large] }\n${budget}`)).toEqual(large)
})

test('no bound where the longest answer is not known, none needed for what is free or never called', async () => {
  expect(await overshootOf(`route main { to up/open }\n${budget}`, ['up/open'])).toEqual(
    told('of `up/open` no longest answer is known, so that there is no bound'),
  )
  expect(await overshootOf(`route main { to up/free }\n${budget}`, ['up/free'])).toEqual(
    told('at most $0.00 for each answer, of `up/free`'),
  )
  expect(await overshootOf(`route main { to up/unpriced }\n${budget}`, ['up/unpriced'])).toEqual(
    told('nothing, since no target of any route has a price'),
  )
})

test('one note a budget, and none without', async () => {
  expect(await overshootOf('route main { to up/small }')).toEqual([])
  expect(await overshootOf(`route main { to up/small }\n${budget}\nbudget org { $50 per day }`)).toHaveLength(2)
})
