/** `attributes:` and `tables:` as typed values, and what does not fit together in them. */
import type { Building } from './building.ts'
import { fileAt, report, spanAt } from './building.ts'
import type { AttributeDeclaration, TableConfig } from './config.ts'
import type { RawAttribute } from './raw.ts'
import { findTree } from './tree.ts'
import { expectedOf, readAs } from './typed-value.ts'
import { parseValuePath } from './value-path.ts'

export function buildAttributes(building: Building): readonly AttributeDeclaration[] {
  return Object.entries(building.raw.attributes ?? {}).map(([path, raw]) => {
    checkEnum(building, path, raw)
    checkPlace(building, path)
    checkOrigin(building, path, originOf(raw.from))
    const given = defaultOf(building, path, raw)
    return {
      path,
      type: raw.type,
      ...(raw.enum === undefined ? {} : { enum: raw.enum }),
      required: raw.required ?? false,
      ...(given === undefined ? {} : { default: given }),
      from: originOf(raw.from),
      span: spanAt(building, ['attributes', path], 'key'),
    }
  })
}

function originOf(from: string): AttributeDeclaration['from'] {
  if (from.startsWith('claim.')) return { kind: 'claim', path: from.slice('claim.'.length) }
  if (from.startsWith('header.')) return { kind: 'header', name: from.slice('header.'.length).toLowerCase() }
  if (from.startsWith('key.metadata.')) return { kind: 'key_metadata', path: from.slice('key.metadata.'.length) }
  return { kind: 'host' }
}

function checkOrigin(building: Building, path: string, from: AttributeDeclaration['from']): void {
  if (!('path' in from) || parseValuePath(from.path) !== undefined) return
  const message = `\`${from.path}\` is no path such as \`role\`, \`org.name\` or \`groups[0]\``
  report(building, 'P904', ['attributes', path, 'from'], { message })
}

function checkEnum(building: Building, path: string, raw: RawAttribute): void {
  if (raw.enum === undefined || raw.type === 'string' || raw.type === 'set') return
  report(building, 'P907', ['attributes', path, 'enum'], {
    message: `\`${path}\` is of type \`${raw.type}\`, and \`enum\` lists values of a \`string\``,
    part: 'key',
  })
}

function defaultOf(building: Building, path: string, raw: RawAttribute): AttributeDeclaration['default'] {
  if (raw.default === undefined) return undefined
  const at = ['attributes', path, 'default']
  const value = readAs(raw.type, findTree(building.tree, at))
  if (value === undefined) {
    report(building, 'P904', at, { message: `the default of \`${path}\` is not ${expectedOf(raw.type)}` })
    return undefined
  }
  const values = typeof value === 'object' ? value : [value]
  if (raw.enum && !values.every((each) => raw.enum?.includes(String(each)))) {
    const help = `its values are ${raw.enum.map((each) => `\`${each}\``).join(', ')}`
    report(building, 'P904', at, { message: `the default of \`${path}\` is not one of its values`, help })
  }
  return value
}

/** An attribute cannot also be the group of another one, nor lie in a table of the same name. */
function checkPlace(building: Building, path: string): void {
  const attributes = building.raw.attributes ?? {}
  const parts = path.split('.')
  const group = parts.map((_, index) => parts.slice(0, index).join('.')).find((each) => Object.hasOwn(attributes, each))
  if (group !== undefined) {
    report(building, 'P907', ['attributes', path], {
      message: `\`${path}\` lies within \`${group}\`, which is an attribute itself`,
      part: 'key',
    })
  }
  const top = path.slice(0, path.indexOf('.'))
  if (Object.hasOwn(building.raw.tables ?? {}, top)) {
    report(building, 'P907', ['attributes', path], {
      message: `\`${path}\` would be a column of the table \`${top}\``,
      part: 'key',
    })
  }
}

export function buildTables(building: Building): readonly TableConfig[] {
  return Object.entries(building.raw.tables ?? {}).map(([name, raw]) => ({
    name,
    file: fileAt(building, ['tables', name, 'file'], raw.file),
    key: raw.key,
    columns: raw.columns ?? {},
    span: spanAt(building, ['tables', name], 'key'),
  }))
}
