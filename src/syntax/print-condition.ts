/** Conditions and their parts as text, in one line: for messages, `diff` and mended text. */
import type {
  AttributeRef,
  Condition,
  ListLiteral,
  ListName,
  Literal,
  RegexLiteral,
  TargetRef,
} from './ast-conditions.ts'

/** A condition as policy text, with no more parentheses than its meaning needs. */
export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'or':
      return condition.operands.map(printCondition).join(' or ')
    case 'and':
      return condition.operands
        .map((each) => (each.kind === 'or' ? `(${printCondition(each)})` : printCondition(each)))
        .join(' and ')
    case 'not': {
      const { operand } = condition
      const inner = printCondition(operand)
      return operand.kind === 'or' || operand.kind === 'and' ? `not (${inner})` : `not ${inner}`
    }
    case 'compare':
      return `${printAttribute(condition.attribute)} ${condition.operator} ${printLiteral(condition.value)}`
    case 'in':
      return `${printAttribute(condition.attribute)} ${condition.negated ? 'not in' : 'in'} ${printValues(condition.values)}`
    case 'text':
      return `${printAttribute(condition.attribute)} ${condition.operator} ${printLiteral(condition.value)}`
    case 'matches':
      return `${printAttribute(condition.attribute)} matches ${printLiteral(condition.pattern)}`
    case 'elements': {
      const { attribute, quantifier, values } = condition
      const one = quantifier === 'one' && values.kind === 'list' ? values.items[0] : undefined
      return `${printAttribute(attribute)} has ${one ? printLiteral(one) : `${quantifier} ${printValues(values)}`}`
    }
    case 'present':
      return `has ${printAttribute(condition.attribute)}`
    case 'attribute':
      return printAttribute(condition.attribute)
    case 'define':
      return condition.name.text
    case 'access':
      return condition.effect
  }
}

/** `request.header["x-team"]`. */
export function printAttribute({ path, key }: AttributeRef): string {
  return path.map((part) => part.text).join('.') + (key ? `[${JSON.stringify(key.value)}]` : '')
}

/** A literal or target as policy text. */
export function printLiteral(literal: Literal | RegexLiteral | TargetRef): string {
  switch (literal.kind) {
    case 'string':
      return JSON.stringify(literal.value)
    case 'bool':
      return String(literal.value)
    case 'regex':
      return `/${literal.pattern}/${literal.ignoreCase ? 'i' : ''}`
    case 'target':
      return `${literal.provider}/${literal.model}`
    case 'number':
    case 'duration':
    case 'size':
    case 'money':
    case 'percent':
    case 'word':
      return literal.text
  }
}

function printValues(values: ListLiteral | ListName): string {
  return values.kind === 'name' ? values.name.text : `[${values.items.map(printLiteral).join(', ')}]`
}
