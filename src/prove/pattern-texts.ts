/** The tests of patterns and addresses in a universe, by joint variable: their texts mean the same in every policy. */
import { classSet, hasClass } from '../graph/class-set.ts'
import type { Graph } from '../graph/graph.ts'
import { type WrittenTest, writtenTests } from '../graph/written-tests.ts'
import type { PatternTexts } from './describe-classes.ts'
import type { Universe } from './universe.ts'

/** Tests that hold a literal: a name of a set or a define may mean something else in another policy. */
const literal = / (like|starts_with|ends_with|contains|matches|~=) ["/]| in \[/

/** `graphs` are the first parts of the universe, in order. */
export function patternTexts(universe: Universe, graphs: readonly Graph[]): PatternTexts {
  const found = new Map<number, WrittenTest[]>()
  for (const [part, graph] of graphs.entries()) {
    const tests = writtenTests(graph)
    for (const [joint, { members, classes }] of universe.variables.entries()) {
      for (const [at, member] of members.entries()) {
        if (member.part !== part) continue
        for (const { text, classes: own } of tests.get(member.variable) ?? []) {
          if (!literal.test(text) || text.includes(' not in ')) continue
          const inside = classSet(classes.flatMap(({ of }, number) => (hasClass(own, of[at]!) ? [number] : [])))
          const all = found.get(joint) ?? []
          if (!all.some((each) => each.classes.join() === inside.join())) all.push({ text, classes: inside })
          found.set(joint, all)
        }
      }
    }
  }
  return found
}
