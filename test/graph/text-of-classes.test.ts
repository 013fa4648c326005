import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openPolicy, type Policy, readPolicy } from '../../src/compile/load.ts'
import type { Facts } from '../../src/decide/facts.ts'
import { type ClassSet, classSet, hasClass } from '../../src/graph/class-set.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { formatDate } from '../../src/graph/literal-text.ts'
import { textOfClasses } from '../../src/graph/text-of-classes.ts'
import { writtenTests } from '../../src/graph/written-tests.ts'

const config = {
  providers: { a: { type: 'simulator' } },
  models: { 'a/x': {} },
  attributes: { 'caller.share': { type: 'percent', from: 'host' } },
}

const conditions = [
  'caller.team == "core" or caller.team in ["web", "ops"] or (caller.team == "web" and has caller.team)',
  'request.model like "gpt-*" or request.model starts_with "gpt-5" or request.model == "smart"',
  'request.input_tokens >= 8000 and request.input_tokens < 20000 or request.input_tokens == 7',
  'request.temperature > 0.5 or has request.temperature',
  'request.max_tokens < 100',
  'request.stream',
  'request.bytes > 10KB or caller.share >= 12.5%',
  'time.date >= "2026-12-24" and time.date <= "2026-12-26"',
  'time.weekday in ["sat", "sun"] or time.weekday == "fri"',
  'request.api == "embeddings" or request.api in ["chat", "messages"]',
  'caller.roles has any ["admin", "lead"]',
  'caller.ip in ["10.0.0.0/8", "2001:db8::/32"] and not caller.ip in ["10.1.0.0/16"]',
  'has caller.org',
]
const policy = conditions.map((each, index) => `deny r${index} when ${each}\n`).join('')

async function compile(text: string): Promise<Policy> {
  const { config: read, checked, diagnostics } = await readPolicy({ config, policy: text }, { env: {} })
  if (!checked) throw new Error(JSON.stringify(diagnostics.map((each) => each.message)))
  return openPolicy(read!, checked, diagnostics)
}

const { graph } = await compile(policy)
const tests = writtenTests(graph)

function textOf(variable: number, classes: ClassSet, own: Graph = graph): string {
  const described = own.variables[variable]!
  const attribute = own.attributes[described.attribute]!
  return textOfClasses({ variable: described, attribute, tests: tests.get(variable) ?? [] }, classes)
}

const variableOf = (id: string, nth = 0): number =>
  graph.variables.flatMap((each, index) => (graph.attributes[each.attribute]!.id === id ? [index] : []))[nth]!

/** Facts in which a variable is in the class. */
function factsIn(variable: number, each: number): Facts {
  const { attribute: index, samples, classifier } = graph.variables[variable]!
  const attribute = graph.attributes[index]!
  const sample = samples[each]
  const value =
    classifier.kind === 'element'
      ? each === 1
        ? [classifier.element]
        : []
      : classifier.kind === 'present'
        ? each === 1
          ? 'some'
          : undefined
        : attribute.type === 'date' && typeof sample === 'number'
          ? formatDate(sample)
          : sample
  const facts: Record<string, unknown> = {}
  let at = facts
  for (const part of attribute.path.slice(0, -1)) at = (at[part] = {}) as Record<string, unknown>
  at[attribute.path.at(-1)!] = value
  return facts
}

test('law: the text, as a condition of a policy, holds of exactly these classes', async () => {
  const variables = graph.variables.map((_, index) => index)
  const picked = fc.tuple(fc.constantFrom(...variables), fc.infiniteStream(fc.boolean())).map(([variable, stream]) => {
    const { size } = graph.variables[variable]!
    const classes = Array.from({ length: size }, (_, each) => each).filter(() => stream.next().value === true)
    return { variable, classes: classSet(classes) }
  })
  let told = 0
  await fc.assert(
    fc.asyncProperty(picked, async ({ variable, classes }) => {
      const text = textOf(variable, classes)
      fc.pre(text !== 'always' && text !== 'never' && !/such as|…/.test(text))
      told++
      const { decide } = await compile(`${policy}deny told when ${text}\n`)
      for (let each = 0; each < graph.variables[variable]!.size; each++) {
        const isDenied = decide(factsIn(variable, each)).access.rules.includes('told')
        expect([text, each, isDenied]).toEqual([text, each, hasClass(classes, each)])
      }
    }),
    { numRuns: 150 },
  )
  expect(told).toBeGreaterThan(100)
})

describe('texts', () => {
  const holding = (variable: number, holds: (sample: unknown) => boolean): ClassSet =>
    classSet(graph.variables[variable]!.samples.flatMap((sample, each) => (holds(sample) ? [each] : [])))

  test('strings', () => {
    const team = variableOf('caller.team')
    expect(
      textOf(
        team,
        holding(team, (each) => each === 'core'),
      ),
    ).toBe('caller.team == "core"')
    expect(
      textOf(
        team,
        holding(team, (each) => each === 'core' || each === undefined),
      ),
    ).toBe('caller.team == "core" or not has caller.team')
    expect(
      textOf(
        team,
        holding(team, (each) => each !== 'core'),
      ),
    ).toBe('caller.team != "core"')
    expect(
      textOf(
        team,
        holding(team, (each) => each !== 'core' && each !== undefined),
      ),
    ).toBe('has caller.team and caller.team != "core"')
    expect(
      textOf(
        team,
        holding(team, (each) => each !== undefined),
      ),
    ).toBe('has caller.team')
  })

  test('patterns, by what the author asked', () => {
    const model = variableOf('request.model')
    const is = (pattern: RegExp) =>
      textOf(
        model,
        holding(model, (each) => pattern.test(String(each))),
      )
    expect(is(/^gpt-/)).toBe('request.model like "gpt-*"')
    expect(is(/^gpt-5/)).toBe('request.model starts_with "gpt-5"')
    expect(is(/^gpt-(?!5)/)).toBe('request.model like "gpt-*" and not request.model starts_with "gpt-5"')
    expect(is(/^smart$|^gpt-5/)).toBe('request.model == "smart" or request.model starts_with "gpt-5"')
  })

  test('numbers, in their own units', () => {
    const tokens = variableOf('request.input_tokens')
    expect(
      textOf(
        tokens,
        holding(tokens, (each) => Number(each) >= 8000),
      ),
    ).toBe('request.input_tokens >= 8000')
    expect(
      textOf(
        tokens,
        holding(tokens, (each) => Number(each) < 8000),
      ),
    ).toBe('request.input_tokens < 8000')
    expect(
      textOf(
        tokens,
        holding(tokens, (each) => each === 7),
      ),
    ).toBe('request.input_tokens == 7')
    const bytes = variableOf('request.bytes')
    expect(
      textOf(
        bytes,
        holding(bytes, (each) => Number(each) > 10_000),
      ),
    ).toBe('request.bytes > 10KB')
    const share = variableOf('caller.share')
    expect(
      textOf(
        share,
        holding(share, (each) => Number(each) >= 0.125),
      ),
    ).toBe('caller.share >= 12.5%')
    const date = variableOf('time.date')
    const days = (text: string) => Date.parse(text) / 86_400_000
    expect(
      textOf(
        date,
        holding(date, (each) => Number(each) > days('2026-12-26')),
      ),
    ).toBe('time.date > "2026-12-26"')
  })

  test('bools, sets and presence', () => {
    expect(textOf(variableOf('request.stream'), [1, 2])).toBe('request.stream')
    expect(textOf(variableOf('request.stream'), [0, 1])).toBe('request.stream == false')
    expect(textOf(variableOf('caller.roles'), [1, 2])).toBe('caller.roles has "admin"')
    expect(textOf(variableOf('caller.roles', 1), [0, 1])).toBe('not caller.roles has "lead"')
    expect(textOf(variableOf('caller.org'), [1, 2])).toBe('has caller.org')
  })

  test('nothing and everything', () => {
    expect(textOf(0, [])).toBe('never')
    expect(textOf(0, [0, graph.variables[0]!.size])).toBe('always')
  })
})
