/** `policyc build`: the compiled policy as a bundle, or as a module that decides by itself. */
import { emitModule, readEmittedRuntime } from '../../compile/emit.ts'
import { openPolicy, type Policy, readPolicy } from '../../compile/load.ts'
import { hasErrors } from '../../diagnostics/diagnostic.ts'
import { type Digests, decodeBundle, encodeBundle } from '../../graph/bundle.ts'
import { countNodes } from '../../graph/bundle-code.ts'
import { findUnenforceable } from '../../prove/prove.ts'
import { exitStatus, UsageError } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import type { Io } from '../io.ts'
import { counted, countsOf, statusOf, tellDiagnostics } from '../report.ts'
import { writeWhole } from '../write-file.ts'

export interface BuildOptions {
  readonly target: 'bundle' | 'module'
  /** A file, or `-` for standard output. */
  readonly output?: string
}

export async function build(path: string | undefined, options: BuildOptions, io: Io): Promise<number> {
  const { target, output = target === 'bundle' ? 'policy.bundle.json' : 'policy.mjs' } = options
  const typesPath = target === 'module' && output !== '-' ? typesBeside(output) : undefined
  const found = await findConfig(path)
  if (found.policyFile !== undefined) {
    throw new UsageError(`\`${path}\` is a part of a policy`, `build all of it: policyc build ${found.path}`)
  }
  const { config, checked, diagnostics } = await readPolicy(found.path, { env: io.env })
  tellDiagnostics(diagnostics, io)
  if (hasErrors(diagnostics) || !config || !checked) {
    io.err(`nothing is built: ${countsOf(diagnostics)}\n`)
    return statusOf(diagnostics)
  }
  const policy = openPolicy(config, checked, diagnostics)
  const unenforceable = findUnenforceable(policy)
  tellDiagnostics(unenforceable, io)
  if (unenforceable.length > 0) {
    io.err(`nothing is built: ${countsOf(unenforceable)}\n`)
    return statusOf(unenforceable)
  }
  const digests: Digests = { build: policy.digest, meaning: policy.meaning }
  const { text, types } = target === 'bundle' ? await bundleOf(policy, digests) : await moduleOf(policy, digests)
  if (output === '-') io.out(text)
  else {
    await writeWhole(output, text)
    if (typesPath !== undefined) await writeWhole(typesPath, types)
  }
  const size = `${Buffer.byteLength(text)} bytes, ${counted(countNodes(policy.graph), 'node')}`
  const summary = `${output === '-' ? target : output}: ${size}, build ${digests.build}, meaning ${digests.meaning}\n`
  if (output === '-') io.err(summary)
  else io.out(summary)
  return exitStatus.ok
}

interface Built {
  readonly text: string
  readonly types: string
}

/** The bundle, read once before anybody else does. */
async function bundleOf({ graph }: Policy, digests: Digests): Promise<Built> {
  const text = encodeBundle(graph, digests)
  const decoded = await decodeBundle(text)
  if (!decoded.ok) throw new Error(decoded.message)
  return { text, types: '' }
}

async function moduleOf({ graph }: Policy, digests: Digests): Promise<Built> {
  const { code, types } = emitModule(graph, digests, await readEmittedRuntime())
  return { text: code, types }
}

/** Where TypeScript looks for the types of a module. */
function typesBeside(output: string): string {
  const match = /^(.*)\.(m?)js$/.exec(output)
  if (!match) throw new UsageError(`a module cannot be called \`${output}\``, 'its name ends in `.mjs` or `.js`')
  return `${match[1]}.d.${match[2]}ts`
}
