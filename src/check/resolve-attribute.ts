/**
 * From a reference in the text to its attribute, or to a diagnostic that says which one was meant.
 */

import { didYouMean, suggest } from '../diagnostics/suggest.ts'
import type { Attribute, Phase } from '../graph/attribute.ts'
import type { AttributeRef } from '../syntax/ast-conditions.ts'
import {
  isScalar,
  keyedAttribute,
  keyedFamilies,
  type MeterFamily,
  meterAttribute,
  meterFamilies,
} from './attributes.ts'
import { article, findNamed } from './names.ts'
import type { Mend } from './report.ts'
import type { Scope } from './scope.ts'

/** The attribute that is named, or undefined once that is reported. */
export function resolveAttribute(scope: Scope, ref: AttributeRef): Attribute | undefined {
  const path = ref.path.map((part) => part.text).join('.')
  if (isKeyed(path)) return resolveKeyed(scope, ref, path)
  const head = ref.path[0]!.text
  const attribute = scope.attributes.get(path)
  if (attribute) {
    if (!ref.key) return attribute
    scope.report('P202', {
      message: `\`${path}\` is one value and takes no key in brackets`,
      span: ref.span,
      help: `write \`${path}\` alone, or one of ${keyedFamilies.map((each) => `\`${each}["…"]\``).join(', ')}`,
    })
    return undefined
  }
  if (isMeter(head) && !ref.key) return resolveMeter(scope, ref, head)
  reportUnknown(scope, ref, path)
  return undefined
}

function isKeyed(path: string): path is (typeof keyedFamilies)[number] {
  return (keyedFamilies as readonly string[]).includes(path)
}

function isMeter(head: string): head is MeterFamily {
  return Object.hasOwn(meterFamilies, head)
}

function resolveKeyed(scope: Scope, ref: AttributeRef, family: (typeof keyedFamilies)[number]): Attribute | undefined {
  if (!ref.key) {
    scope.report('P202', {
      message: `\`${family}\` holds many values and wants the name of one in brackets`,
      span: ref.span,
      help: `write \`${family}["name"]\``,
    })
    return undefined
  }
  const key = ref.key.value
  if (key === '') {
    scope.report('P209', { message: `the name in the brackets of \`${family}\` is empty`, span: ref.key.span })
    return undefined
  }
  if (family === 'request.header' && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(key)) {
    scope.report('P209', { message: `${JSON.stringify(key)} cannot be the name of a header`, span: ref.key.span })
    return undefined
  }
  return remember(scope, keyedAttribute(family, key))
}

function resolveMeter(scope: Scope, ref: AttributeRef, family: MeterFamily): Attribute | undefined {
  const last = meterFamilies[family]
  const [, name, part] = ref.path
  if (!name || !part || ref.path.length > 3 || part.text !== last) {
    scope.report('P202', {
      message: `\`${ref.path.map((each) => each.text).join('.')}\` is not an attribute`,
      span: ref.span,
      help: `of a ${family} there is \`${family}.${name?.text ?? 'NAME'}.${last}\``,
      ...(name ? { edits: [{ span: ref.span, text: `${family}.${name.text}.${last}` }] } : {}),
    })
    return undefined
  }
  if (family === 'provider') {
    if (!scope.context.providers.has(name.text)) {
      const near = suggest(name.text, scope.context.providers.keys())
      scope.report('P207', {
        message: `the provider \`${name.text}\` is not configured`,
        span: name.span,
        help: near === undefined ? providersHelp(scope) : `did you mean \`${near}\`?`,
        edits: near === undefined ? undefined : [{ span: name.span, text: near }],
      })
      return undefined
    }
  } else if (!findNamed(scope.names, scope.report, name, { kinds: [family], called: `a ${family}` })) return undefined
  return remember(scope, meterAttribute(family, name.text))
}

/** Which providers there are, where there are few. */
export function providersHelp(scope: Scope): string | undefined {
  const names = [...scope.context.providers.keys()]
  if (names.length === 0) return 'add it under `providers` in gateway.yaml'
  return names.length > 8 ? undefined : `configured are ${names.map((each) => `\`${each}\``).join(', ')}`
}

function remember(scope: Scope, attribute: Attribute): Attribute {
  const known = scope.attributes.get(attribute.id)
  if (known) return known
  scope.attributes.set(attribute.id, attribute)
  return attribute
}

function reportUnknown(scope: Scope, ref: AttributeRef, path: string): void {
  if (scope.context.unreadTables?.has(ref.path[0]!.text)) return
  const message = `there is no attribute \`${path}\``
  const keyed = keyedFamilies.find((each) => path.startsWith(`${each}.`))
  if (keyed) {
    const text = `${keyed}[${JSON.stringify(path.slice(keyed.length + 1))}]`
    scope.report('P202', { message, span: ref.span, help: `write \`${text}\``, edits: [{ span: ref.span, text }] })
    return
  }
  const declared = ref.path.length === 1 ? scope.names.byName.get(path) : undefined
  if (declared) {
    scope.report('P210', {
      message: `\`${path}\` is ${article(declared.kind)}, not an attribute`,
      span: ref.span,
      related: [{ message: 'declared here', span: declared.name.span }],
      help: declared.kind === 'set' ? `test an attribute against it, as in \`caller.team in ${path}\`` : undefined,
    })
    return
  }
  const key = scope.brokenTables.get(ref.path[0]!.text)
  if (key !== undefined) {
    scope.report('P202', {
      message: `the table \`${ref.path[0]!.text}\` has no columns, since \`${key}\` cannot pick its rows`,
      span: ref.span,
      help: 'the `key` of a table in gateway.yaml is a string of the caller or the request, such as `caller.team`',
    })
    return
  }
  scope.report('P202', { message, span: ref.span }, () => mendUnknown(scope, ref, path))
}

function mendUnknown(scope: Scope, ref: AttributeRef, path: string): ReturnType<Mend> {
  const near = nearAttribute(scope, path)
  if (near !== undefined) {
    if (isKeyed(near) && !ref.key) return { help: `did you mean \`${near}["…"]\`?` }
    const text = ref.key && isKeyed(near) ? `${near}[${JSON.stringify(ref.key.value)}]` : near
    return { help: `did you mean \`${text}\`?`, edits: [{ span: ref.span, text }] }
  }
  const members = [...scope.attributes.values()].filter(
    (each) => each.path[0] === ref.path[0]!.text && !each.id.includes('['),
  )
  if (members.length > 0) return { help: `there are ${members.map((each) => `\`${each.id}\``).join(', ')}` }
  return ref.path.length > 1 ? { help: 'attributes of your own are declared under `attributes` in gateway.yaml' } : {}
}

/** The attribute that a misspelt path is nearest to: as a whole, by its last part, or by its last part alone. */
export function nearAttribute(scope: Scope, path: string): string | undefined {
  const plain = [...scope.attributes.keys()].filter((each) => !each.includes('['))
  const ids = [...plain, ...keyedFamilies, ...meterIds(scope)]
  const whole = suggest(path, ids)
  if (whole !== undefined) return whole
  const parts = path.split('.')
  const last = parts.at(-1)!
  const lastOf = (id: string) => id.slice(id.lastIndexOf('.') + 1)
  const sameHead = parts.length > 1 ? ids.filter((each) => each.startsWith(`${parts[0]!}.`)) : []
  const nearLast = suggest(last, sameHead.map(lastOf))
  const headId = nearLast === undefined ? undefined : sameHead.find((each) => lastOf(each) === nearLast)
  if (headId !== undefined) return headId
  // `team` or `user.team` for `caller.team`: callers first, since most conditions are about them.
  const exact = ids.filter((each) => lastOf(each) === last)
  return exact.find((each) => each.startsWith('caller.')) ?? exact[0]
}

/** The meters of all that is declared, whether or not something reads them. */
function meterIds(scope: Scope): string[] {
  const declared = [...scope.names.byName.values()].filter((each) => each.kind === 'budget' || each.kind === 'limit')
  return [
    ...declared.map((each) => `${each.kind}.${each.name.text}.used`),
    ...[...scope.context.providers.keys()].map((each) => `provider.${each}.healthy`),
  ]
}

/** "did you mean" over a closed list, or the list itself where it is short. */
export function oneOfHelp(found: string, values: readonly string[]): string {
  const near = didYouMean(found, values)
  return near ?? `one of ${values.map((each) => `\`${each}\``).join(', ')}`
}

export interface KeyUse {
  /** What reads it: `` `by` ``, `` `scope` ``. */
  readonly called: string
  /** Whether what is measured while deciding may be read: not where it makes a key. */
  readonly meters: boolean
}

/** An attribute whose value is taken as it is: part of a key, a tag, an amount. */
export function resolveScalar(scope: Scope, ref: AttributeRef, use: KeyUse): Attribute | undefined {
  const attribute = resolveAttribute(scope, ref)
  if (!attribute) return undefined
  if (!isScalar(attribute)) {
    scope.report('P203', {
      message: `\`${attribute.id}\` is a set of strings, but ${use.called} takes one value`,
      span: ref.span,
    })
    return undefined
  }
  const late: Partial<Record<Phase, string>> = {
    target: 'a target is chosen after that',
    ...(use.meters ? {} : { meters: 'it changes from request to request and would never be the same key' }),
  }
  const why = late[attribute.phase]
  if (why === undefined) return attribute
  scope.report('P208', { message: `\`${attribute.id}\` cannot stand in ${use.called}`, span: ref.span, help: why })
  return undefined
}

/** The attributes of a key, each once. */
export function resolveKey(scope: Scope, refs: readonly AttributeRef[], use: KeyUse): readonly Attribute[] {
  const found: Attribute[] = []
  for (const ref of refs) {
    const attribute = resolveScalar(scope, ref, use)
    if (!attribute) continue
    if (found.includes(attribute)) {
      scope.report('P209', {
        message: `\`${attribute.id}\` stands twice in ${use.called}`,
        span: ref.span,
        help: 'name it once',
      })
    } else found.push(attribute)
  }
  return found
}
