/** The configuration that the fixtures of the prover are proved in. */
import { openPolicy, type Policy, readPolicy } from '../../src/compile/load.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { renderPretty } from '../../src/diagnostics/render-pretty.ts'
import type { ProveOptions } from '../../src/prove/check.ts'
import { prove } from '../../src/prove/prove.ts'

const price = { input: '$1', output: '$4' }

export const config = {
  gateway: { region: 'eu-west', time_zone: 'Europe/Berlin' },
  providers: {
    openai: { type: 'openai', api_key: 'sk-test', region: 'us' },
    anthropic: { type: 'anthropic', api_key: 'sk-test', region: 'us' },
    europe: { type: 'openai-compatible', base_url: 'http://127.0.0.1:9/v1', region: 'eu' },
    sandbox: { type: 'simulator' },
  },
  models: {
    'openai/gpt-5': { context: 400_000, capabilities: ['tools', 'vision'], price },
    'openai/gpt-4o-mini': { context: 128_000, capabilities: ['tools', 'vision', 'json_schema'], price },
    'anthropic/claude-sonnet-4': { context: 200_000, capabilities: ['tools', 'vision', 'reasoning'], price },
    'europe/gpt-4o': { context: 128_000, capabilities: ['tools', 'json_schema'], price },
    'europe/llama': { context: 8_000, capabilities: [] },
    'europe/voice': { capabilities: ['speech'], price },
  },
  attributes: {
    'caller.data_class': { type: 'string', enum: ['public', 'internal', 'secret'], from: 'key.metadata.data_class' },
  },
  callers: { keys: true },
}

/** A policy in that configuration; throws for one with mistakes in it. */
export async function openText(text: string): Promise<Policy> {
  const { config: read, checked, diagnostics } = await readPolicy({ config, policy: text }, { env: {} })
  if (!read || !checked) throw new Error(diagnostics.map((each) => renderPretty(each)).join('\n'))
  return openPolicy(read, checked, diagnostics)
}

/** Everything that is proved of a policy. */
export async function proveText(text: string, options: ProveOptions = {}): Promise<readonly Diagnostic[]> {
  return prove(await openText(text), options)
}
