/** Mistral: refuses every field that it does not know. */
import { embeddingsWith } from '../../dialects/embeddings/openai-embeddings.ts'
import { mistralDimensions } from '../../dialects/embeddings/quirks.ts'
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import {
  lacks,
  lacksHint,
  noLogprobs,
  noStreamOptions,
  olderMaxTokens,
  randomSeed,
  tiers,
} from '../../dialects/openai-chat/quirks/fields.ts'
import { noAsides, noNames, systemRole } from '../../dialects/openai-chat/quirks/messages.ts'
import { anyTool, nineCharacterToolIds } from '../../dialects/openai-chat/quirks/tools.ts'
import { REASONING_FIELDS } from '../../dialects/openai-chat/reasoning.ts'
import { chatPathBelow } from '../chat-path.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'
import { openaiTasks } from '../openai-tasks.ts'

export const mistral: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'https://api.mistral.ai/v1',
  path: chatPathBelow('/v1'),
  tasks: {
    ...openaiTasks('/v1', 'moderations'),
    embeddings: {
      format: embeddingsWith(mistralDimensions, lacksHint('user')),
      path: chatPathBelow('/v1', '/embeddings'),
    },
  },
  encoding: {
    maxTokensField: 'max_tokens',
    alwaysUsage: false,
    quirks: [
      systemRole,
      noNames,
      // Its own thinking stands in the content; what others thought has no place.
      noAsides('refusal', 'annotations', 'audio', 'function_call', ...REASONING_FIELDS),
      nineCharacterToolIds,
      anyTool,
      olderMaxTokens,
      randomSeed,
      noStreamOptions,
      noLogprobs,
      lacks('logit_bias'),
      tiers('standard_only', ['auto']),
      lacksHint('user'),
      lacksHint('safety_identifier'),
      lacksHint('store'),
    ],
  },
  credential: bearer,
  headers: () => ({}),
}
