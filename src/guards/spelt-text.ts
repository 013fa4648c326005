/**
 * The content of a JSON string on its way through guards: looked at as the text that it means, and put out as it was
 * spelt.
 */
import { contextLength } from './detector.ts'
import { type Guarding, openText, type Part } from './guarded-text.ts'

const simple: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\' }

/** Whether an escape that has begun goes on. */
export function isOpenEscape(begun: string): boolean {
  return begun[1] === 'u' && begun.length < 6 && /^\\u[0-9a-fA-F]*$/.test(begun)
}

/** The character that an escape stands for; undefined where it is none. */
export function decodeEscape(spelling: string): string | undefined {
  if (/^\\u[0-9a-fA-F]{4}$/.test(spelling)) return String.fromCharCode(Number.parseInt(spelling.slice(2), 16))
  if (spelling === '\\/') return '/'
  return spelling.length === 2 && Object.hasOwn(simple, spelling[1]!) ? simple[spelling[1]!] : undefined
}

/** The content of a JSON string, guarded as the text that it means and put out as it was spelt. */
export interface SpeltText {
  /** Characters that stand for themselves. */
  readonly push: (text: string) => readonly Part[]
  /** One character that was spelt otherwise. */
  readonly spell: (character: string, spelling: string) => readonly Part[]
  readonly end: () => readonly Part[]
  /** The text that it means, as far as it serves as the name of what follows. */
  readonly decoded: () => string
}

export function openSpelt(guarding: Guarding, name: string | undefined): SpeltText {
  const text = openText(guarding, name)
  let decoded = ''
  /** The spellings of what the guard has not decided yet, by place; a place without one stands for itself. */
  const spellings = new Map<number, string>()
  let taken = 0
  let given = 0
  const speltAs = (kept: string): string => {
    if (spellings.size === 0) {
      given += kept.length
      return kept
    }
    let out = ''
    for (let i = 0; i < kept.length; i++) {
      out += spellings.get(given) ?? kept[i]!
      spellings.delete(given)
      given++
    }
    return out
  }
  const spelt = (part: Part): Part => {
    switch (part.kind) {
      case 'keep':
        return { kind: 'keep', text: speltAs(part.text) }
      case 'put':
        return { ...part, text: JSON.stringify(part.text).slice(1, -1) }
      case 'drop':
        for (let i = 0; i < part.length; i++) spellings.delete(given++)
        return part
      case 'block':
        return part
    }
  }
  const push = (more: string): readonly Part[] => {
    taken += more.length
    if (decoded.length < contextLength) decoded = (decoded + more).slice(0, contextLength)
    return text.push(more).map(spelt)
  }
  return {
    push,
    spell: (character, spelling) => {
      spellings.set(taken, spelling)
      return push(character)
    },
    end: () => text.end().map(spelt),
    decoded: () => decoded,
  }
}
