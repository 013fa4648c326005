/** OpenRouter: passes requests on to others, says what they cost, and takes what any of them takes. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { openaiCompletions } from '../../dialects/openai-completions/openai-completions.ts'
import { openaiResponses } from '../../dialects/openai-responses/openai-responses.ts'
import { chatPathBelow } from '../chat-path.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'
import { openaiTasks } from '../openai-tasks.ts'

export const openrouter: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'https://openrouter.ai/api/v1',
  path: chatPathBelow('/api/v1'),
  also: [
    { dialect: openaiResponses, path: chatPathBelow('/api/v1', '/responses') },
    { dialect: openaiCompletions, path: chatPathBelow('/api/v1', '/completions') },
  ],
  tasks: openaiTasks('/api/v1', 'embeddings', 'rerank'),
  encoding: { maxTokensField: 'max_tokens', takesTopK: true, reasoningField: 'reasoning_details' },
  credential: bearer,
  headers: () => ({}),
}
