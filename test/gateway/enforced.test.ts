import { expect, test } from 'vitest'
import { PolicyError } from '../../src/diagnostics/diagnostic.ts'
import { findUnenforced } from '../../src/gateway/enforced.ts'
import { createGateway } from '../../src/gateway/gateway.ts'
import { loadPolicy } from '../../src/prove/load-policy.ts'

const config = {
  providers: { sandbox: { type: 'simulator' }, claude: { type: 'anthropic', api_key: 'sk-upstream-0001' } },
  models: { 'sandbox/a': { price: { input: 1, output: 1 } }, 'sandbox/b': { price: { input: 1, output: 1 } } },
  callers: { anonymous: true },
}
const base = 'allow anyone\nroute main { to sandbox/a }\n'

/** Each diagnostic as its message and the text it underlines. */
async function unenforced(text: string, more: object = {}): Promise<string[]> {
  const { checked, config: loaded } = await loadPolicy(
    { config: { ...config, ...more }, policy: base + text },
    { env: {} },
  )
  return findUnenforced(checked, loaded).map(
    ({ code, message, span }) => `${code} ${message} | ${span.source.text.slice(span.start, span.end)}`,
  )
}

test.each([
  ['cache hot { ttl 1h semantic 0.95 }', 'P299 `semantic` is not enforced yet | 0.95'],
  ['shadow copy { 5% to sandbox/b }', 'P299 the shadow rule `copy` is not enforced yet | copy'],
  ['log full { capture body }', 'P299 `capture body` is not enforced yet | capture body'],
  ['rewrite r { header "x-a" = "1" }', 'P299 rewriting the header `x-a` is not enforced yet | header "x-a" = "1"'],
  [
    'rewrite r { metadata "k" = caller.team }',
    'P299 rewriting the metadata `k` is not enforced yet | metadata "k" = caller.team',
  ],
  [
    'route other { to sandbox/a hedge after 2s }',
    'P299 `hedge` in the route `other` is not enforced yet | hedge after 2s',
  ],
])('%s is refused on its clause', async (text, told) => {
  expect(await unenforced(text)).toEqual([told])
})

test('what is carried out is not refused', async () => {
  const text = `
cache never when request.has_tools { off }
cache hot { ttl 1h stale 10m scope caller.team }
log quiet { capture none tag "team" = caller.team }
rewrite cap { max_tokens at most 10 temperature = 0 system prepend "x" service_tier = "flex" }
limit slow { 60 requests per 1m by caller.team }
guard pii { redact email in request, response }
budget team { $5 per day by caller.team at 80% warn }
deny broke when budget.team.used >= 90% or limit.slow.used >= 90%
restrict only to target.provider == "sandbox"
route split { to 50% sandbox/a | 50% sandbox/b sticky by caller.id else cheapest of [sandbox/a, sandbox/b] retry 2 on 5xx timeout 5s on_loss degrade }`
  expect(await unenforced(text)).toEqual([])
})

test.each([
  [{ ledger: { type: 'sqlite', path: './x.db' } }, '`ledger`'],
  [{ listen: { tls: { cert: './package.json', key: './package.json' } } }, '`listen.tls`'],
  [{ listen: { admin: { port: 1 } } }, '`listen.admin`'],
])('%o is refused', async (more, what) => {
  const found = await unenforced('', more)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(`${what} is not enforced yet`)
})

test('a gateway does not start with a clause that it would ignore', async () => {
  const made = createGateway({ config, policy: `${base}shadow copy { 5% to sandbox/b }`, env: {} })
  await expect(made).rejects.toBeInstanceOf(PolicyError)
  await expect(made).rejects.toThrow(/P299.*shadow rule `copy`/)
})
