import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { addressIn, buildProgram, readCurl, start } from './process.ts'
import { goodPolicy, policyc, project } from './support.ts'

beforeAll(buildProgram)

const open = `policy: ./main.policy
providers: { sandbox: { type: simulator } }
callers: { anonymous: true }
bounds: { drain: 20s }
`
const openPolicy = 'allow anyone\nroute anything { to sandbox/* }\n'

function openProject(): string {
  return project(openPolicy, { 'gateway.yaml': open })
}

function ask(url: string, model: string): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  })
}

describe('the demo, as `npm start` runs it', () => {
  test('prints an address, a key and two calls, which answer', async () => {
    const gateway = start(['serve', 'examples/quickstart', '--demo', '--port', '0'])
    const printed = await gateway.until(/curl -N .*\n/)
    expect(printed).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n\ndemo key .*: pk_\w{38}\n/)
    const [whole, streamed] = printed.split('\n').filter((line) => line.trim().startsWith('curl '))

    const answer = await fetch(readCurl(whole!))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-policyc-rule')).toBe('anything')
    const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] }
    expect(choices[0]!.message.content).toContain('Hello!')

    const stream = await fetch(readCurl(streamed!))
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    expect(await stream.text()).toMatch(/data: \{[\s\S]*data: \[DONE\]\n\n$/)

    const stranger = await fetch(readCurl(whole!.replace(/pk_\w+/, 'pk_wrong')))
    expect(stranger.status).toBe(401)

    gateway.child.kill('SIGTERM')
    expect(await gateway.ended).toEqual({ status: 0, signal: null })
    expect(gateway.err()).toBe('')
  })
})

describe('starting', () => {
  test('the log is one JSON object a line', async () => {
    const gateway = start(['serve', openProject(), '--port', '0'])
    const url = addressIn(await gateway.until(/listening on .*\n/))
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    await ask(url, 'any')
    gateway.child.kill('SIGINT')
    expect((await gateway.ended).status).toBe(0)
    const [first, ...lines] = gateway.out().trim().split('\n')
    expect(first).toBe(`listening on ${url}`)
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
    expect(messages).toContain('request')
    expect(messages.at(-1)).toBe('stopped')
  })

  test('a port in use', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    const { status, err } = await policyc(['serve', openProject(), '--port', String(port)])
    taken.close()
    expect(status).toBe(1)
    expect(err).toBe(
      `error: port ${port} of 127.0.0.1 is in use: stop what listens there, or choose another with \`--port\`\n`,
    )
  })

  test('a host that is not of this machine', async () => {
    const { status, err } = await policyc(['serve', openProject(), '--host', '192.0.2.1', '--port', '0'])
    expect(status).toBe(1)
    expect(err).toContain('`192.0.2.1` is no address of this machine')
  })

  test('a policy with errors, one that asks for what is not enforced, none at all', async () => {
    const broken = await policyc(['serve', project('allow when\n')])
    expect(broken.status).toBe(1)
    expect(broken.err).toContain('error[P101]')
    const unenforced = await policyc(['serve', project(`${goodPolicy}cache hot { ttl 1h semantic 0.95 }\n`)])
    expect(unenforced.status).toBe(1)
    expect(unenforced.err).toContain('error[P299]')
    expect((await policyc(['serve', '/nowhere'])).status).toBe(2)
    expect((await policyc(['serve', join(openProject(), 'main.policy')])).status).toBe(2)
  })
})

describe('stopping', () => {
  test('what is under way ends first', async () => {
    const gateway = start(['serve', openProject(), '--port', '0'])
    const url = addressIn(await gateway.until(/listening on .*\n/))
    const slow = ask(url, 'slow-1500')
    await new Promise((resolve) => setTimeout(resolve, 300))
    gateway.child.kill('SIGTERM')
    await gateway.until(/stopping/)
    expect((await slow).status).toBe(200)
    expect(await gateway.ended).toEqual({ status: 0, signal: null })
  })

  test('a second signal stops at once', async () => {
    const gateway = start(['serve', openProject(), '--port', '0'])
    const url = addressIn(await gateway.until(/listening on .*\n/))
    const slow = ask(url, 'slow-60000').catch(() => 'broken off')
    await new Promise((resolve) => setTimeout(resolve, 300))
    gateway.child.kill('SIGTERM')
    await gateway.until(/stopping/)
    gateway.child.kill('SIGTERM')
    expect(await gateway.ended).toEqual({ status: 143, signal: null })
    expect(await slow).toBe('broken off')
  })
})

test('a reader that goes away is no error', async () => {
  const lister = start(['validate', project('allow\n'.repeat(500))])
  lister.child.stdout!.destroy()
  expect((await lister.ended).status).toBe(1)
  expect(lister.err()).toBe('')
})

test('--strict serves no policy that does not validate', async () => {
  const gap = 'allow anyone\nroute some when request.model == "x" { to sandbox/* }\n'
  const { status, err } = await policyc(['serve', project(gap, { 'gateway.yaml': open }), '--strict', '--port', '0'])
  expect(status).toBe(1)
  expect(err).toContain('P401')
  expect(err).toContain('`--strict` serves no such policy')
})
