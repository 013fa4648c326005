/** DeepSeek: thinks with tools only where each former answer brings its reasoning back. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { lacks, noJsonSchema, olderMaxTokens, oneAnswer } from '../../dialects/openai-chat/quirks/fields.ts'
import { systemRole } from '../../dialects/openai-chat/quirks/messages.ts'
import { reasoningIn, replaysReasoning } from '../../dialects/openai-chat/quirks/reasoning.ts'
import { openaiResponses } from '../../dialects/openai-responses/openai-responses.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'

export const deepseek: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'https://api.deepseek.com',
  path: '/chat/completions',
  also: [{ dialect: openaiResponses, path: '/responses' }],
  encoding: {
    maxTokensField: 'max_tokens',
    reasoningField: 'reasoning_content',
    quirks: [
      systemRole,
      reasoningIn('reasoning_content'),
      replaysReasoning,
      olderMaxTokens,
      oneAnswer,
      noJsonSchema,
      lacks('logit_bias'),
    ],
  },
  credential: bearer,
  headers: () => ({}),
}
