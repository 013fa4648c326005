/** The gateway in a program of your own, over node:http: one listener, one port. */
import { createServer } from 'node:http'
import { createGateway, nodeServerOptions } from 'policyc'

const gateway = await createGateway({
  config: {
    providers: { sandbox: { type: 'simulator' } },
    callers: { keys: false },
  },
  policy: `
    allow signed_in when caller.kind == "host"
    route anything { to sandbox/* }
  `,
  // Your own authentication: here a header that a proxy in front has checked. Undefined leaves it to the gateway.
  caller: (request) => {
    const user = request.headers['x-user']
    return user === undefined ? undefined : { id: user }
  },
})

gateway.on('usage', (record) => {
  console.log(`${record.caller?.id} used ${record.usage.output} tokens of ${record.target}`)
})

const server = createServer(nodeServerOptions(gateway.policy.config), gateway.node)
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address()
  const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user': 'ada' },
    body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'Hello!' }] }),
  })
  console.log(response.status, await response.text())
  server.close()
  await gateway.close()
})
