/** Ollama: ignores what it does not know, so that a limit under the newer name would be none. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { lacks, olderMaxTokens, oneAnswer } from '../../dialects/openai-chat/quirks/fields.ts'
import { systemRole } from '../../dialects/openai-chat/quirks/messages.ts'
import { reasoningIn } from '../../dialects/openai-chat/quirks/reasoning.ts'
import { noParallelSwitch } from '../../dialects/openai-chat/quirks/tools.ts'
import { openaiCompletions } from '../../dialects/openai-completions/openai-completions.ts'
import { chatPathBelow } from '../chat-path.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'
import { openaiTasks } from '../openai-tasks.ts'

export const ollama: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'http://127.0.0.1:11434/v1',
  path: chatPathBelow('/v1'),
  also: [{ dialect: openaiCompletions, path: chatPathBelow('/v1', '/completions') }],
  tasks: openaiTasks('/v1', 'embeddings'),
  encoding: {
    maxTokensField: 'max_tokens',
    reasoningField: 'reasoning',
    quirks: [systemRole, reasoningIn('reasoning'), olderMaxTokens, oneAnswer, noParallelSwitch, lacks('logit_bias')],
  },
  credential: bearer,
  headers: () => ({}),
}
