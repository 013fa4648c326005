/** The figures of one run, size by size: answers are checked, then engines are timed beside each other. */

import type { Decision } from '../../src/graph/decision.ts'
import { loadPolicy } from '../../src/prove/load-policy.ts'
import { buildEngine, type Engine } from './engine.ts'
import { closureSpec, handWrittenSpec, policycSpec } from './engines.ts'
import { type GraphSize, graphSizeOf } from './graph-size.ts'
import {
  bytesPerDecision,
  check,
  type Measured,
  measure,
  plainAnswer,
  ratioOf,
  type Subject,
  type Timing,
} from './measure.ts'
import type { Rival } from './rivals.ts'
import { createSlotsWorkload, outlineOf, plainOutline, type SlotsWorkload } from './slots.ts'
import { accessAlone, createWorkload, type Workload } from './workload.ts'

export interface EngineFigures extends Timing {
  readonly name: string
  readonly scope: Engine['scope']
  /** CPU time, in a process that has built others before. */
  readonly buildMs: number
  /** How many requests its answers were checked on. */
  readonly checked: number
  /** Times policyc's ns, asked the same: for an engine of access alone, policyc with the access rules alone. */
  readonly ratio: number
  readonly bytesPerDecision?: number
}

export interface SizeFigures {
  readonly rules: number
  /** Of the requests. */
  readonly deniedShare: number
  readonly graph: GraphSize
  readonly engines: readonly EngineFigures[]
}

export interface Growth {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly ratio: number
}

export interface SlotsFigures {
  readonly rules: number
  readonly ns: number
  /** Times the ns of the smallest size. */
  readonly growth: number
  readonly bytesPerDecision?: number
  /** Rules that a decision names, on average. */
  readonly rulesPerDecision: number
  readonly graph: GraphSize
}

/** policyc, policyc of access alone, by hand, closures: these answer at once, so that their garbage can be counted. */
const ownEngines = 4

/** Access and routes, beside the rivals. */
export async function measureSize(size: number, installed: readonly Rival[]): Promise<SizeFigures> {
  const workload = createWorkload(size)
  const engines: Engine[] = [
    await buildEngine(() => policycSpec(workload, 'access and route')),
    await buildEngine(() => policycSpec(accessAlone(workload), 'access')),
    await buildEngine(() => handWrittenSpec(workload)),
    await buildEngine(() => closureSpec(workload)),
  ]
  for (const rival of installed) engines.push(await buildEngine(() => rival.create(workload)))
  const checked: number[] = []
  for (const engine of engines) checked.push(await check(engine, workload))
  const { requests } = workload
  const measured = await measure(engines.map((engine) => ({ engine, requests })))
  const [whole, alone] = measured as [Measured, Measured]
  return {
    rules: size,
    deniedShare: deniedShareOf(workload),
    graph: await graphSizeOfText(workload),
    engines: engines.map((engine, index): EngineFigures => {
      const { name, scope, buildMs } = engine
      const { times: _, ...timing } = measured[index]!
      const ratio = ratioOf(measured[index]!, scope === 'access' ? alone : whole)
      const bytes = index < ownEngines ? bytesPerDecision(engine, requests) : undefined
      const figures = { name, scope, buildMs, checked: checked[index]!, ratio, ...timing }
      return bytes === undefined ? figures : { ...figures, bytesPerDecision: bytes }
    }),
  }
}

/** The full decision over every slot, all sizes beside each other. */
export async function measureSlots(sizes: readonly number[]): Promise<readonly SlotsFigures[]> {
  const all = await Promise.all(
    sizes.map(async (size) => {
      const workload = createSlotsWorkload(size)
      const engine = await buildEngine(() => policycSpec(workload, 'access and route'))
      const rulesPerDecision = checkSlots(engine, workload)
      return { size, workload, engine, rulesPerDecision, requests: workload.requests }
    }),
  )
  const measured = await measure(all)
  const figures: SlotsFigures[] = []
  for (const [index, { size, workload, engine, rulesPerDecision, requests }] of all.entries()) {
    const bytes = bytesPerDecision(engine, requests)
    figures.push({
      rules: size,
      ns: measured[index]!.ns,
      growth: ratioOf(measured[index]!, measured[0]!),
      rulesPerDecision,
      graph: await graphSizeOfText(workload),
      ...(bytes === undefined ? {} : { bytesPerDecision: bytes }),
    })
  }
  return figures
}

/** What the largest size costs beside the smallest, the two timed side by side. */
export async function measureGrowth(sizes: readonly number[]): Promise<readonly Growth[]> {
  const [first, last] = [sizes[0], sizes.at(-1)]
  if (first === undefined || last === undefined || first === last) return []
  const subjects: Subject[] = []
  for (const size of [first, last]) {
    const workload = createWorkload(size)
    const { requests } = workload
    subjects.push({ engine: await buildEngine(() => policycSpec(workload, 'access and route')), requests })
    subjects.push({ engine: await buildEngine(() => handWrittenSpec(workload)), requests })
  }
  const measured = await measure(subjects)
  return [0, 1].map((index) => ({
    name: subjects[index]!.engine.name,
    from: first,
    to: last,
    ratio: ratioOf(measured[index + 2]!, measured[index]!),
  }))
}

/** Holds every decision to the plain meaning of the rules; how many rules a decision names, on average. */
function checkSlots(engine: Engine, workload: SlotsWorkload): number {
  const asked = workload.requests.slice(0, 512)
  let named = 0
  for (const request of asked) {
    const outline = outlineOf(engine.decide(request) as Decision)
    const wanted = plainOutline(workload, request)
    if (outline !== wanted) throw new Error(`policyc decides\n${outline}\nwanted\n${wanted}`)
    named += outline.match(/rule_/g)?.length ?? 0
  }
  return named / asked.length
}

function deniedShareOf(workload: Workload): number {
  const asked = workload.requests.slice(0, 512)
  return asked.filter((request) => plainAnswer(workload, request).effect === 'deny').length / asked.length
}

async function graphSizeOfText(workload: { readonly config: object; readonly text: string }): Promise<GraphSize> {
  const { graph } = await loadPolicy({ config: workload.config, policy: workload.text }, { env: {} })
  return graphSizeOf(graph)
}
