/**
 * Builds dist/: JavaScript by esbuild, declarations by tsc. Chevrotain is taken into the bundle, since its six
 * hundred files take longer to load than everything else together; other packages stay packages.
 *
 * Nothing is done where no input has changed since the last build. `--force` builds anyway; `--no-types` leaves the
 * declarations out. The new folder replaces the old one in one step, so that nobody runs half a build.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { buildEmittedRuntime } from './emitted-runtime.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const at = (...path) => join(root, ...path)
const out = at('dist')
// Out of the way of formatters and of git, and on the same disk as dist.
const cache = at('node_modules/.cache')
const partial = join(cache, `policyc-build-${process.pid}`)
const stampName = 'build-stamp.json'

const isForced = process.argv.includes('--force')
const hasTypes = !process.argv.includes('--no-types')

/** Every file below a folder, in a fixed order. */
async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = await Promise.all(
    entries.map((each) => (each.isDirectory() ? filesBelow(join(folder, each.name)) : [join(folder, each.name)])),
  )
  return files.flat().sort()
}

/** A digest of all that the build depends on. */
async function stampOf() {
  const hash = createHash('sha256')
  const inputs = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build.mjs',
    'scripts/emitted-runtime.mjs',
  ]
  for (const file of [...inputs.map((each) => at(each)), ...(await filesBelow(at('src')))]) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(await readFile(file))
      .update('\0')
  }
  return hash.digest('hex')
}

async function isFresh(stamp) {
  try {
    const last = JSON.parse(await readFile(join(out, stampName), 'utf8'))
    return last.stamp === stamp && (last.hasTypes || !hasTypes)
  } catch {
    return false
  }
}

async function bundle() {
  const { dependencies } = JSON.parse(await readFile(at('package.json'), 'utf8'))
  await build({
    absWorkingDir: root,
    entryPoints: ['src/index.ts', 'src/runtime.ts', 'src/cli/main.ts'],
    outbase: 'src',
    outdir: partial,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    chunkNames: 'chunks/[name]-[hash]',
    external: Object.keys(dependencies),
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  await chmod(join(partial, 'cli/main.js'), 0o755)
}

/** What `policyc build --target module` puts into each module. */
async function prepareEmitted() {
  const { code, types } = await buildEmittedRuntime()
  await mkdir(join(partial, 'emitted'), { recursive: true })
  await writeFile(join(partial, 'emitted/runtime.js'), code)
  await writeFile(join(partial, 'emitted/runtime.d.mts'), types)
}

/** Declarations of what tsc compiles, and those that are written by hand beside generated modules. */
async function declare() {
  const types = join(partial, 'types')
  const tsc = at('node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [tsc, '-p', at('tsconfig.build.json'), '--outDir', types], { cwd: root })
  for (const file of await filesBelow(at('src'))) {
    if (!file.endsWith('.d.ts')) continue
    const copy = join(types, relative(at('src'), file))
    await mkdir(dirname(copy), { recursive: true })
    await copyFile(file, copy)
  }
}

const startedAt = performance.now()
const stamp = await stampOf()
if (!isForced && (await isFresh(stamp))) {
  console.log('dist is up to date')
} else {
  try {
    await Promise.all([bundle(), prepareEmitted(), hasTypes ? declare() : undefined])
    await writeFile(join(partial, stampName), `${JSON.stringify({ stamp, hasTypes })}\n`)
    const old = `${partial}-old`
    await rename(out, old).catch(() => undefined)
    await rename(partial, out)
    await rm(old, { recursive: true, force: true })
    console.log(`built dist in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  } catch (error) {
    // tsc says on its standard output what is wrong.
    console.error(error.stdout || error.message)
    process.exitCode = 1
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}
