/** Precedence: a row of operands joined by `and` and `or`, as a tree in which `and` binds closer. */
import type { IToken } from 'chevrotain'
import type { Source } from '../diagnostics/source.ts'
import type { Condition } from './ast-conditions.ts'
import { keywords } from './tokens.ts'

/** An operand, with the span of the parentheses around it. */
export interface Operand {
  readonly condition: Condition
  readonly start: number
  readonly end: number
}

/** The condition that operands and the connectives between them make. */
export function groupOperands(source: Source, operands: readonly Operand[], connectives: readonly IToken[]): Condition {
  const groups: Operand[][] = [[operands[0]!]]
  connectives.forEach((connective, i) => {
    if (connective.tokenType === keywords.or) groups.push([])
    groups.at(-1)!.push(operands[i + 1]!)
  })
  const conjunctions = groups.map((each) => combine(source, 'and', each))
  return combine(source, 'or', conjunctions).condition
}

function combine(source: Source, kind: 'or' | 'and', operands: readonly Operand[]): Operand {
  const first = operands[0]!
  if (operands.length === 1) return first
  const { start } = first
  const { end } = operands.at(-1)!
  return {
    condition: { kind, operands: operands.map((each) => each.condition), span: { source, start, end } },
    start,
    end,
  }
}
