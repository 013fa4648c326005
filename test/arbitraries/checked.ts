/** The generators' world as the check reads it, and generated texts checked against it. */

import { type CheckResult, checkPolicy } from '../../src/check/check.ts'
import type { CheckContext } from '../../src/check/context.ts'
import type { GatewayConfig } from '../../src/config/config.ts'
import { loadConfigValue } from '../../src/config/load.ts'
import { loadTable, type Table } from '../../src/config/tables.ts'
import { Source } from '../../src/diagnostics/source.ts'
import { parsePolicy } from '../../src/syntax/parse.ts'
import { worldConfig, worldDirectory } from './world.ts'

export interface LoadedWorld extends CheckContext {
  readonly config: GatewayConfig
}

/** Loads the world's configuration and its table. */
export async function loadWorld(): Promise<LoadedWorld> {
  const loaded = await loadConfigValue(worldConfig, { env: {}, directory: worldDirectory, hasPolicyText: true })
  const { config } = loaded
  if (!config) throw new Error(loaded.diagnostics.map((each) => each.message).join('\n'))
  const tables: Table[] = []
  for (const each of config.tables) {
    const { table, diagnostics } = await loadTable(each, config.directory)
    if (!table) throw new Error(diagnostics.map((diagnostic) => diagnostic.message).join('\n'))
    tables.push(table)
  }
  const { gateway, providers, catalogue, attributes, callers } = config
  return { config, gateway, providers, catalogue, attributes, tables, callers }
}

/** Parses and checks a policy of one file. */
export function checkText(policyText: string, context: CheckContext): CheckResult {
  const source = new Source('main.policy', policyText)
  const { file, diagnostics } = parsePolicy(source)
  return checkPolicy(
    {
      files: [{ source, file }],
      statements: file.statements,
      imported: new Map(),
      incomplete: false,
      diagnostics,
    },
    context,
  )
}
