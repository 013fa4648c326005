/** The atoms of a condition, in the order of the text. */
import type { Atom, Cond } from './policy.ts'

export function atomsOf(condition: Cond): readonly Atom[] {
  const atoms: Atom[] = []
  const visit = (each: Cond): void => {
    switch (each.kind) {
      case 'and':
      case 'or':
        each.of.forEach(visit)
        return
      case 'not':
        visit(each.of)
        return
      case 'atom':
        atoms.push(each)
        return
      case 'const':
      case 'access':
        return
    }
  }
  visit(condition)
  return atoms
}
