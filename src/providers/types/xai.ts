/** xAI: its thinking models refuse what steers other models word by word. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { systemRole } from '../../dialects/openai-chat/quirks/messages.ts'
import { reasoningIn, refusedBy, threeEfforts } from '../../dialects/openai-chat/quirks/reasoning.ts'
import { openaiResponses } from '../../dialects/openai-responses/openai-responses.ts'
import { chatPathBelow } from '../chat-path.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'
import { openaiTasks } from '../openai-tasks.ts'

const thinks = (model: string): boolean => /^grok-(?:3-mini|4|code)/.test(model) && !model.includes('non-reasoning')
const thinksAsItWill = (model: string): boolean =>
  /^grok-(?:4(?:-0709|-latest)?$|4(?:-1)?-fast|4\.20-|code-fast)/.test(model)

export const xai: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'https://api.x.ai/v1',
  path: chatPathBelow('/v1'),
  also: [{ dialect: openaiResponses, path: chatPathBelow('/v1', '/responses') }],
  tasks: openaiTasks('/v1', 'images'),
  encoding: {
    maxTokensField: 'max_completion_tokens',
    quirks: [
      systemRole,
      reasoningIn('reasoning_content'),
      threeEfforts,
      refusedBy('plain_thinking', thinks, ['stop', 'presence_penalty', 'frequency_penalty']),
      refusedBy('fixed_effort', thinksAsItWill, ['reasoning_effort']),
    ],
  },
  credential: bearer,
  headers: () => ({}),
}
