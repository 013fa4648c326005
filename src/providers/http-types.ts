/** The kinds of providers that are reached over HTTP, by the name that a configuration gives them. */
import type { HttpType } from './http-type.ts'
import type { HttpProviderType } from './supported-types.ts'
import { anthropic } from './types/anthropic.ts'
import { openai } from './types/openai.ts'
import { openaiCompatible } from './types/openai-compatible.ts'

export const httpTypes: Readonly<Record<HttpProviderType, HttpType>> = {
  openai,
  'openai-compatible': openaiCompatible,
  anthropic,
}
