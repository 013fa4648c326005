/** A value for several classes at once: found where there is one, refused where there is none. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { compilePolicy } from '../../src/compile/compile.ts'
import { findValue, type Wanted } from '../../src/compile/sample.ts'
import { createClassifier } from '../../src/decide/classify.ts'
import type { Graph } from '../../src/graph/graph.ts'
import type { Sample } from '../../src/graph/variable.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'

const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

function graphOf(text: string): Graph {
  const { policy, diagnostics } = checkText(text, loaded)
  if (!policy) throw new Error(diagnostics.map((each) => each.message).join('; '))
  return compilePolicy(policy)
}

/** The variables of an attribute with the classes that a value has. */
function classesOf(graph: Graph, id: string, value: Sample): Wanted[] {
  const attribute = graph.attributes.findIndex((each) => each.id === id)
  return graph.variables
    .filter((each) => each.attribute === attribute)
    .map((variable) => ({ variable, class: createClassifier(variable)(value) }))
}

/** So many `contains` that no automaton holds them all: each is a variable of its own. */
const words = ['ab', 'ba', 'aab', 'bb', 'cab', 'abc', 'cc', 'ac', 'ca', 'bca', 'aa', 'acb', 'bcb', 'cbc']
const many = [
  ...words.map((word, i) => `deny c${i} when request.text contains "${word}"`),
  ...Array.from({ length: 12 }, (_, i) => `deny l${i} when request.text contains "long-${i}-word-${i}"`),
  'deny exact when request.text in ["abc", "ab"]',
  'deny front when request.text starts_with "ca"',
].join('\n')

test('the patterns are variables of their own', () => {
  const graph = graphOf(many)
  expect(graph.variables.filter((each) => each.classifier.kind === 'pattern').length).toBeGreaterThan(20)
})

test(`a value is found for the classes of any value (seed ${seed})`, () => {
  const graph = graphOf(many)
  const attribute = graph.attributes.find((each) => each.id === 'request.text')!
  const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 })
  const property = fc.property(value, (text) => {
    const wanted = classesOf(graph, 'request.text', text)
    const found = findValue(attribute, wanted)
    expect(found.kind).toBe('value')
    for (const each of wanted) {
      expect(createClassifier(each.variable)(found.kind === 'value' ? (found.value as Sample) : undefined)).toBe(
        each.class,
      )
    }
  })
  fc.assert(property, { numRuns: 25, seed, endOnFailure: true })
})

test(`no value is found only where there is none (seed ${seed})`, () => {
  const graph = graphOf(many)
  const attribute = graph.attributes.find((each) => each.id === 'request.text')!
  const short = ['a', 'b', 'c', 'x'].reduce<string[]>(
    (all) => [...all, ...all.flatMap((each) => ['a', 'b', 'c', 'x'].map((c) => each + c))],
    [''],
  )
  const property = fc.property(
    fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 }),
    fc.nat(25),
    (text, turned) => {
      const wanted = classesOf(graph, 'request.text', text).map((each, index) =>
        index === turned % 26 && each.variable.classifier.kind === 'pattern'
          ? { ...each, class: 1 - each.class }
          : each,
      )
      const found = findValue(attribute, wanted)
      if (found.kind === 'none') {
        const counter = short.find((each) =>
          wanted.every((want) => createClassifier(want.variable)(each) === want.class),
        )
        expect(counter).toBeUndefined()
      } else if (found.kind === 'value') {
        for (const each of wanted) expect(createClassifier(each.variable)(found.value as Sample)).toBe(each.class)
      }
    },
  )
  fc.assert(property, { numRuns: 6, seed, endOnFailure: true })
})

test.each([
  ['contains what it does not', { contains: ['aab'], not: ['ab'] }, 'none'],
  ['contains two at once', { contains: ['ab', 'cc'], not: ['abc'] }, 'value'],
])('a value that %s', (_, { contains, not }, kind) => {
  const graph = graphOf(many)
  const attribute = graph.attributes.find((each) => each.id === 'request.text')!
  const wanted = classesOf(graph, 'request.text', 'x').flatMap((each): Wanted[] => {
    const { classifier } = each.variable
    if (classifier.kind !== 'pattern' || classifier.test.kind !== 'contains') return [each]
    if (contains.includes(classifier.test.text)) return [{ ...each, class: 1 }]
    return not.includes(classifier.test.text) ? [{ ...each, class: 0 }] : []
  })
  expect(findValue(attribute, wanted).kind).toBe(kind)
})

test('a model at an open provider, by its name there', () => {
  const graph = graphOf(
    'allow a\nrestrict r to not target.model like "secret-*" and target.model != "plain"\nroute x { to beta/* }',
  )
  const attribute = graph.attributes.find((each) => each.id === 'request.model')!
  const views = graph.variables.filter((each) => each.classifier.kind === 'pattern')
  expect(views.length).toBeGreaterThan(0)
  for (const value of ['secret-1', 'beta/secret-1', 'plain', 'beta/plain', 'other']) {
    const wanted = classesOf(graph, 'request.model', value)
    const found = findValue(attribute, wanted)
    expect(found.kind).toBe('value')
    if (found.kind !== 'value') continue
    for (const each of wanted) expect(createClassifier(each.variable)(found.value as Sample)).toBe(each.class)
  }
})

test('a set has the elements that are wanted', () => {
  const graph = graphOf('deny a when caller.roles has "x" and not caller.roles has "y"')
  const attribute = graph.attributes.find((each) => each.id === 'caller.roles')!
  const wanted = graph.variables.map((variable) => ({
    variable,
    class: variable.classifier.kind === 'element' && variable.classifier.element === 'x' ? 1 : 0,
  }))
  expect(findValue(attribute, wanted)).toEqual({ kind: 'value', value: ['x'] })
})
