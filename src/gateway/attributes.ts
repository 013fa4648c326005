/**
 * The facts of attributes that `attributes:` declares, each from where its `from` says.
 *
 * A header's value that is not of the attribute's type is the client's 400. A value of the operator's or the
 * host's that is not ends the request too: deciding as if it were missing could grant what it would refuse.
 */

import type { IncomingMessage } from 'node:http'
import type { AttributeDeclaration } from '../config/config.ts'
import { expectedOf, readTextAs } from '../config/typed-value.ts'
import { findAtPath, parseValuePath } from '../config/value-path.ts'
import { formatMoney } from '../graph/literal-text.ts'
import type { Caller } from '../identity/caller.ts'
import type { Step } from './exchange.ts'
import { done, failed } from './exchange.ts'

/** A value that a host program gives an attribute; a list is a set of text values. */
export type AttributeValue = string | number | boolean | readonly string[]

/** What a host attribute is computed from. */
export interface HostContext {
  readonly request: Request | IncomingMessage
  readonly caller: Caller
  /** The model that the client asked for. */
  readonly model: string
  /** All text that the caller sent. */
  readonly text: string
}

/** One attribute `from: host`: a value, or a function of the request. */
export type HostAttribute =
  | AttributeValue
  | ((context: HostContext) => AttributeValue | undefined | Promise<AttributeValue | undefined>)

/** Host attributes by their dotted path: `{ 'signal.topic': async ({ text }) => classify(text) }`. */
export type HostAttributes = Readonly<Record<string, HostAttribute>>

export interface Declared {
  readonly declarations: readonly AttributeDeclaration[]
  readonly header: (name: string) => string | undefined
  readonly host: HostAttributes
  readonly context: HostContext
  /** Only what some rule reads is computed. */
  readonly reads: (path: string) => boolean
}

/** The values by path; what is missing is left out. */
export async function declaredFacts(declared: Declared): Promise<Step<ReadonlyMap<string, AttributeValue>>> {
  const facts = new Map<string, AttributeValue>()
  for (const declaration of declared.declarations) {
    if (!declared.reads(declaration.path)) continue
    const found = await findValue(declaration, declared)
    if (!found.ok) return found
    const value = found.value ?? declaration.default
    if (value !== undefined) facts.set(declaration.path, value)
  }
  return done(facts)
}

async function findValue(
  declaration: AttributeDeclaration,
  declared: Declared,
): Promise<Step<AttributeValue | undefined>> {
  const { from } = declaration
  switch (from.kind) {
    case 'header': {
      const text = declared.header(from.name)?.trim()
      if (text === undefined || text === '') return done(undefined)
      const value = readHeader(declaration, text)
      if (value !== undefined) return done(value)
      return failed({ kind: 'malformed', message: `the header \`${from.name}\` is not ${wantedOf(declaration)}` })
    }
    case 'key_metadata':
      return checked(declaration, findAt(declared.context.caller.metadata, from.path))
    case 'claim':
      return checked(declaration, findAt(declared.context.caller.claims, from.path))
    case 'host': {
      const host = declared.host[declaration.path]
      if (typeof host !== 'function') return checked(declaration, host)
      try {
        return checked(declaration, await host(declared.context))
      } catch (cause) {
        return failed({ kind: 'attribute', path: declaration.path, cause })
      }
    }
  }
}

function readHeader(declaration: AttributeDeclaration, text: string): AttributeValue | undefined {
  const value =
    declaration.type === 'set'
      ? text
          .split(',')
          .map((each) => each.trim())
          .filter((each) => each !== '')
      : readFact(declaration.type, text)
  return value !== undefined && fitsEnum(declaration, value) ? value : undefined
}

function checked(declaration: AttributeDeclaration, value: unknown): Step<AttributeValue | undefined> {
  if (value === undefined || value === null || value === '') return done(undefined)
  const typed = toType(declaration, value)
  return typed !== undefined && fitsEnum(declaration, typed)
    ? done(typed)
    : failed({ kind: 'attribute', path: declaration.path })
}

/** A number in the unit of the type, or text as `gateway.yaml` would have it (`$5`, `80%`, `30s`). */
function toType({ type }: AttributeDeclaration, value: unknown): AttributeValue | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'int':
      return Number.isSafeInteger(value) ? (value as number) : undefined
    case 'number':
      return Number.isFinite(value) ? (value as number) : undefined
    case 'set':
      return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined
    case 'money':
    case 'percent':
    case 'duration':
    case 'size':
      if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
      return typeof value === 'string' ? readFact(type, value) : undefined
    case 'date':
    case 'ip':
      return typeof value === 'string' ? readFact(type, value) : undefined
  }
}

/** Of money the text is kept: a fact that is a number is in dollars, a value of the configuration in nano-dollars. */
function readFact(type: AttributeDeclaration['type'], text: string): AttributeValue | undefined {
  const value = readTextAs(type, text)
  return type === 'money' && typeof value === 'number' ? `$${formatMoney(value)}` : value
}

function fitsEnum(declaration: AttributeDeclaration, value: AttributeValue): boolean {
  if (declaration.enum === undefined) return true
  const values = Array.isArray(value) ? value : [value]
  return values.every((each) => declaration.enum!.includes(String(each)))
}

function wantedOf({ type, enum: values }: AttributeDeclaration): string {
  return values === undefined ? expectedOf(type) : `one of ${values.join(', ')}`
}

function findAt(value: unknown, path: string): unknown {
  const read = parseValuePath(path)
  return read === undefined ? undefined : findAtPath(value, read)
}
