// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration are written so
/** Loading as a whole: files, references, secrets, defaults, and values that a program hands in. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadConfig, loadConfigValue } from '../../src/config/load.ts'
import { sayAll } from './say.ts'
import { scratchFolder } from './scratch.ts'

const minimal = 'policy: ./main.policy\nproviders: { sandbox: { type: simulator } }\n'

async function load(text: string, env: Record<string, string> = {}, files: Record<string, string> = {}) {
  const directory = scratchFolder({ 'main.policy': '', 'gateway.yaml': text, ...files })
  const result = await loadConfig(directory, { env })
  expect(sayAll(result.diagnostics, directory)).toBe('')
  return { config: result.config!, directory }
}

describe('files', () => {
  test('a folder, the file itself and gateway.yml all load', async () => {
    const one = scratchFolder({ 'main.policy': '', 'gateway.yaml': minimal })
    const two = scratchFolder({ 'main.policy': '', 'gateway.yml': minimal })
    for (const path of [one, `${one}/gateway.yaml`, two]) {
      const { config, sources } = await loadConfig(path, { env: {} })
      expect(config?.policyPath).toBe(`${config?.directory}/main.policy`)
      expect(config?.path).toBe(sources[0]?.path)
    }
  })

  test('what cannot be read is P901 at the start', async () => {
    const directory = scratchFolder({
      'binary/gateway.yaml': 'a\0b',
      'latin/gateway.yaml': Uint8Array.of(0x61, 0x3a, 0x20, 0xe4, 0x0a),
      'large/gateway.yaml': `# ${'x'.repeat(10 * 1024 * 1024)}\n`,
      'none/readme': '',
      'folder/gateway.yaml/x': '',
    })
    const said: string[] = []
    for (const name of ['binary', 'latin', 'large', 'none', 'folder', 'missing', 'a\0b', 'missing/gateway.yaml']) {
      const { config, diagnostics } = await loadConfig(`${directory}/${name}`, { env: {} })
      expect(config).toBeUndefined()
      expect(diagnostics).toHaveLength(1)
      expect(diagnostics[0]!.span).toMatchObject({ start: 0, end: 0 })
      said.push(sayAll(diagnostics, directory))
    }
    expect(said.join('')).toMatchInlineSnapshot(`
      "P901 1:1 \`FOLDER/binary/gateway.yaml\` cannot be read: it is not text
      P901 1:1 \`FOLDER/latin/gateway.yaml\` cannot be read: it is not UTF-8 text
      P901 1:1 \`FOLDER/large/gateway.yaml\` cannot be read: it has 10485763 bytes, and 4194304 are the most
      P901 1:1 the folder \`FOLDER/none\` holds no \`gateway.yaml\`
        help: name the folder that holds it, or write one with \`policyc init\`
      P901 1:1 \`FOLDER/folder/gateway.yaml\` cannot be read: it is a folder
      P901 1:1 \`FOLDER/missing\` cannot be read: there is no such file
      P901 1:1 the path is not one that a file can have
      P901 1:1 \`FOLDER/missing/gateway.yaml\` cannot be read: there is no such file
      "
    `)
  })

  test('a byte order mark and CRLF are no matter', async () => {
    const { config } = await load(`\ufeff${minimal.replaceAll('\n', '\r\n')}`)
    expect(config.providers.size).toBe(1)
  })

  test('a wrong lock file is reported in its own text', async () => {
    const directory = scratchFolder({
      'main.policy': '',
      'gateway.yaml': minimal,
      'models.lock.yaml': 'version: 2\nmodels: { sandbox/a: { contxt: 5 } }\n',
    })
    const { diagnostics, sources } = await loadConfig(directory, { env: {} })
    expect(sources.map((each) => each.path)).toEqual([`${directory}/gateway.yaml`, `${directory}/models.lock.yaml`])
    expect(sayAll(diagnostics, directory)).toMatchInlineSnapshot(`
      "P904 1:10 found \`2\` for \`version\`, expected \`1\`
        at 2
      P903 2:24 \`contxt\` is not a key of \`models["sandbox/a"]\`
        at contxt
        help: did you mean \`context\`?
      "
    `)
  })
})

describe('defaults', () => {
  test('are filled in', async () => {
    const { config, directory } = await load(minimal)
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 8080 })
    expect(config.gateway).toEqual({ timeZone: 'UTC' })
    expect(config.state).toEqual({ kind: 'memory' })
    expect(config.ledger).toBeUndefined()
    expect(config.callers).toEqual({
      keys: false,
      keysFile: `${directory}/data/keys.json`,
      jwt: [],
      introspection: [],
      anonymous: false,
    })
    expect(config.onDisconnect).toEqual({ kind: 'cancel' })
    expect(config.bounds).toEqual({
      headerBytes: 16384,
      bodyBytes: 20971520,
      jsonDepth: 64,
      concurrentRequests: 4096,
      bodyTimeoutMs: 30000,
      drainMs: 10000,
    })
  })

  test('give way to what is written', async () => {
    const { config } = await load(
      `${minimal}on_disconnect: drain 5s\nbounds: { header_bytes: 10KB, body_bytes: 10MiB, body_timeout: 1m, drain: 250ms }\n`,
    )
    expect(config.onDisconnect).toEqual({ kind: 'drain', ms: 5000 })
    expect(config.bounds).toMatchObject({ headerBytes: 10000, bodyBytes: 10485760, bodyTimeoutMs: 60000, drainMs: 250 })
  })

  test('a span is the value, its key for a mapping, and the nearest part above where there is nothing', async () => {
    const { config } = await load(`${minimal}listen:\n  port: 80\n`)
    const text = (path: (string | number)[]) => {
      const { source, start, end } = config.spanOf(path)
      return source.text.slice(start, end)
    }
    expect(text(['listen', 'port'])).toBe('80')
    expect(text(['listen'])).toBe('listen')
    expect(text(['listen', 'tls', 'cert'])).toBe('listen')
    expect(text(['nothing', 3])).toBe('')
  })
})

describe('references', () => {
  test('stand for numbers and bools without quotes, for text within them, and anywhere in a text', async () => {
    const { config } = await load(
      [
        'policy: ${DIR}/main.policy',
        'listen:',
        '  port: ${PORT:-8080}',
        'callers:',
        '  anonymous: ${ANON}',
        'providers:',
        '  sandbox: { type: simulator, headers: { x-a: "${PORT:-8080}", x-b: "a $${X} $500 $1.25 ${A:-b c}!", x-c: "${NONE:-}" } }',
        '',
      ].join('\n'),
      { DIR: '.', ANON: 'true' },
    )
    expect(config.listen.port).toBe(8080)
    expect(config.callers.anonymous).toBe(true)
    expect(config.providers.get('sandbox')?.headers).toEqual({
      'x-a': '8080',
      'x-b': 'a ${X} $500 $1.25 b c!',
      'x-c': '',
    })
  })

  test('a default stands in for a variable set to nothing, and inherited names are no variables', async () => {
    const { config } = await load(`${minimal}gateway: { region: "\${EMPTY:-eu}", env: "\${toString:-prod}" }\n`, {
      EMPTY: '',
    })
    expect(config.gateway).toMatchObject({ region: 'eu', env: 'prod' })
  })
})

describe('secrets', () => {
  const text = `policy: ./main.policy
listen: { admin: { port: 0, token: "\${TOKEN}" } }
providers:
  one: { type: openai, api_key: "\${KEY}" }
  two: { type: cohere, api_keys: ["file:./secret.txt", "prefix-\${KEY}"] }
  three: { type: bedrock, aws_region: us-east-1, access_key_id: "\${KEY}", secret_access_key: "\${KEY}", session_token: "file:./secret.txt" }
  four: { type: vertex, project: acme, credentials: ./sa.json }
callers:
  keys: { file: ./keys.json, pepper: "\${KEY}" }
  introspection: [{ url: https://id.acme.com/i, client_id: me, client_secret: "\${KEY}" }]
state: { type: redis, url: "redis://:\${KEY}@127.0.0.1" }
ledger: { type: postgres, url: "\${URL}" }
`
  const env = { TOKEN: 'planted-token', KEY: 'planted-key', URL: 'postgres://u:planted-password@h/d' }
  const files = { 'secret.txt': 'planted-file\r\n', 'sa.json': '{"private_key":"planted"}\n' }

  test('are there to use', async () => {
    const { config, directory } = await load(text, env, files)
    expect(config.listen.admin?.token?.reveal()).toBe('planted-token')
    expect(config.providers.get('one')?.apiKeys.map((each) => each.reveal())).toEqual(['planted-key'])
    expect(config.providers.get('two')?.apiKeys.map((each) => each.reveal())).toEqual([
      'planted-file',
      'prefix-planted-key',
    ])
    expect(config.providers.get('four')?.options['credentials']).toHaveProperty('reveal')
    expect(config.state.kind === 'redis' && config.state.url.reveal()).toBe('redis://:planted-key@127.0.0.1')
    expect(config.ledger?.kind === 'postgres' && config.ledger.url.reveal()).toBe(env.URL)
    expect(config.callers.keysFile).toBe(`${directory}/keys.json`)
    expect(config.callers.keysPepper?.reveal()).toBe('planted-key')
    expect(config.callers.introspection[0]?.clientSecret.reveal()).toBe('planted-key')
  })

  test('are never shown', async () => {
    const literal = text.replaceAll('${KEY}', 'planted-literal').replaceAll('${TOKEN}', "planted 'quoted'")
    for (const each of [text, literal]) {
      const { config } = await load(each, env, files)
      const shown = [JSON.stringify(config), inspect(config, { depth: 20, showHidden: true }), `${config}`]
      for (const provider of config.providers.values()) {
        shown.push(JSON.stringify(provider), inspect(provider, { depth: 9, showHidden: true }), `${provider.apiKeys}`)
        shown.push(Object.values(provider.options).join(), structuredCloneText(provider.options))
      }
      shown.push(config.spanOf(['state']).source.text)
      expect(shown.join('\n')).not.toContain('planted')
    }
  })

  test('are not in a syntax error either', async () => {
    for (const broken of ['listen: { port: 1\n', 'x: "\n', '\tx: 1\n', 'providers: {}\n']) {
      const directory = scratchFolder({ 'gateway.yaml': text.replaceAll('${KEY}', 'planted-literal') + broken })
      const result = await loadConfig(directory, { env })
      expect(result.diagnostics[0]?.code).toBe('P902')
      expect(result.sources[0]?.text).not.toContain('planted')
      expect(JSON.stringify(result)).not.toContain('planted')
    }
  })

  function structuredCloneText(value: unknown): string {
    try {
      return JSON.stringify(structuredClone(value))
    } catch {
      return ''
    }
  }
})

describe('a value that a program hands in', () => {
  const options = { env: { KEY: 'planted', PORT: '9000' }, directory: '/tmp', hasPolicyText: true }

  test('loads as a file does', async () => {
    const value = {
      listen: { port: '${PORT}' },
      providers: {
        openai: { type: 'openai', api_key: '${KEY}', region: undefined },
        b: { type: 'cohere', api_key: 'planted-literal' },
      },
    }
    const { config, diagnostics, sources } = await loadConfigValue(value, options)
    expect(diagnostics).toEqual([])
    expect(config?.listen.port).toBe(9000)
    expect(config?.path).toBeUndefined()
    expect(config?.policyPath).toBeUndefined()
    expect(config?.directory).toBe('/tmp')
    expect(config?.providers.get('b')?.apiKeys[0]?.reveal()).toBe('planted-literal')
    expect(sources.map((each) => each.path)).toEqual(['config'])
    expect(sources[0]?.text).not.toContain('planted')
  })

  test('needs a policy unless its text is at hand', async () => {
    const value = { providers: { sandbox: { type: 'simulator' } } }
    const { config, diagnostics } = await loadConfigValue(value, { ...options, hasPolicyText: false })
    expect(config).toBeUndefined()
    expect(sayAll(diagnostics)).toMatchInlineSnapshot(`
      "P904 1:1 there is no \`policy\`
        help: name the main policy file: \`policy: ./main.policy\`
      "
    `)
  })

  test('that no file could hold is refused in words', async () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    const values = [
      undefined,
      null,
      1,
      'x',
      [],
      () => 1,
      Symbol('x'),
      1n,
      cycle,
      deep,
      new Map(),
      new Date(0),
      Number.NaN,
      { listen: { port: 1n } },
      {
        get providers() {
          throw new Error('planted')
        },
      },
      { providers: { a: { type: 'simulator', headers: new Map() } } },
      { providers: { a: { type: 'openai', api_key: () => 'planted' } } },
      JSON.parse('{"__proto__": {"a": 1}, "constructor": 1}'),
    ]
    const said: string[] = []
    for (const value of values) {
      const { config, diagnostics } = await loadConfigValue(value, options)
      expect(config).toBeUndefined()
      expect(diagnostics.length).toBeGreaterThan(0)
      said.push(sayAll(diagnostics.slice(0, 3)))
    }
    expect(said.join('')).toMatchInlineSnapshot(`
      "P904 1:1 found nothing at \`config\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 found nothing in \`config\`, expected a mapping
      P904 1:1 found \`1\` in \`config\`, expected a mapping
      P904 1:1 found \`x\` in \`config\`, expected a mapping
      P904 1:1 found a list in \`config\`, expected a mapping
      P904 1:1 found a function at \`config\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 found a symbol at \`config\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 found a BigInt at \`config\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 found a value that holds itself at \`config.self\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 \`config\` cannot be read as plain data
      P904 1:1 found a Map at \`config\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 found a Date at \`config\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 found the number NaN at \`config\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 found a BigInt at \`config.listen.port\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 \`config\` cannot be read as plain data
      P904 1:1 found a Map at \`config.providers.a.headers\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 found a function at \`config.providers.a.api_key\`, expected plain data: texts, numbers, bools, lists and objects
      P904 1:1 \`config\` has no \`providers\`
        help: give it a mapping of names to providers
      P903 2:3 \`__proto__\` is not a key of \`config\`
        at "__proto__"
        help: its keys are \`policy\`, \`listen\`, \`gateway\`, \`providers\`, \`models\`, \`attributes\`, \`tables\`, \`guards\`, \`callers\`, \`state\`, \`ledger\`, \`on_disconnect\`, \`bounds\`
      P903 5:3 \`constructor\` is not a key of \`config\`
        at "constructor"
        help: its keys are \`policy\`, \`listen\`, \`gateway\`, \`providers\`, \`models\`, \`attributes\`, \`tables\`, \`guards\`, \`callers\`, \`state\`, \`ledger\`, \`on_disconnect\`, \`bounds\`
      "
    `)
  })
})
