/** What a bundle with a fitting digest is still refused for: each thing that deciding relies on, broken by itself. */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { compilePolicy } from '../../src/compile/compile.ts'
import { digestOf } from '../../src/compile/digest.ts'
import { decodeBundle, encodeBundle } from '../../src/graph/bundle.ts'
import { decodeInt32s, encodeInt32s } from '../../src/graph/bundle-base64.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'

const policy = `allow core when caller.team in ["core", "labs"] and signal.count > 7
deny far when request.model like "gpt-*" and signal.origin in ["10.0.0.0/8"]
restrict near when signal.trusted to target.region == "eu"
route split when signal.labels has "a" { to 50% alpha/small | 50% alpha/large }
route open when caller.kind == "key" { to gamma/* }
route anything { to requested }
cache short when signal.flagged { ttl 5m }
limit rate { tenant.seats requests per 1m by caller.team }
rewrite meta { metadata "since" = signal.since }
log teams { tag "team" = caller.team }
`

/* biome-ignore lint/suspicious/noExplicitAny: a test reaches anywhere into a document. */
type Loose = any
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

function documentOf(options = {}): Loose {
  const { policy: checked, diagnostics } = checkText(policy, loaded)
  if (!checked) throw new Error(diagnostics.map((each) => each.message).join('\n'))
  const graph = compilePolicy(checked, options)
  return JSON.parse(encodeBundle(graph, { build: digestOf(graph), meaning: '0'.repeat(64) }))
}

/** What is said of the document once its graph was changed and its digest made anew. */
async function refusalOf(document: Loose, change: (graph: Loose) => void): Promise<string> {
  change(document.graph)
  document.build = createHash('sha256').update(JSON.stringify(document.graph)).digest('hex')
  const decoded = await decodeBundle(JSON.stringify(document))
  return decoded.ok ? 'nothing' : decoded.message
}

const variableOf = (graph: Loose, kind: string): Loose =>
  graph.variables.find((each: Loose) => each.classifier.kind === kind)
const ruleOf = (graph: Loose, name: string): Loose => graph.rules.find((each: Loose) => each.name === name)
const attributeOf = (graph: Loose, id: string): Loose => graph.attributes.find((each: Loose) => each.id === id)
const recode = (graph: Loose, change: (code: Int32Array) => void): void => {
  const code = decodeInt32s(graph.code)!
  change(code)
  graph.code = encodeInt32s(code)
}

test('the document as it is is refused for nothing', async () => {
  expect(await refusalOf(documentOf(), () => undefined)).toBe('nothing')
})

const cases: readonly [string, (graph: Loose) => void, RegExp][] = [
  ['an attribute of an unknown type', (g) => (g.attributes[0].type = 'text'), /attributes\[0\]\.type is not one of/],
  ['an attribute with a short path', (g) => (g.attributes[0].path = ['caller']), /\.path is not a filled list/],
  ['an attribute with a long path', (g) => g.attributes[0].path.push('x', 'y'), /\.path is too long/],
  [
    'a fallback of another type',
    (g) => (attributeOf(g, 'signal.trusted').fallback = 'yes'),
    /\.fallback is not true or false/,
  ],
  ['a variable of no attribute', (g) => (g.variables[0].attribute = 1000), /variables\[0\]\.attribute is not below/],
  ['a variable without classes', (g) => (g.variables[0].size = 0), /\.size is not a whole number from 1/],
  ['more classes than samples', (g) => g.variables[0].size++, /\.samples are not one a class/],
  ['a missing value of no class', (g) => (variableOf(g, 'string').missing = 99), /\.missing is no class/],
  [
    'a classifier of another type',
    (g) => (variableOf(g, 'string').classifier = { kind: 'number', thresholds: [], classes: [0] }),
    /\.classifier cannot read a string/,
  ],
  ['a constant of no class', (g) => (variableOf(g, 'string').classifier.constants[0][1] = 99), /\.constants\[0\]\[1\]/],
  ['thresholds that fall', (g) => (variableOf(g, 'number').classifier.thresholds = [9, 7]), /\.thresholds do not/],
  ['pieces without a class', (g) => variableOf(g, 'number').classifier.classes.pop(), /\.classes are not one a piece/],
  ['a threshold that is none', (g) => (variableOf(g, 'number').classifier.thresholds[0] = null), /is not a number/],
  ['addresses that fall', (g) => variableOf(g, 'ip').classifier.starts.fill(1, 4), /\.starts/],
  ['addresses that begin late', (g) => (variableOf(g, 'ip').classifier.starts[3] = 1), /\.starts do not begin at zero/],
  ['an automaton that leads nowhere', (g) => (automatonOf(g).table[0] = 1e6), /has a step to no state/],
  ['an automaton that starts nowhere', (g) => (automatonOf(g).start = 1e6), /has a step to no state/],
  ['an automaton of another size', (g) => automatonOf(g).table.pop(), /has a table of the wrong size/],
  ['a range of no symbol', (g) => (automatonOf(g).rangeSymbols[0] = 60_000), /has a range of no symbol/],
  ['ranges that begin late', (g) => (automatonOf(g).rangeStarts[0] = 1), /has ranges that do not fit/],
  [
    'an element of three',
    (g) => Object.assign(variableOf(g, 'element'), { size: 3, samples: [null, null, null] }),
    /not two classes/,
  ],
  ['code that is not base64', (g) => (g.code = `!${g.code.slice(1)}`), /\.code is not base64/],
  ['code that asks nothing', (g) => recode(g, (code) => (code[0] = 2000)), /asks a variable that is not there, at 0/],
  ['code that goes back', (g) => recode(g, (code) => (code[childAt(g)] = 0)), /child that is no node behind/],
  ['code that goes astray', (g) => recode(g, (code) => (code[childAt(g)] = code.length - 1)), /child that is no node/],
  ['code that is cut off', (g) => (g.code = encodeInt32s(decodeInt32s(g.code)!.slice(0, -1))), /\.code /],
  ['a root in the middle', (g) => (g.slots.allow.clusters[0].root += 1), /slots\.allow\.clusters have no root/],
  ['a root of no leaf', (g) => (g.slots.limit.clusters[0].root = -100), /slots\.limit\.clusters have no root/],
  ['a leaf of another slot', (g) => (g.slots.deny.clusters = g.slots.allow.clusters), /item of another slot/],
  [
    'a walk to another slot',
    (g) => (g.slots.deny.clusters[0].root = g.slots.allow.clusters[0].root),
    /come to no leaf/,
  ],
  ['leaves that fall', (g) => (g.leaves[1] = [1, 0]), /\.leaves\[1\]\[1\] is not an ascending index/],
  ['a first leaf that is not empty', (g) => (g.leaves[0] = [0]), /\.leaves\[0\] is not empty/],
  ['a rule of no kind', (g) => (g.rules[0].kind = 'permit'), /rules\[0\] is of none of the kinds/],
  ['a rule with more', (g) => (g.rules[0].also = 1), /rules\[0\] has an unknown key "also"/],
  ['a rule with less', (g) => delete g.rules[0].place, /rules\[0\] has no `place`/],
  ['a condition of no class', (g) => (ruleOf(g, 'core').when.of[0].classes = [0, 99]), /\.classes are no ranges/],
  ['a condition of no kind', (g) => (ruleOf(g, 'core').when = { kind: 'xor', of: [] }), /\.when is no condition/],
  ['a condition without end', (g) => (ruleOf(g, 'core').when = nested(2100)), /is nested too deep/],
  [
    'a candidate of no target',
    (g) => (ruleOf(g, 'split').steps[0].arms[0].candidate.target = 99),
    /\.target is not below/,
  ],
  ['an amount of no attribute', (g) => (ruleOf(g, 'rate').amount.attribute = 99), /\.amount\.attribute is not below/],
  [
    'metadata of no attribute',
    (g) => (ruleOf(g, 'meta').set[0].attribute = 'signal.x'),
    /is no attribute of the graph/,
  ],
  ['a tag of no attribute', (g) => (ruleOf(g, 'teams').tags[0].attribute = 'x'), /is no attribute of the graph/],
  ['a prohibition of no restrict', (g) => (g.prohibitions[0].rule = 0), /prohibitions\[0\]\.rule is no restrict/],
  ['a prohibition of no target', (g) => (g.prohibitions[0].targets = [99]), /prohibitions\[0\]\.targets\[0\]/],
  ['a requested name of no target', (g) => (g.requested[0][1] = 99), /requested\[0\]\[1\] is not below/],
  ['a requested name twice', (g) => g.requested.push(g.requested[0]), /requested names something twice/],
  [
    'a table with a cell of another type',
    (g) => (g.tables[0].rows[0][1][0] = 'many'),
    /tables\[0\]\.rows\[0\]\[1\]\[0\] is not/,
  ],
  [
    'a table that is its own key',
    (g) => (g.tables[0].key = g.attributes.findIndex((each: Loose) => each.column)),
    /is a column/,
  ],
  ['no slot', (g) => delete g.slots.log, /slots has no `log`/],
  ['a text without end', (g) => (g.rules[0].name = 'x'.repeat(2 ** 21)), /\.name is not a text of reasonable length/],
]

const automatonOf = (graph: Loose): Loose =>
  graph.variables.find((each: Loose) => each.classifier.automaton).classifier.automaton

/** Where the first child stands that is a node. */
function childAt(graph: Loose): number {
  const code = decodeInt32s(graph.code)!
  const head = code[0]!
  const size = (head & 1) === 1 ? code[1]! : graph.variables[head >> 1].size
  const from = (head & 1) === 1 ? 2 + size : 1
  return [...code.slice(from, from + size)].findIndex((each) => each > 0) + from
}

function nested(depth: number): unknown {
  let condition: unknown = { kind: 'const', value: true }
  for (let i = 0; i < depth; i++) condition = { kind: 'not', of: condition }
  return condition
}

describe('refused in words', () => {
  test.each(cases)('%s', async (_, change, message) => {
    expect(await refusalOf(documentOf(), change)).toMatch(message)
  })
})

describe('a bitmap', () => {
  const bitmaps = { growth: { freeSize: 0, factor: 0, pieces: 0, goodShare: 2 } }
  const indexOf = (graph: Loose): Loose => graph.slots.deny.clusters[0].index
  const broken: readonly [string, (index: Loose) => void, RegExp][] = [
    ['of other words', (index) => index.words++, /\.words are not those of its cubes/],
    ['of other offsets', (index) => index.offsets[0]++, /\.offsets are not where rows begin/],
    ['without offsets', (index) => index.offsets.pop(), /\.offsets are not one a variable/],
    ['of no variables', (index) => (index.variables = []), /\.variables is not a filled list/],
    ['with cubes of another slot', (index) => (index.cubes[0] = 0), /\.cubes are no items/],
    ['cut off', (index) => (index.bits = encodeInt32s(decodeInt32s(index.bits)!.slice(1))), /\.bits are of the wrong/],
    [
      'with a bit too many',
      (index) => (index.bits = encodeInt32s(decodeInt32s(index.bits)!.fill(-1))),
      /\.bits are too/,
    ],
  ]
  test.each(broken)('%s', async (_, change, message) => {
    const document = documentOf(bitmaps)
    expect(document.graph.slots.deny.clusters[0].kind).toBe('bitmap')
    expect(await refusalOf(document, (graph) => change(indexOf(graph)))).toMatch(message)
  })
})
