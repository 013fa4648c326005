/** The gateway as a function from a Web request to a response: for Hono, Next.js, Bun, Deno and workers. */
import { createGateway } from 'policyc'

const gateway = await createGateway({
  config: {
    providers: { sandbox: { type: 'simulator' } },
    callers: { anonymous: true },
  },
  policy: `
    # An Anthropic client is served all the same: what the client speaks and what the provider speaks are two things.
    allow anyone
    deny  long when request.input_tokens > 1000 because "ask in fewer words" status 403
    route anything { to sandbox/* }
  `,
})

const ask = (content) =>
  gateway.fetch(
    new Request('http://gateway/v1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ model: 'any', max_tokens: 100, messages: [{ role: 'user', content }] }),
    }),
  )

const short = await ask('Hello!')
console.log(short.status, await short.text())

const long = await ask('word '.repeat(5000))
console.log(long.status, await long.text())

await gateway.close()
