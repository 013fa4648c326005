// Bundles a benchmark with the sources as they are and runs it: node scripts/bench.mjs decide 10 1000
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const [name, ...rest] = process.argv.slice(2)
if (!name) {
  console.error('usage: npm run bench -- NAME [arguments]; NAME is a folder of bench/')
  process.exit(2)
}
const root = join(import.meta.dirname, '..')
// Out of the way of formatters and of git, and where the packages of bench/ are found as well as the project's own.
const cache = join(root, 'bench', 'node_modules', '.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'run-'))
try {
  const outfile = join(folder, 'main.mjs')
  await build({
    entryPoints: [join(root, 'bench', name, 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  })
  const { status } = spawnSync(process.execPath, ['--expose-gc', outfile, ...rest], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
