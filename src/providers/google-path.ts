/** Addresses of Google's models: the version, the model, and how the answer comes. */
import type { ProviderConfig } from '../config/config.ts'
import { textOf } from './header-values.ts'
import type { ProviderRequest } from './provider.ts'

/** The version of the API, unless the base URL names one already, as some SDKs have it. */
export function versionPath({ baseUrl, options }: ProviderConfig, otherwise: string): string {
  if (baseUrl !== undefined && /\/v\d+[a-z0-9]*$/.test(new URL(baseUrl).pathname.replace(/\/+$/, ''))) return ''
  return `/${textOf(options['api_version']) ?? otherwise}`
}

/** `/models/MODEL:generateContent`, or the streamed call as server-sent events. */
export function modelPath({ model, stream }: Pick<ProviderRequest, 'model' | 'stream'>): string {
  return `/models/${segment(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`
}

/** `/models/MODEL:batchEmbedContents`, several texts in one call. */
export function embedPath({ model }: Pick<ProviderRequest, 'model'>): string {
  return `/models/${segment(model)}:batchEmbedContents`
}

/** `/models/MODEL:rawPredict`, the call of models that speak their maker's own dialect. */
export function rawModelPath({ model, stream }: Pick<ProviderRequest, 'model' | 'stream'>): string {
  return `/models/${segment(model)}:${stream ? 'streamRawPredict' : 'rawPredict'}`
}

/** A model's name as one segment; the `@` before a version is Google's own way to write it. */
function segment(model: string): string {
  return encodeURIComponent(model).replaceAll('%40', '@')
}
