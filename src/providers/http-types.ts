/** The kinds of providers that are reached over HTTP, by the name that a configuration gives them. */
import type { ProviderType } from '../config/config.ts'
import type { HttpType } from './http-type.ts'
import { anthropic } from './types/anthropic.ts'
import { azureOpenai } from './types/azure-openai.ts'
import { bedrock } from './types/bedrock.ts'
import { cohere } from './types/cohere.ts'
import { deepseek } from './types/deepseek.ts'
import { fireworks } from './types/fireworks.ts'
import { gemini } from './types/gemini.ts'
import { groq } from './types/groq.ts'
import { mistral } from './types/mistral.ts'
import { ollama } from './types/ollama.ts'
import { openai } from './types/openai.ts'
import { openaiCompatible } from './types/openai-compatible.ts'
import { openrouter } from './types/openrouter.ts'
import { perplexity } from './types/perplexity.ts'
import { together } from './types/together.ts'
import { vertex } from './types/vertex.ts'
import { xai } from './types/xai.ts'

export const httpTypes: Readonly<Record<Exclude<ProviderType, 'simulator'>, HttpType>> = {
  openai,
  'openai-compatible': openaiCompatible,
  'azure-openai': azureOpenai,
  openrouter,
  mistral,
  groq,
  deepseek,
  xai,
  together,
  fireworks,
  perplexity,
  ollama,
  anthropic,
  gemini,
  vertex,
  cohere,
  bedrock,
}
