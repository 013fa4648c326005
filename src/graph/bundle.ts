/**
 * The bundle: a graph as one JSON document with its two digests, to be written by `policyc build` and opened where
 * there is no compiler. Reading trusts nothing: what is truncated, changed or made up is refused in words.
 */
import { graphOfPlain, type PlainGraph, textOfGraph } from './bundle-graph.ts'
import { record } from './bundle-shape.ts'
import { checkGraph } from './check-graph.ts'
import type { Graph } from './graph.ts'

/** SHA-256 in hexadecimal: of everything that was built, and of what it means. */
export interface Digests {
  readonly build: string
  readonly meaning: string
}

export const bundleVersion = 1

export type DecodedBundle =
  | { readonly ok: true; readonly graph: Graph; readonly digests: Digests }
  | { readonly ok: false; readonly message: string }

/** The bundle of a graph; the same graph and digests give the same text. `digests.build` is that of the graph. */
export function encodeBundle(graph: Graph, { build, meaning }: Digests): string {
  const head = JSON.stringify({ policyc: 'bundle', version: bundleVersion, build, meaning })
  return `${head.slice(0, -1)},"graph":${textOfGraph(graph)}}\n`
}

/** The graph of a bundle, checked from end to end, or why it is refused. Never throws. */
export async function decodeBundle(bundle: Uint8Array | string): Promise<DecodedBundle> {
  try {
    const document = parse(bundle)
    const problem = document === undefined ? 'it is not a JSON document' : await findProblem(document)
    if (problem !== undefined) return { ok: false, message: `the bundle is refused: ${problem}` }
    const { graph, build, meaning } = document as Digests & { readonly graph: PlainGraph }
    return { ok: true, graph: graphOfPlain(graph), digests: { build, meaning } }
  } catch (error) {
    return {
      ok: false,
      message: `the bundle is refused: ${error instanceof Error ? error.message : 'it is unreadable'}`,
    }
  }
}

function parse(bundle: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof bundle === 'string' ? bundle : new TextDecoder('utf-8', { fatal: true }).decode(bundle))
  } catch {
    return undefined
  }
}

const isDigest = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? undefined : ' is not a digest'

const envelope = record({
  policyc: () => undefined,
  version: () => undefined,
  build: isDigest,
  meaning: isDigest,
  graph: () => undefined,
})

async function findProblem(document: unknown): Promise<string | undefined> {
  const { policyc, version } = (document ?? {}) as Readonly<Record<string, unknown>>
  if (policyc !== 'bundle') return 'it is not a bundle of policyc'
  if (version !== bundleVersion) {
    return `it is of version ${JSON.stringify(version)?.slice(0, 20)}, and this program reads version ${bundleVersion}`
  }
  const outside = envelope(document)
  if (outside !== undefined) return `it${outside}`
  const { graph, build } = document as { readonly graph: unknown; readonly build: string }
  // The shape first: what is nested without end must not be written as text again.
  const inside = checkGraph(graph)
  if (inside !== undefined) return `graph${inside}`
  return (await sha256(JSON.stringify(graph))) === build ? undefined : 'its build digest is not that of its graph'
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (each) => each.toString(16).padStart(2, '0')).join('')
}
