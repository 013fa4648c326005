/** Laws of drawings, on generated policies and requests that are aimed at them. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { compilePolicy } from '../../src/compile/compile.ts'
import { createDecider } from '../../src/decide/decide.ts'
import { classesIn, hasClass } from '../../src/graph/class-set.ts'
import { draw } from '../../src/graph/draw.ts'
import { edgesOf } from '../../src/graph/draw-edges.ts'
import { nodesBelow } from '../../src/graph/flat.ts'
import { type Graph, slotNames } from '../../src/graph/graph.ts'
import { bounded } from '../arbitraries/bounded.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { withFacts } from '../arbitraries/facts.ts'
import { policyText, routePolicy } from '../arbitraries/policy.ts'

const numRuns = 60
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
const patience = 120_000
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

function compile(text: string): Graph {
  const { policy } = checkText(text, loaded)
  fc.pre(policy !== undefined)
  return compilePolicy(policy)
}

const rootsOf = (graph: Graph, slot: (typeof slotNames)[number]): readonly number[] =>
  graph.slots[slot].clusters.flatMap((each) => (each.kind === 'diagram' ? [each.root] : []))

test(
  `a drawing that is not folded has every node, and all of it hangs together (seed ${seed})`,
  () => {
    const whole = { nodesMax: Number.POSITIVE_INFINITY, edgesMax: Number.POSITIVE_INFINITY }
    const holds = (text: string): void => {
      const graph = compile(text)
      for (const { slot, nodes, edges } of draw(graph, { slots: slotNames, ...whole }).slots) {
        expect(nodes.filter((each) => each.kind === 'question')).toHaveLength(nodesBelow(graph, rootsOf(graph, slot)))
        expect(new Set(nodes.map((each) => each.id)).size).toBe(nodes.length)
        const reached = new Set(['start', ...edges.map((each) => each.to)].map((each) => each.replace(`${slot}_`, '')))
        expect(nodes.map((each) => each.id.replace(`${slot}_`, '')).filter((each) => !reached.has(each))).toEqual([])
        for (const { label } of [...nodes, ...edges]) expect(label).not.toBe('')
      }
    }
    fc.assert(fc.property(policyText(), bounded(holds)), { numRuns, seed })
  },
  patience,
)

test(
  `a folded one keeps within its bounds, and is a part of the whole (seed ${seed})`,
  () => {
    const holds = (text: string, nodesMax: number, edgesMax: number): void => {
      const graph = compile(text)
      const whole = draw(graph, { slots: slotNames, nodesMax: 10_000, edgesMax: 10_000 })
      const folded = draw(graph, { slots: slotNames, nodesMax, edgesMax })
      for (const [index, { nodes, edges }] of folded.slots.entries()) {
        expect(nodes.filter((each) => each.kind === 'question').length).toBeLessThanOrEqual(nodesMax)
        const known = new Set(whole.slots[index]!.nodes.map((each) => each.id))
        expect(nodes.filter((each) => each.kind !== 'more' && !known.has(each.id))).toEqual([])
        for (const each of nodes) {
          if (each.kind !== 'question') continue
          expect(edges.filter(({ from }) => from === each.id).length).toBeLessThanOrEqual(edgesMax)
        }
      }
    }
    const bound = fc.integer({ min: 2, max: 6 })
    fc.assert(fc.property(policyText({ rules: 30 }), bound, bound, bounded(holds)), { numRuns, seed })
  },
  patience,
)

test(
  `the edges of a node part its classes, and lead a request to what decides it (seed ${seed})`,
  () => {
    const holds = ({ policy, facts }: { readonly policy: string; readonly facts: readonly object[] }): void => {
      const graph = compile(policy)
      const decider = createDecider(graph)
      const roots = rootsOf(graph, 'route')
      fc.pre(roots.length === graph.slots.route.clusters.length)
      for (const each of facts) {
        const { route, access } = decider.decide(each as Readonly<Record<string, unknown>>)
        const leaves = roots.map((root) => {
          let place = root
          while (place >= 0) {
            const edges = edgesOf(graph, place)
            const { size } = graph.variables[edges[0]!.variable]!
            const classes = edges.flatMap((edge) => classesIn(edge.classes))
            expect(classes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, index) => index))
            const own = decider.matcher.classOf(edges[0]!.variable)
            place = edges.find((edge) => hasClass(edge.classes, own))!.to
          }
          return ~place
        })
        const rules = leaves.filter((leaf) => leaf > 0).map((leaf) => leaf - 1)
        const first = rules.length === 0 ? undefined : graph.rules[Math.min(...rules)]!.name
        if (access.effect === 'allow') expect(route?.rule).toBe(first)
      }
    }
    fc.assert(fc.property(withFacts(routePolicy(), { minLength: 5, maxLength: 5 }), bounded(holds)), { numRuns, seed })
  },
  patience,
)
