import { describe, expect, test } from 'vitest'
import { loadPolicyFiles } from '../../src/check/imports.ts'
import { checkTexts, type Files, loadTexts, notFound } from './sample.ts'

async function said(files: Files): Promise<string[]> {
  const { diagnostics } = await loadTexts(files)
  return diagnostics.map(({ code, span, message, help }) => {
    const at = `${span.source.path.replace(/^policies./, '')}:${span.source.text.slice(span.start, span.end)}`
    return `${code} ${at} ${message}${help === undefined ? '' : ` | ${help}`}`
  })
}

describe('what imports bring', () => {
  test('statements stand where the import stands, and rules are numbered in that order', async () => {
    const { policy, diagnostics } = await checkTexts({
      'main.policy': 'allow first\nimport "./sub/a.policy"\nallow last',
      'sub/a.policy': 'allow second\nimport "../b.policy"\nallow fourth',
      'b.policy': 'allow third',
    })
    expect(diagnostics).toEqual([])
    expect(policy?.rules.map((rule) => `${rule.index} ${rule.name}`)).toEqual([
      '0 first',
      '1 second',
      '2 third',
      '3 fourth',
      '4 last',
    ])
    expect(policy?.sources.map((source) => source.path.replaceAll('\\', '/'))).toEqual([
      'policies/main.policy',
      'policies/sub/a.policy',
      'policies/b.policy',
    ])
  })

  test('a file that is imported twice counts once', async () => {
    const { policy, diagnostics } = await checkTexts({
      'main.policy': 'import "./a.policy"\nimport "./b.policy"\nimport "a.policy"',
      'a.policy': 'import "./b.policy"\nallow staff when caller.team in teams',
      'b.policy': 'set teams = ["core"]',
    })
    expect(diagnostics).toEqual([])
    expect(policy?.rules.length).toBe(1)
  })

  test('an import is used where something of its file is', async () => {
    const { policy } = await checkTexts({
      'main.policy':
        'import "./sets.policy"\nimport "./rules.policy"\nimport "./idle.policy"\nallow staff when caller.team in teams',
      'sets.policy': 'set teams = ["core"]\nset others = ["x"]',
      'rules.policy': 'deny guests when caller.kind == "anonymous"',
      'idle.policy': 'pool fast = [openai/gpt-5]\ndefine core = caller.team == "core"',
    })
    expect(policy?.declarations.map((each) => `${each.kind} ${each.name} ${each.used}`)).toEqual([
      'set teams true',
      'set others false',
      'pool fast false',
      'define core false',
      'import ./sets.policy true',
      'import ./rules.policy true',
      'import ./idle.policy false',
    ])
  })

  test('one name space spans all files', async () => {
    const { diagnostics } = await checkTexts({
      'main.policy': 'import "./a.policy"\nallow staff',
      'a.policy': 'deny staff',
    })
    expect(diagnostics.map((each) => [each.code, each.span.source.path, each.related[0]?.span.source.path])).toEqual([
      ['P204', 'policies/main.policy', 'policies/a.policy'],
    ])
  })

  test('a policy that was handed in as text imports from its folder', async () => {
    const read = async (path: string) => {
      if (path.replaceAll('\\', '/') !== 'somewhere/a.policy') throw notFound()
      return new TextEncoder().encode('allow staff')
    }
    const files = await loadPolicyFiles({ text: 'import "./a.policy"', directory: './somewhere' }, read)
    expect(files.diagnostics).toEqual([])
    expect(files.statements.map((each) => each.kind)).toEqual(['allow'])
  })
})

describe('P205', () => {
  test.each([
    [
      './grups.policy',
      'P205 main.policy:"./grups.policy" there is no file `./grups.policy` | did you mean `"./groups.policy"`?',
    ],
    ['groups', 'P205 main.policy:"groups" there is no file `groups` | did you mean `"groups.policy"`?'],
    ['./nowhere.policy', 'P205 main.policy:"./nowhere.policy" there is no file `./nowhere.policy`'],
    [
      '../groups.policy',
      'P205 main.policy:"../groups.policy" the import leads out of the folder of the policy | imports stay inside the folder that the main policy is in',
    ],
    [
      './sub/../../groups.policy',
      'P205 main.policy:"./sub/../../groups.policy" the import leads out of the folder of the policy | imports stay inside the folder that the main policy is in',
    ],
    [
      '/etc/groups.policy',
      'P205 main.policy:"/etc/groups.policy" the path of the import is absolute | write it relative to the file that imports, as `"./groups.policy"`',
    ],
    [
      'C:/groups.policy',
      'P205 main.policy:"C:/groups.policy" the path of the import is absolute | write it relative to the file that imports, as `"./groups.policy"`',
    ],
    [
      'https://acme.com/groups.policy',
      'P205 main.policy:"https://acme.com/groups.policy" the import is an address, not a file | imports are files inside the folder of the policy',
    ],
    ['./sub/', 'P205 main.policy:"./sub/" the import is a folder | name one file of it'],
    [
      '.',
      'P205 main.policy:"." the import leads out of the folder of the policy | imports stay inside the folder that the main policy is in',
    ],
    ['', 'P205 main.policy:"" the path of the import is empty | write a path such as `"./groups.policy"`'],
  ])('%s', async (path, expected) => {
    const files = {
      'main.policy': `import ${JSON.stringify(path)}\nallow staff when known`,
      'groups.policy': 'set known = ["a"]',
    }
    expect(await said(files)).toEqual([expected])
    // What is missing may declare any name, so that names draw nothing.
    const { policy, diagnostics } = await checkTexts(files)
    expect(policy).toBeUndefined()
    expect(diagnostics.length).toBe(1)
  })

  test('a path inside may go up and down', async () => {
    expect(await said({ 'main.policy': 'import "./sub/../groups.policy"', 'groups.policy': 'allow staff' })).toEqual([])
  })

  test('a backslash is refused with the right form', async () => {
    expect(await said({ 'main.policy': 'import ".\\\\groups.policy"', 'groups.policy': '' })).toEqual([
      'P205 main.policy:".\\\\groups.policy" the path of the import has backslashes | write `"./groups.policy"`',
    ])
  })

  test('a folder, and what may not be read', async () => {
    const failing = (code: string) => async (path: string) => {
      if (path.endsWith('main.policy')) return new TextEncoder().encode('import "./a.policy"')
      throw Object.assign(new Error(`${code}: /home/somebody/a.policy`), { code })
    }
    const messages = await Promise.all(
      ['EISDIR', 'EACCES', 'EIO'].map(
        async (code) => (await loadPolicyFiles({ path: 'main.policy' }, failing(code))).diagnostics[0]?.message,
      ),
    )
    expect(messages).toEqual([
      '`./a.policy` cannot be read: it is a folder',
      '`./a.policy` cannot be read: reading it is not permitted',
      '`./a.policy` cannot be read: reading it failed',
    ])
  })

  test('the main file', async () => {
    const { diagnostics, statements } = await loadPolicyFiles({ path: 'policies/main.policy' }, () =>
      Promise.reject(notFound()),
    )
    expect(statements).toEqual([])
    expect(diagnostics.map((each) => `${each.code} ${each.message}`)).toEqual([
      'P901 the policy `main.policy` cannot be read: there is no such file',
    ])
  })
})

describe('P206', () => {
  test('a circle is shown whole', async () => {
    const { diagnostics } = await loadTexts({
      'main.policy': 'import "./a.policy"',
      'a.policy': 'import "./b.policy"',
      'b.policy': 'import "./c.policy"',
      'c.policy': 'allow staff\nimport "./a.policy"',
    })
    expect(diagnostics.map((each) => [each.code, each.message, each.span.source.path])).toEqual([
      ['P206', 'imports go round in a circle: `a.policy` → `b.policy` → `c.policy` → `a.policy`', 'policies/c.policy'],
    ])
    expect(diagnostics[0]?.related.map((each) => [each.message, each.span.source.path])).toEqual([
      ['`a.policy` imports `b.policy` here', 'policies/a.policy'],
      ['`b.policy` imports `c.policy` here', 'policies/b.policy'],
    ])
  })

  test('a file that imports itself', async () => {
    expect(await said({ 'main.policy': 'import "./main.policy"' })).toEqual([
      'P206 main.policy:"./main.policy" `main.policy` imports itself | put what both need into a file that imports neither',
    ])
  })
})

describe('P107', () => {
  const chain = (length: number): Files =>
    Object.fromEntries(
      Array.from({ length }, (_, index) => [
        index === 0 ? 'main.policy' : `f${index}.policy`,
        index === length - 1 ? 'allow staff' : `import "./f${index + 1}.policy"`,
      ]),
    )

  test('depth', async () => {
    expect(await said(chain(33))).toEqual([])
    expect(await said(chain(34))).toEqual([
      'P107 f32.policy:"./f33.policy" imports are more than 32 files deep | import from fewer levels',
    ])
  })

  test('number', async () => {
    const of = (count: number): Files => ({
      'main.policy': Array.from({ length: count }, (_, index) => `import "./f${index}.policy"`).join('\n'),
      ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}.policy`, ''])),
    })
    expect(await said(of(999))).toEqual([])
    expect((await said(of(1000)))[0]).toContain('the policy has more than 1000 files')
  })

  test('size', async () => {
    const text = `#${'x'.repeat(3_900_000)}\n`
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    const files = {
      'main.policy': names.map((name) => `import "./${name}.policy"`).join('\n'),
      ...Object.fromEntries(names.map((name) => [`${name}.policy`, text])),
    }
    expect(await said(files)).toEqual([
      'P107 main.policy:"./i.policy" the policy is larger than 32 MiB in all | keep long lists in `tables` of gateway.yaml',
    ])
  })
})

test('a file that is no text is told once, at its own place', async () => {
  const read = async (path: string) =>
    path.endsWith('main.policy')
      ? new TextEncoder().encode('import "./a.policy"\nallow staff when known')
      : new Uint8Array([97, 0xff, 98])
  const files = await loadPolicyFiles({ path: 'main.policy' }, read)
  expect(files.diagnostics.map((each) => `${each.code} ${each.span.source.path}`)).toEqual(['P106 a.policy'])
})
