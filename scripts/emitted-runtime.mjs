/**
 * What emitted modules are made of: the runtime as one script without imports, and the declarations of what a module
 * exports, taken from the sources that declare them.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The script, which declares `runtime`. */
async function buildCode() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/compile/emit-runtime.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'runtime',
    platform: 'neutral',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    charset: 'ascii',
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

/** Types that the module exports, by the file that declares them; of the first file all. */
const declared = [
  ['src/graph/decision.ts'],
  ['src/graph/bundle.ts', 'Digests'],
  ['src/graph/graph.ts', 'Place'],
  ['src/decide/facts.ts', 'Facts', 'FactValue'],
  ['src/decide/explain.ts', 'Explanation', 'ExplainedRule', 'FailedTest', 'FilteredCandidate'],
]

const exported = `/** The decision of the facts: synchronous, pure, never throws. */
export declare const decide: (facts: Facts) => Decision

/** The decision with its reasons, rule by rule. */
export declare const explain: (facts: Facts) => Explanation

/** SHA-256 of everything that was built, and of what the policy means. */
export declare const digests: Digests
`

async function buildTypes() {
  const parts = await Promise.all(
    declared.map(async ([file, ...names]) => {
      const text = await readFile(join(root, file), 'utf8')
      if (names.length === 0) return text.trim()
      return names.map((name) => declarationOf(text, name)).join('\n\n')
    }),
  )
  const graph = await readFile(join(root, 'src/graph/graph.ts'), 'utf8')
  const kinds = [...graph.matchAll(/(?:collectingSlots|firstMatchSlots) = \[([^\]]*)\] as const/g)]
  const union = kinds.flatMap(([, names]) => names.match(/'\w+'/g)).join(' | ')
  const types = parts.join('\n\n').replaceAll("GraphRule['kind']", union)
  return `${types}\n\n${exported}`
}

/** One exported type with its comment: up to the next empty line. */
function declarationOf(text, name) {
  const found = new RegExp(
    `(?:/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?export (?:interface|type) ${name}\\b[\\s\\S]*?(?=\\n\\n|$)`,
  ).exec(text)
  if (!found) throw new Error(`there is no type ${name} to declare`)
  return found[0].trim()
}

export async function buildEmittedRuntime() {
  const [code, types] = await Promise.all([buildCode(), buildTypes()])
  return { code, types }
}
