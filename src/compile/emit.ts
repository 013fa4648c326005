/**
 * The emitted module: a policy as one ES module without imports, that runs in any JavaScript runtime, and its types.
 * The code in it is the runtime as `scripts/build.mjs` prepared it; no code is made from the policy, which is data.
 */
import { readFile } from 'node:fs/promises'
import type { Digests } from '../graph/bundle.ts'
import { textOfGraph } from '../graph/bundle-graph.ts'
import type { Graph } from '../graph/graph.ts'

/** The runtime as text: a script that declares `runtime`, and declarations of what the module exports. */
export interface EmittedRuntime {
  readonly code: string
  readonly types: string
}

export interface EmittedModule {
  /** For a file that ends in `.mjs`. */
  readonly code: string
  /** For a file of the same name that ends in `.d.mts`. */
  readonly types: string
}

/** Where the build puts the runtime: two folders above this file lies the package, in `src` and in `dist` alike. */
const folder = new URL('../../dist/emitted/', import.meta.url)

/** Reads the runtime that the build prepared. */
export async function readEmittedRuntime(): Promise<EmittedRuntime> {
  const [code, types] = await Promise.all(
    ['runtime.js', 'runtime.d.mts'].map((name) => readFile(new URL(name, folder), 'utf8')),
  )
  return { code: code!, types: types! }
}

/** The module of a graph; the same graph, digests and runtime give the same text. */
export function emitModule(graph: Graph, digests: Digests, runtime: EmittedRuntime): EmittedModule {
  // The graph is a text that is parsed, which engines do much faster than reading an object literal.
  const graphText = JSON.stringify(textOfGraph(graph)).replaceAll('</', '<\\/')
  const code = [
    '// A policy, compiled by policyc.',
    runtime.code.trim(),
    `const { decide, explain } = runtime.open(JSON.parse(${graphText}))`,
    `const digests = Object.freeze(${JSON.stringify({ build: digests.build, meaning: digests.meaning })})`,
    'export { decide, digests, explain }',
    '',
  ].join('\n')
  return { code, types: runtime.types }
}
