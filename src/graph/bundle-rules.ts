/** The shape of a graph's rules: names, conditions over classes, and what each kind of rule says. */
import {
  ascending,
  between,
  type Check,
  indexBelow,
  isBoolean,
  isNumber,
  isText,
  isTexts,
  list,
  oneOf,
  record,
  variants,
  whole,
} from './bundle-shape.ts'

/** What rules refer to, by number or by id. */
export interface RuleContext {
  /** How many classes each variable has. */
  readonly sizes: readonly number[]
  readonly attributes: number
  readonly attributeIds: ReadonlySet<string>
  readonly targets: number
}

/** Deeper than any condition that compiles. */
const mostLevels = 2000

/** A condition over the variables' classes. */
export function isExpression(sizes: readonly number[]): Check {
  const at = (value: unknown, level: number): string | undefined => {
    if (level > mostLevels) return ' is nested too deep'
    const nested: Check = (each) => at(each, level + 1)
    switch ((value as { kind?: unknown } | null)?.kind) {
      case 'const':
        return constShape(value)
      case 'not':
        return record({ kind: oneOf('not'), of: nested })(value)
      case 'and':
      case 'or':
        return record({ kind: oneOf('and', 'or'), of: list(nested) })(value)
      case 'test':
        return testShape(value) ?? classesProblem(value as { variable: number; classes: unknown }, sizes)
      default:
        return ' is no condition'
    }
  }
  const constShape = record({ kind: oneOf('const'), value: isBoolean })
  const testShape = record({
    kind: oneOf('test'),
    variable: indexBelow(sizes.length),
    classes: list(whole(0)),
    text: isText,
  })
  return (value) => at(value, 0)
}

/** Half-open ranges that ascend. */
function classesProblem(test: { variable: number; classes: unknown }, sizes: readonly number[]): string | undefined {
  const ranges = test.classes as readonly number[]
  const inOrder = ranges.every((each, i) => i === 0 || ranges[i - 1]! < each)
  const last = ranges[ranges.length - 1] ?? 0
  return inOrder && ranges.length % 2 === 0 && last <= sizes[test.variable]! ? undefined : '.classes are no ranges'
}

/** A rule of any kind. */
export function isRule(context: RuleContext): Check {
  const { targets, attributes, attributeIds } = context
  const base = {
    name: isText,
    when: isExpression(context.sizes),
    place: record({ file: isText, line: whole(1), column: whole(1) }),
  }
  const isKnown: Check = (id) => (attributeIds.has(id as string) ? undefined : ' is no attribute of the graph')
  const candidate = variants({
    target: [{ target: indexBelow(targets) }],
    requested: [{}],
    open: [{ provider: isText, target: indexBelow(targets) }],
  })
  const step = variants({
    target: [{ candidate }],
    split: [{ arms: list(record({ candidate, share: between(0, 1) })) }, { stickyBy: isText }],
    choice: [{ by: oneOf('cheapest', 'fastest', 'least_busy', 'any'), candidates: list(candidate) }],
  })
  const amount = variants({
    constant: [{ value: isNumber }],
    attribute: [{ attribute: indexBelow(attributes), times: isNumber }],
  })
  const reason = { because: isText, status: whole(100, 599) }
  return variants({
    allow: [base, reason],
    deny: [base, reason],
    restrict: [base, { because: isText }],
    route: [
      { ...base, steps: list(step), timeouts: timeoutsShape },
      { retry: retryShape, hedgeMs: isNumber, onLoss: oneOf('reject', 'degrade') },
    ],
    cache: [{ ...base, value: cacheShape }],
    limit: [{ ...base, amount, value: limitShape }],
    budget: [{ ...base, amount, value: budgetShape }],
    guard: [{ ...base, value: guardShape }],
    rewrite: [{ ...base, set: list(fieldShape(isKnown)) }],
    shadow: [{ ...base, share: between(0, 1), candidate }],
    log: [
      {
        ...base,
        capture: list(oneOf('body', 'headers', 'none')),
        tags: list(record({ key: isText, attribute: isKnown })),
      },
    ],
  })
}

const clocks = ['connectMs', 'firstTokenMs', 'idleMs', 'attemptMs', 'deadlineMs']
const timeoutsShape = record({}, Object.fromEntries(clocks.map((each) => [each, isNumber])))

const retryShape = record({ count: whole(0, 1000), on: isTexts, backoffMinMs: isNumber, backoffMaxMs: isNumber })

const cacheOff = record({ rule: isText, off: oneOf(true) })
const cacheOn = record(
  { rule: isText, off: oneOf(false), ttlMs: isNumber, staleMs: isNumber, scope: isTexts },
  { semantic: isNumber },
)
const cacheShape: Check = (value) =>
  (value as { off?: unknown } | null)?.off === true ? cacheOff(value) : cacheOn(value)

const limitShape = record(
  { rule: isText, unit: oneOf('requests', 'tokens', 'concurrent'), by: isTexts },
  { perMs: isNumber, burst: isNumber },
)

const budgetShape = record({
  rule: isText,
  window: oneOf('day', 'week', 'month', 'total'),
  by: isTexts,
  at: list(record({ used: isNumber, action: oneOf('warn', 'deny') })),
})

const guardShape = record({
  rule: isText,
  clauses: list(
    record({
      action: oneOf('redact', 'mask', 'block', 'flag'),
      detectors: isTexts,
      in: list(oneOf('request', 'response')),
    }),
  ),
})

function fieldShape(isKnown: Check): Check {
  return variants({
    max_tokens: [{ atMost: isNumber }],
    temperature: [{ value: isNumber }],
    system_prepend: [{ text: isText }],
    header: [{ name: isText, value: isText }],
    metadata: [{ key: isText, attribute: isKnown }],
    service_tier: [{ value: isText }],
  })
}

/** What a restrict forbids; `isRestrict` tells which rules are restricts. */
export function isProhibition(context: RuleContext, isRestrict: (rule: number) => boolean): Check {
  return record({
    rule: (value) => (isRestrict(value as number) ? undefined : ' is no restrict'),
    when: isExpression(context.sizes),
    targets: ascending(context.targets),
  })
}
