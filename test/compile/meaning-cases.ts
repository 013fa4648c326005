/** Policies changed without a change of meaning, and decisions without what meaning leaves out. */
import type { CheckedPolicy } from '../../src/check/policy.ts'
import type { Decision, RewriteField } from '../../src/graph/decision.ts'

/** Another text of the same meaning; `draw` picks where there is a choice. */
export type Rewording = (text: string, checked: CheckedPolicy, draw: number) => string

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

function edited(text: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((a, b) => b.start - a.start)
  return ordered.reduce((done, { start, end, text: put }) => done.slice(0, start) + put + done.slice(end), text)
}

/** Every written condition put in other words. */
function conditions(word: (condition: string, index: number) => string): Rewording {
  return (text, { rules }) =>
    edited(
      text,
      rules.flatMap(({ whenSpan, index }) =>
        whenSpan ? [{ ...whenSpan, text: word(text.slice(whenSpan.start, whenSpan.end), index) }] : [],
      ),
    )
}

const unrelated = ['request.max_tokens > 7', 'caller.role ~= "Zed"', 'request.model like "zz*y"', 'has caller.region']
const other = (draw: number): string => unrelated[draw % unrelated.length]!

interface Statement {
  readonly kind: string
  readonly text: string
}

/** The statements of a generated policy: each begins a line. */
function statementsOf(text: string): Statement[] {
  const parts = text.split(/\n(?=[a-z]+ )/)
  return parts.map((each) => ({ kind: each.slice(0, each.indexOf(' ')), text: each }))
}

const commutative = ['allow', 'deny', 'restrict', 'limit', 'budget', 'shadow', 'log']

/** The rule once more, under another name, each half of it where the other is not. */
function split(text: string, checked: CheckedPolicy, draw: number): string {
  const { rules } = checked
  if (rules.length === 0) return text
  const rule = rules[draw % rules.length]!
  const { start, end } = rule.node.span
  const half = (name: string, test: string): string => {
    const named: Edit = { start: rule.nameSpan.start - start, end: rule.nameSpan.end - start, text: name }
    const own = text.slice(start, end)
    if (rule.whenSpan === undefined) return edited(own, [{ ...named, text: `${name} when ${test}` }])
    const condition = text.slice(rule.whenSpan.start, rule.whenSpan.end)
    const when: Edit = {
      start: rule.whenSpan.start - start,
      end: rule.whenSpan.end - start,
      text: `(${condition}) and (${test})`,
    }
    return edited(own, [named, when])
  }
  const test = other(draw >> 8)
  return edited(text, [{ start, end, text: `${half(rule.name, test)}\n${half('other_half', `not (${test})`)}` }])
}

export const rewordings: Readonly<Record<string, Rewording>> = {
  comments: (text) => `# first\n${text.replaceAll('\n', ' # said\n')}`,
  layout: (text) => text.replaceAll(/ (?=(when|and|or)\b)/g, '\n    '),
  names: (text) => {
    const kinds = 'allow|deny|restrict|route|cache|guard|rewrite|shadow|log|assert|assume|set|define|pool'
    return text.replaceAll(new RegExp(`(?<!")\\b(${kinds})_(\\d+)\\b`, 'g'), 'renamed_$1_$2')
  },
  'order of commutative rules': (text, _, draw) => {
    const statements = statementsOf(text)
    const moving = statements.filter((each) => commutative.includes(each.kind))
    const turned = draw % 2 === 0 ? [...moving].reverse() : [...moving.slice(1), ...moving.slice(0, 1)]
    return statements.map((each) => (commutative.includes(each.kind) ? turned.shift()! : each).text).join('\n')
  },
  'double negation': conditions((each) => `not (not (${each}))`),
  'De Morgan': (text, checked, draw) =>
    conditions((each) => `not (not (${each}) or not (${each} or (${each} and ${other(draw)})))`)(text, checked, draw),
  'redundant atoms': (text, checked, draw) =>
    conditions(
      (each, index) => `((${each}) and ${other(draw + index)}) or ((${each}) and not (${other(draw + index)}))`,
    )(text, checked, draw),
  'dead rules': (text, _, draw) => {
    const dead = `${other(draw)} and not (${other(draw)})`
    const rules = [
      `allow dead when ${dead}`,
      `deny dead when ${dead} because "dead"`,
      `route dead when ${dead} { to alpha/large }`,
      `limit dead when ${dead} { 7 requests per 1m }`,
      `log dead when ${dead} { capture body }`,
    ]
    return `${text}\n${rules[(draw >> 4) % rules.length]}\n`
  },
  'a route behind one that takes all': (text) =>
    `${text}\nroute last_of_all { to alpha/large }\nroute never when request.stream { to alpha/small }\n`,
  'one rule as two halves': split,
  'conditions as defines': (text, checked) => {
    const defines: string[] = []
    const used = conditions((each, index) => {
      if (/\b(target|budget|limit|provider)\./.test(each)) return each
      defines.push(`define own_${index} = ${each}`)
      return `own_${index}`
    })(text, checked, 0)
    return [...defines, used].join('\n')
  },
}

/** The decision without names, and without the order and repetition that mean nothing. */
export function essence({ access, route, cache, limits, budgets, guards, rewrites, shadows, log }: Decision): unknown {
  const nameless = (value: object | null): string => JSON.stringify(value && { ...value, rule: '' })
  const set = (values: readonly (object | null)[]): string[] => [...new Set(values.map(nameless))].sort()
  const fields = rewrites.flatMap((each) => each.set)
  const topicOf = (field: RewriteField): string =>
    `${field.kind} ${'name' in field ? field.name : 'key' in field ? field.key : ''}`
  return {
    access: { ...access, rules: [] },
    route: nameless(route),
    cache: nameless(cache),
    limits: set(limits),
    budgets: set(budgets),
    guards: [...new Set(guards.map(nameless))],
    rewrites: [...new Set(fields.map(topicOf))]
      .sort()
      .map((topic) => [
        ...new Set(fields.filter((each) => topicOf(each) === topic).map((each) => JSON.stringify(each))),
      ]),
    shadows: set(shadows),
    capture: log.capture,
    tags: set(log.tags),
  }
}
