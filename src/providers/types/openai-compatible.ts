/** Any server that speaks OpenAI's chat API: vLLM, llama.cpp, LM Studio, a gateway. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'

export const openaiCompatible: HttpType = {
  dialect: openaiChat,
  path: '/chat/completions',
  encoding: { maxTokensField: 'max_tokens' },
  credential: bearer,
  headers: () => ({}),
}
