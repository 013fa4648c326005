/** Together AI. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { countedLogprobs, olderMaxTokens } from '../../dialects/openai-chat/quirks/fields.ts'
import { systemRole } from '../../dialects/openai-chat/quirks/messages.ts'
import { threeEfforts } from '../../dialects/openai-chat/quirks/reasoning.ts'
import { openaiCompletions } from '../../dialects/openai-completions/openai-completions.ts'
import { chatPathBelow } from '../chat-path.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'
import { openaiTasks } from '../openai-tasks.ts'

export const together: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'https://api.together.xyz/v1',
  path: chatPathBelow('/v1'),
  also: [{ dialect: openaiCompletions, path: chatPathBelow('/v1', '/completions') }],
  tasks: openaiTasks('/v1', 'embeddings', 'rerank', 'images'),
  encoding: {
    maxTokensField: 'max_tokens',
    takesTopK: true,
    quirks: [systemRole, threeEfforts, olderMaxTokens, countedLogprobs],
  },
  credential: bearer,
  headers: () => ({}),
}
