/**
 * The façade of the compiler: from a `gateway.yaml` (or a value and a policy text) to a policy that decides.
 */
import { readdir, readFile } from 'node:fs/promises'
import { isAbsolute, relative } from 'node:path'
import { checkPolicy } from '../check/check.ts'
import { loadPolicyFiles } from '../check/imports.ts'
import type { CheckedPolicy } from '../check/policy.ts'
import type { GatewayConfig } from '../config/config.ts'
import { type LoadResult, loadConfig, loadConfigValue } from '../config/load.ts'
import { processEnvironment } from '../config/process-environment.ts'
import { loadTable, type Table } from '../config/tables.ts'
import { createDecider } from '../decide/decide.ts'
import { type Explanation, explain } from '../decide/explain.ts'
import type { Facts } from '../decide/facts.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Decision } from '../graph/decision.ts'
import type { Graph } from '../graph/graph.ts'
import { compilePolicy } from './compile.ts'
import { digestOf } from './digest.ts'
import { meaningOf } from './meaning.ts'
import { findOutgrown } from './outgrown.ts'
import { findOvershoot } from './overshoot.ts'
import { findOversizedPatterns } from './patterns.ts'
import { createWorkspace, type Workspace } from './workspace.ts'

export { createWorkspace, type Explanation, type Facts, type Workspace }

/** Where a policy comes from: the path of a `gateway.yaml` or its folder, or a configuration with the policy's text. */
export type PolicySource = string | { readonly config: string | object; readonly policy?: string }

export interface LoadOptions {
  /** Variables for `${NAME}` in the configuration; by default those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What earlier builds of this policy left, to build it again sooner: see `createWorkspace`. */
  readonly workspace?: Workspace
}

/** A compiled policy. Immutable; deciding is pure and may be called from anywhere. */
export interface Policy {
  /** The decision of the facts (gateway.md §4): synchronous, never throws. */
  readonly decide: (facts: Facts) => Decision
  /** The decision with its reasons, rule by rule. */
  readonly explain: (facts: Facts) => Explanation
  /** Warnings and information; who loads a policy to use it is thrown the errors. */
  readonly diagnostics: readonly Diagnostic[]
  readonly config: GatewayConfig
  readonly checked: CheckedPolicy
  readonly graph: Graph
  /** SHA-256 of everything that was built, in hexadecimal: names this very bundle. */
  readonly digest: string
  /** SHA-256 of what the policy means: equal for texts that decide alike. Computed when it is first asked for. */
  readonly meaning: string
  /** Whether some condition, amount, key, rewrite or tag reads the attribute (by id, such as `request.text`). */
  readonly reads: (attribute: string) => boolean
}

/** What reading and checking found, errors and all. */
export interface ReadPolicy {
  readonly config?: GatewayConfig
  readonly checked?: CheckedPolicy
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads and checks a configuration and its policy; never throws for what is wrong in them. The policy is checked
 * even where the configuration has errors, so that one run reports what it can.
 */
export async function readPolicy(source: PolicySource, options: LoadOptions = {}): Promise<ReadPolicy> {
  const read = await readConfig(source, options)
  const diagnostics: Diagnostic[] = [...read.diagnostics]
  const config = read.config ?? read.draft
  if (!config) return { diagnostics }
  const tables: Table[] = []
  const unreadTables = new Set<string>()
  for (const each of config.tables) {
    const loaded = await loadTable(each, config.directory)
    diagnostics.push(...loaded.diagnostics)
    if (loaded.table) tables.push(loaded.table)
    else unreadTables.add(each.name)
  }
  const text = typeof source === 'string' ? undefined : source.policy
  if (text === undefined && (config.policyPath === undefined || isRefused(config, read.diagnostics))) {
    return { diagnostics }
  }
  const main = text === undefined ? { path: shown(config.policyPath!) } : { text, directory: config.directory }
  const { workspace } = options
  const files = await loadPolicyFiles(main, {
    read: readFile,
    list: (folder) => readdir(folder).catch(() => []),
    ...(workspace ? { former: workspace.texts } : {}),
  })
  if (workspace) workspace.texts = files.texts
  const result = checkPolicy(files, { ...config, tables, unreadTables })
  diagnostics.push(...result.diagnostics)
  const oversized = result.policy ? findOversizedPatterns(result.policy, workspace?.fitting) : []
  diagnostics.push(...oversized)
  const checked = oversized.length === 0 ? result.policy : undefined
  return {
    diagnostics,
    ...(read.config === undefined ? {} : { config: read.config }),
    ...(checked === undefined ? {} : { checked }),
  }
}

/** Whether the configuration has said already that its policy is no file that can be read. */
function isRefused(config: GatewayConfig, diagnostics: readonly Diagnostic[]): boolean {
  const { start, end } = config.spanOf(['policy'])
  return diagnostics.some(({ code, span }) => code === 'P901' && span.start === start && span.end === end)
}

/** A path as a reader of diagnostics wants it: from the working folder, where it lies below it. */
function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') || isAbsolute(near) ? path : near
}

function readConfig(source: PolicySource, options: LoadOptions): Promise<LoadResult> {
  const env = options.env ?? processEnvironment()
  if (typeof source === 'string') return loadConfig(source, { env })
  const hasPolicyText = source.policy !== undefined
  if (typeof source.config === 'string') return loadConfig(source.config, { env, hasPolicyText })
  return loadConfigValue(source.config, { env, directory: '.', hasPolicyText })
}

/** What carrying a decision out reads of the facts: the keys of limits, budgets, sticky splits and caches, by id. */
function keysOf({ rules }: CheckedPolicy): string[] {
  return rules.flatMap((rule) => {
    if (rule.kind === 'limit' || rule.kind === 'budget') return rule.by.flatMap(idsOf)
    if (rule.kind === 'cache') return rule.value.off ? [] : rule.value.scope
    if (rule.kind !== 'route') return []
    return rule.steps.flatMap((step) => (step.kind === 'split' && step.stickyBy ? idsOf(step.stickyBy) : []))
  })
}

/** A column of a table is found by the attribute that picks the row. */
function idsOf({ id, column }: Attribute): string[] {
  return column === undefined ? [id] : [id, column.key]
}

/** A checked policy, compiled and ready to decide. */
export function openPolicy(
  config: GatewayConfig,
  checked: CheckedPolicy,
  diagnostics: readonly Diagnostic[],
  { workspace }: LoadOptions = {},
): Policy {
  workspace?.partitions.turn()
  const graph = compilePolicy(checked, workspace ? { partitions: workspace.partitions } : {})
  const decider = createDecider(graph)
  const read = new Set([...graph.attributes.map((each) => each.id), ...keysOf(checked)])
  let digest: string | undefined
  let meaning: string | undefined
  return {
    decide: decider.decide,
    explain: (facts) => explain(decider, facts),
    diagnostics: [...diagnostics, ...findOutgrown(checked, graph), ...findOvershoot(checked)],
    config,
    checked,
    graph,
    get digest() {
      digest ??= digestOf(graph)
      return digest
    },
    get meaning() {
      meaning ??= meaningOf(graph)
      return meaning
    },
    reads: (attribute) => read.has(attribute),
  }
}
