/** A moderation model that judges texts, at an endpoint that answers as OpenAI's `/moderations` does. */
import type { ProviderConfig } from '../config/config.ts'
import type { ModerationGuardConfig } from '../config/guards.ts'
import { isArray, isObject, parseJson } from '../dialects/json.ts'
import type { Json } from '../dialects/neutral.ts'
import type { Post } from './post.ts'
import type { Verdict, VerdictGuard } from './verdict.ts'

const usualAddress: Readonly<Record<string, string>> = {
  openai: 'https://api.openai.com/v1',
  mistral: 'https://api.mistral.ai/v1',
}

export function createModerationGuard(
  config: ModerationGuardConfig,
  provider: ProviderConfig,
  post: Post,
): VerdictGuard {
  const base = provider.baseUrl ?? usualAddress[provider.type] ?? ''
  const key = provider.apiKeys[0]
  const failed = (message: string): Verdict => ({ kind: 'failed', message, mayPass: config.onError === 'allow' })
  return {
    name: config.name,
    judge: async ({ text, signal }) => {
      if (text.trim() === '') return { kind: 'passed' }
      const posted = await post({
        url: `${base}/moderations`,
        body: JSON.stringify({ model: config.model, input: text }),
        headers: { ...provider.headers, ...(key === undefined ? {} : { authorization: `Bearer ${key.reveal()}` }) },
        timeoutMs: config.timeoutMs,
        private: provider.private,
        signal,
      })
      if (!posted.ok) return failed(posted.message)
      if (posted.status !== 200) return failed(`it answered ${posted.status}`)
      const said = parseJson(posted.text)
      const results = isObject(said) ? said['results'] : undefined
      if (!isArray(results) || results.length === 0) return failed('its answer has no `results`')
      return { kind: results.some((each) => counts(each, config)) ? 'found' : 'passed' }
    },
  }
}

/** Whether a result says something that counts: by score where there is a threshold, else as the provider judges. */
function counts(result: Json, { categories, threshold }: ModerationGuardConfig): boolean {
  if (!isObject(result)) return false
  const judged = threshold === undefined ? result['categories'] : result['category_scores']
  if (!isObject(judged)) return result['flagged'] === true
  const isOver = (value: Json) =>
    threshold === undefined ? value === true : typeof value === 'number' && value >= threshold
  return Object.entries(judged).some(([name, value]) => isOver(value) && (categories?.includes(name) ?? true))
}
