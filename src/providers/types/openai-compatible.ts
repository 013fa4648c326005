/** Any server that speaks OpenAI's chat API: vLLM, llama.cpp, LM Studio, a gateway. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { openaiCompletions } from '../../dialects/openai-completions/openai-completions.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'

export const openaiCompatible: HttpType = {
  dialect: openaiChat,
  path: '/chat/completions',
  also: [{ dialect: openaiCompletions, path: '/completions' }],
  encoding: { maxTokensField: 'max_tokens' },
  credential: bearer,
  headers: () => ({}),
}
