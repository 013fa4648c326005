/** The laws of the architecture page, held over every file of `src`: floors, cycles, names, sizes, what is absent. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')

/** Lowest first. A folder imports from its own floor only within itself, else from floors below. */
const floors: readonly (readonly string[])[] = [
  ['diagnostics'],
  ['syntax', 'graph', 'config'],
  ['check', 'decide', 'dialects', 'identity', 'state', 'ledger', 'reference'],
  ['compile', 'providers', 'cache', 'guards'],
  ['dispatch', 'prove'],
  ['gateway', 'lsp', 'console'],
  ['scenario'],
  ['cli', 'index.ts', 'runtime.ts'],
]

/** Who may read the clock, draw by chance or set timers; everything else is given them. */
const compositionRoots = ['gateway/environment.ts']

interface SourceFile {
  /** From `src`, with slashes. */
  readonly path: string
  readonly text: string
  /** Without comments and the content of strings. */
  readonly code: string
  /** Files of `src` that it imports, types too. */
  readonly imports: readonly string[]
  /** Packages and Node modules that it imports. */
  readonly packages: readonly string[]
}

const files: readonly SourceFile[] = pathsBelow(src).map(readSource)
const handwritten = files.filter((each) => !each.path.includes('/generated/'))

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return pathsBelow(path)
    return /\.[jt]s$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

function readSource(absolute: string): SourceFile {
  const text = readFileSync(absolute, 'utf8')
  const bare = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
  const specifiers = [...bare.matchAll(/(?:^|[;}\s])(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g)]
    .concat([...bare.matchAll(/\bimport\s*\(\s*['"]([^'"]+)['"]\s*\)/g)])
    .concat([...bare.matchAll(/(?:^|\n)import\s*['"]([^'"]+)['"]/g)])
    .map((each) => each[1]!)
  const isOwn = (each: string) => each.startsWith('.')
  return {
    path: shown(absolute),
    text,
    code: bare.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.|\$(?!\{))*`/g, "''"),
    imports: specifiers.filter(isOwn).map((each) => shown(join(dirname(absolute), each))),
    packages: specifiers.filter((each) => !isOwn(each)),
  }
}

function shown(absolute: string): string {
  return relative(src, absolute).replaceAll('\\', '/')
}

/** The folder of a file, or the file itself where it lies in `src`. */
function partOf(path: string): string {
  return path.split('/')[0]!
}

function floorOf(part: string): number {
  return floors.findIndex((each) => each.includes(part))
}

function pathsOf(having: (each: SourceFile) => boolean): string[] {
  return handwritten.filter(having).map((each) => each.path)
}

describe('imports', () => {
  test('every part has its floor', () => {
    expect(files.map((each) => partOf(each.path)).filter((part) => floorOf(part) < 0)).toEqual([])
  })

  test('lead downward, types too', () => {
    const upward = files.flatMap(({ path, imports }) =>
      imports
        .filter((each) => partOf(each) !== partOf(path) && floorOf(partOf(each)) >= floorOf(partOf(path)))
        .map((each) => `${path} imports ${each}`),
    )
    expect(upward).toEqual([])
  })

  test('name files that are there, with their ending', () => {
    const known = new Set(files.map((each) => each.path))
    expect(
      files.flatMap(({ path, imports }) =>
        imports.filter((each) => !known.has(each)).map((each) => `${path}: ${each}`),
      ),
    ).toEqual([])
  })

  test('make no circle between files', () => {
    expect(findCircle()).toBeUndefined()
  })

  test('Chevrotain stays in the syntax', () => {
    expect(
      pathsOf((each) => each.packages.some((name) => /chevrotain/.test(name)) && !each.path.startsWith('syntax/')),
    ).toEqual([])
  })
})

test('validating needs no HTTP client and no logger', () => {
  const byPath = new Map(files.map((each) => [each.path, each]))
  const reached = new Set(['cli/commands/validate.ts'])
  for (const path of reached) for (const each of byPath.get(path)?.imports ?? []) reached.add(each)
  const packages = new Set([...reached].flatMap((path) => byPath.get(path)?.packages ?? []))
  expect([...packages].filter((each) => /^(undici|pino|node:https?)$/.test(each))).toEqual([])
})

/** The files of a circle of imports, or undefined. */
function findCircle(): readonly string[] | undefined {
  const byPath = new Map(files.map((each) => [each.path, each]))
  const done = new Set<string>()
  const chain: string[] = []
  const visit = (path: string): readonly string[] | undefined => {
    if (chain.includes(path)) return [...chain.slice(chain.indexOf(path)), path]
    if (done.has(path)) return undefined
    done.add(path)
    chain.push(path)
    for (const each of byPath.get(path)?.imports ?? []) {
      const circle = visit(each)
      if (circle) return circle
    }
    chain.pop()
    return undefined
  }
  for (const { path } of files) {
    const circle = visit(path)
    if (circle) return circle
  }
  return undefined
}

describe('what is in one place only', () => {
  test.each([
    ['process.exit', /\bprocess\.exit\b(?!Code)/, ['cli/main.ts']],
    ['process.exitCode', /\bprocess\.exitCode\b/, ['cli/main.ts']],
    ['process.env', /\bprocess\.env\b/, ['config/process-environment.ts']],
    ['process.stdout, process.stderr and process.stdin', /\bprocess\.std(out|err|in)\b/, ['cli/io.ts']],
    ['signals', /\bprocess\.(on|once)\(/, ['cli/io.ts']],
    ['the console', /\bconsole\s*[.[]/, []],
    ['the clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bhrtime\b/, compositionRoots],
    ['chance', /\bMath\.random\b/, compositionRoots],
    ['timers', /\bset(Timeout|Interval|Immediate)\s*\(/, compositionRoots],
  ] as const)('%s', (_, pattern, allowed) => {
    const places: readonly string[] = allowed
    expect(pathsOf((each) => pattern.test(each.code)).filter((path) => !places.includes(path))).toEqual([])
  })
})

describe('what is absent', () => {
  test('files named after nothing', () => {
    expect(
      pathsOf((each) => /(^|\/)(utils?|helpers?|common|misc|index)\.ts$/.test(each.path) && each.path !== 'index.ts'),
    ).toEqual([])
  })

  test('names that are not kebab-case', () => {
    expect(pathsOf((each) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(each.path))).toEqual([])
  })

  test('code made at run time', () => {
    expect(pathsOf((each) => /\beval\s*\(|\bnew Function\s*\(/.test(each.code))).toEqual([])
  })

  test('notes to ourselves', () => {
    expect(pathsOf((each) => /\b(TODO|FIXME|XXX|HACK)\b/.test(each.text))).toEqual([])
  })
})

describe('files', () => {
  test('have at most 400 lines', () => {
    expect(pathsOf((each) => each.text.split('\n').length > 401)).toEqual([])
  })

  test('open with what they are for', () => {
    expect(pathsOf((each) => !/^(#!.*\n)?(\/\*\*|\/\/)/.test(each.text))).toEqual([])
  })
})

test('every public export has a comment that opens with a sentence', () => {
  const bare: string[] = []
  for (const entry of ['index.ts', 'runtime.ts']) {
    const { text } = files.find((each) => each.path === entry)!
    for (const [, names = '', from = ''] of text.matchAll(/export (?:type )?\{([^}]+)\} from '\.\/([^']+)'/g)) {
      const source = files.find((each) => each.path === from)!
      for (const name of names
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '')) {
        const pattern = new RegExp(
          `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\nexport (?:async )?(?:interface|type|class|function|const) ${name}\\b`,
        )
        const comment = pattern.exec(source.text)?.[1]?.replace(/\n \*/g, ' ').trim()
        if (comment === undefined || !/^[A-Z`].*?\.( |$)/.test(comment)) bare.push(`${name} of ${from}`)
      }
    }
  }
  expect([...new Set(bare)]).toEqual([])
})

describe('the bundle of `policyc/runtime`', () => {
  test('holds no parser, nothing of Node and no package', async () => {
    const { metafile, outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: ['src/runtime.ts'],
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      packages: 'external',
      external: ['node:*'],
      metafile: true,
      write: false,
    })
    const [output] = Object.values(metafile.outputs)
    expect(output!.imports).toEqual([])
    const parts = new Set(Object.keys(metafile.inputs).map((each) => partOf(each.replace(/^src\//, ''))))
    expect([...parts].sort()).toEqual(['decide', 'graph', 'runtime.ts'])
    expect(outputFiles[0]!.text).not.toMatch(/chevrotain|node:/)
  })
})
