/**
 * Defines, each lowered once, those that it uses before it. A circle has no order and is reported.
 */
import type { DefineStatement } from '../syntax/ast.ts'
import type { Condition, Name } from '../syntax/ast-conditions.ts'
import type { TargetRead } from './checked-define.ts'
import { lowerCondition } from './conditions.ts'
import type { Scope } from './scope.ts'

/** Fills `scope.defines`; a define in a circle is left out. */
export function checkDefines(scope: Scope, defines: readonly DefineStatement[]): void {
  const uses = new Map(defines.map((each) => [each, usesOf(scope, each)]))
  for (const define of usesFirst(scope, defines, uses)) {
    const reads: TargetRead[] = []
    const place = { called: `the define \`${define.name.text}\``, target: true, access: false, reads }
    const cond = lowerCondition(scope, define.condition, place)
    scope.defines.set(define.name.text, { cond, reads })
  }
}

interface Use {
  readonly define: DefineStatement
  readonly name: Name
}

/** The defines that one names, with the places where it does. */
function usesOf(scope: Scope, define: DefineStatement): readonly Use[] {
  const found: Use[] = []
  const visit = (condition: Condition): void => {
    if (condition.kind === 'or' || condition.kind === 'and') condition.operands.forEach(visit)
    else if (condition.kind === 'not') visit(condition.operand)
    else if (condition.kind === 'define') {
      const used = scope.names.byName.get(condition.name.text)
      if (used?.kind === 'define') found.push({ define: used, name: condition.name })
    }
  }
  visit(define.condition)
  return found
}

/** Depth-first without recursion, since a chain of defines may be as long as a file. */
function usesFirst(
  scope: Scope,
  defines: readonly DefineStatement[],
  uses: ReadonlyMap<DefineStatement, readonly Use[]>,
): readonly DefineStatement[] {
  const ordered: DefineStatement[] = []
  const state = new Map<DefineStatement, 'open' | 'done' | 'circular'>()
  for (const root of defines) {
    if (state.has(root)) continue
    const stack: { readonly define: DefineStatement; next: number }[] = [{ define: root, next: 0 }]
    state.set(root, 'open')
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const use = uses.get(top.define)?.[top.next++]
      if (!use) {
        stack.pop()
        if (state.get(top.define) === 'open') {
          state.set(top.define, 'done')
          ordered.push(top.define)
        }
        continue
      }
      const seen = state.get(use.define)
      if (seen === undefined) {
        state.set(use.define, 'open')
        stack.push({ define: use.define, next: 0 })
      } else if (seen === 'open') {
        const circle = stack.slice(stack.findIndex((each) => each.define === use.define))
        if (circle[0]?.define === use.define)
          reportCircle(
            scope,
            circle.map((each) => each.define),
            uses,
          )
        for (const each of circle) state.set(each.define, 'circular')
      }
    }
  }
  return ordered
}

function reportCircle(
  scope: Scope,
  circle: readonly DefineStatement[],
  uses: ReadonlyMap<DefineStatement, readonly Use[]>,
): void {
  const first = circle[0]!
  const related = circle.map((define, index) => {
    const next = circle[(index + 1) % circle.length]!
    const use = uses.get(define)?.find((each) => each.define === next)
    return {
      message: `\`${define.name.text}\` uses \`${next.name.text}\` here`,
      span: use?.name.span ?? define.name.span,
    }
  })
  const chain = [...circle, first].map((each) => `\`${each.name.text}\``).join(' → ')
  scope.report('P211', {
    message:
      circle.length === 1
        ? `the define \`${first.name.text}\` uses itself`
        : `the define \`${first.name.text}\` uses itself: ${chain}`,
    span: first.name.span,
    related,
    help: 'a define is written out where it is used, so it cannot stand in itself',
  })
}
