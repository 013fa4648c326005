/**
 * References in the texts of a configuration: `${NAME}` and `${NAME:-default}` from the environment,
 * and `file:` for secrets. A variable that is not set is reported where it stands.
 */
import { resolve } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { readText } from './read-text.ts'
import type { Place, ScalarTree, Tree } from './tree.ts'
import { mapScalars } from './tree.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** `$${` first, so that an escaped one is never taken for a reference. */
const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-((?:[^}$]|\$(?!\{))*))?\}|\$\{/g

const whole = /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}$/

interface Expansion {
  readonly tree: Tree
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The tree with every reference to the environment replaced by its value. `text` is what was parsed,
 * `source` the same with its secrets masked; `typed` says which references may become a number or bool.
 */
export function expandEnvironment(
  tree: Tree,
  options: {
    readonly env: Environment
    readonly source: Source
    readonly text: string
    readonly typed: 'plain' | 'all'
  },
): Expansion {
  const diagnostics: Diagnostic[] = []
  const { env, source, text, typed } = options
  const expanded = mapScalars(tree, (scalar) => {
    if (typeof scalar.value !== 'string' || !scalar.value.includes('${')) return scalar
    return expandScalar(scalar)
  })
  return { tree: expanded, diagnostics }

  function expandScalar(scalar: ScalarTree): ScalarTree {
    let missing = false
    let index = -1
    const places = placesOf(scalar)
    let referred = false
    const value = String(scalar.value).replaceAll(reference, (all: string, name?: string, otherwise?: string) => {
      index++
      if (all === '$${') return '${'
      if (name === undefined) {
        missing = true
        report(
          'P904',
          places(index),
          `found \`\${\` without a name and \`}\`, expected \`\${NAME}\` or \`\${NAME:-default}\``,
        )
        return ''
      }
      referred = true
      const set = Object.hasOwn(env, name) ? env[name] : undefined
      // As in a shell, `:-` also stands in for a variable that is set to nothing.
      if (set !== undefined && !(set === '' && otherwise !== undefined)) return set
      if (otherwise !== undefined) return otherwise
      missing = true
      report('P905', places(index), `the environment variable \`${name}\` is not set`, name)
      return ''
    })
    if (missing) return { ...scalar, value: '', text: '', origin: 'missing' }
    if (!referred) return { ...scalar, value, text: value }
    const retyped = (typed === 'all' || scalar.plain) && whole.test(String(scalar.value)) ? typedValue(value) : value
    return { ...scalar, value: retyped, text: value, origin: 'environment' }
  }

  function report(code: 'P904' | 'P905', place: Place, message: string, name?: string): void {
    const help = name === undefined ? 'write `$${` for a plain `${`' : `set it, or give a default: \`\${${name}:-…}\``
    diagnostics.push(diagnostic(code, { message, span: { source, ...place }, help }))
  }

  /** Where each reference of a scalar stands in the text; the whole scalar where quoting hides that. */
  function placesOf(scalar: ScalarTree): (index: number) => Place {
    let found: readonly RegExpExecArray[] | undefined
    return (index) => {
      found ??= [...text.slice(scalar.start, scalar.end).matchAll(reference)]
      const match = found[index]
      if (!match) return { start: scalar.start, end: scalar.end }
      const start = scalar.start + match.index
      return { start, end: start + match[0].length }
    }
  }
}

/** A text read by YAML's core rules for numbers and bools. */
function typedValue(text: string): string | number | boolean {
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:false|False|FALSE)$/.test(text)) return false
  return /^[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?$/.test(text) ? Number(text) : text
}

const secretBytesMax = 64 * 1024

/** The text of a secret: the value itself, or what the file holds that it refers to. */
export async function readSecret(
  value: string,
  options: { readonly directory: string; readonly pathsAllowed: boolean },
): Promise<{ readonly text: string } | { readonly refusal: string }> {
  const isPath = options.pathsAllowed && !value.trimStart().startsWith('{')
  if (!value.startsWith('file:') && !isPath) return { text: value }
  const path = resolve(options.directory, value.replace(/^file:(\/\/(?=\/))?/, ''))
  const read = await readText(path, secretBytesMax)
  if ('refusal' in read) return read
  const text = read.text.replace(/\r?\n$/, '')
  return text === '' ? { refusal: 'it is empty' } : { text }
}
