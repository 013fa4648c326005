/** Values of the attribute types, read from text: defaults of attributes and cells of tables. */
import type { attributeTypes } from './config.ts'
import { parseDate, parseDurationMs, parseIp, parseMoneyNanoUsd, parsePercent, parseSizeBytes } from './quantities.ts'
import type { Tree } from './tree.ts'

export type AttributeType = (typeof attributeTypes)[number]

export type TypedValue = string | number | boolean | readonly string[]

/** What a text means in a type, in its unit (nano-dollars, milliseconds, bytes, fractions); undefined where it means nothing. */
export function readTextAs(type: AttributeType, text: string): TypedValue | undefined {
  switch (type) {
    case 'string':
      return text
    case 'int': {
      const value = /^[-+]?\d+$/.test(text) ? Number(text) : undefined
      return Number.isSafeInteger(value) ? value : undefined
    }
    case 'number': {
      const value = /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined
      return Number.isFinite(value) ? value : undefined
    }
    case 'bool':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined
    case 'money':
      return parseMoneyNanoUsd(text)
    case 'percent':
      return parsePercent(text)
    case 'duration':
      return parseDurationMs(text)
    case 'size':
      return parseSizeBytes(text)
    case 'date':
      return parseDate(text)
    case 'ip':
      return parseIp(text)
    case 'set':
      return text.split('|').map((each) => each.trim())
  }
}

/** The same of a value of YAML: numbers and bools must be written without quotes, sets as lists. */
export function readAs(type: AttributeType, tree: Tree | undefined): TypedValue | undefined {
  if (!tree || tree.kind === 'map') return undefined
  if (tree.kind === 'list') {
    if (type !== 'set' || !tree.items.every((each) => each.kind === 'scalar' && each.value !== null)) return undefined
    return tree.items.map((each) => (each.kind === 'scalar' ? textOf(each) : ''))
  }
  if (tree.value === null || type === 'set') return undefined
  if (type === 'string') return typeof tree.value === 'string' ? tree.value : undefined
  if ((type === 'int' || type === 'number') && typeof tree.value !== 'number') return undefined
  if (type === 'bool' && typeof tree.value !== 'boolean') return undefined
  return readTextAs(type, textOf(tree))
}

function textOf(scalar: { readonly value: string | number | boolean | null; readonly text: string }): string {
  return typeof scalar.value === 'string' ? scalar.value : scalar.text
}

/** A type in words. */
export function expectedOf(type: AttributeType): string {
  return words[type]
}

const words: Readonly<Record<AttributeType, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  bool: '`true` or `false`',
  money: 'an amount of dollars such as `$1.25`',
  percent: 'a percent such as `80%`',
  duration: 'a duration such as `30s`',
  size: 'a size such as `10MB`',
  date: 'a date such as `2026-12-24`',
  ip: 'an IP address',
  set: 'a list of texts',
}
