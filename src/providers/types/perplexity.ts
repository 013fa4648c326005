/** Perplexity: answers from the web, and calls no tools of others. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { lacks, noLogprobs, olderMaxTokens, oneAnswer } from '../../dialects/openai-chat/quirks/fields.ts'
import { noAsides, systemRole, takingTurns } from '../../dialects/openai-chat/quirks/messages.ts'
import { noTools } from '../../dialects/openai-chat/quirks/tools.ts'
import { REASONING_FIELDS } from '../../dialects/openai-chat/reasoning.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'

export const perplexity: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'https://api.perplexity.ai',
  path: '/chat/completions',
  encoding: {
    maxTokensField: 'max_tokens',
    takesTopK: true,
    quirks: [
      systemRole,
      noAsides(...REASONING_FIELDS),
      takingTurns,
      noTools,
      olderMaxTokens,
      oneAnswer,
      noLogprobs,
      lacks('logit_bias'),
    ],
  },
  credential: bearer,
  headers: () => ({}),
}
