/** Groq. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { lacks, noLogprobs, oneAnswer, tiers } from '../../dialects/openai-chat/quirks/fields.ts'
import { noAsides, noNames } from '../../dialects/openai-chat/quirks/messages.ts'
import { threeEfforts } from '../../dialects/openai-chat/quirks/reasoning.ts'
import { chatPathBelow } from '../chat-path.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'

export const groq: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'https://api.groq.com/openai/v1',
  path: chatPathBelow('/openai/v1'),
  encoding: {
    maxTokensField: 'max_completion_tokens',
    quirks: [
      noNames,
      // `reasoning` is its own word for it; by any other a request is refused.
      noAsides('reasoning_content', 'reasoning_details'),
      threeEfforts,
      oneAnswer,
      noLogprobs,
      lacks('logit_bias'),
      tiers('on_demand', ['auto', 'flex', 'performance']),
    ],
  },
  credential: bearer,
  headers: () => ({}),
}
