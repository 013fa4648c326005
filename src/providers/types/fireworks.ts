/** Fireworks AI. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { systemRole } from '../../dialects/openai-chat/quirks/messages.ts'
import { reasoningIn } from '../../dialects/openai-chat/quirks/reasoning.ts'
import { openaiCompletions } from '../../dialects/openai-completions/openai-completions.ts'
import { chatPathBelow } from '../chat-path.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'
import { openaiTasks } from '../openai-tasks.ts'

export const fireworks: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'https://api.fireworks.ai/inference/v1',
  path: chatPathBelow('/inference/v1'),
  also: [{ dialect: openaiCompletions, path: chatPathBelow('/inference/v1', '/completions') }],
  tasks: openaiTasks('/inference/v1', 'embeddings', 'rerank'),
  encoding: { maxTokensField: 'max_tokens', takesTopK: true, quirks: [systemRole, reasoningIn('reasoning_content')] },
  credential: bearer,
  headers: () => ({}),
}
