/**
 * The provider types that can be called in this version, as data alone: who checks a configuration asks here, and
 * needs no HTTP client for it.
 */
import type { ProviderType } from '../config/config.ts'

/** The types that are reached over HTTP; `http-types.ts` has an entry for each. */
export const httpProviderTypes = [
  'openai',
  'openai-compatible',
  'azure-openai',
  'openrouter',
  'mistral',
  'groq',
  'deepseek',
  'xai',
  'together',
  'fireworks',
  'perplexity',
  'ollama',
  'anthropic',
  'gemini',
  'vertex',
  'cohere',
  'bedrock',
] as const satisfies readonly ProviderType[]

export type HttpProviderType = (typeof httpProviderTypes)[number]

/** The types that can be called; a configuration with another is refused when the gateway starts. */
export const supportedProviderTypes: readonly ProviderType[] = [...httpProviderTypes, 'simulator']
