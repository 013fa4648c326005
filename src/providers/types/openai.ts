/** OpenAI itself. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import { openaiCompletions } from '../../dialects/openai-completions/openai-completions.ts'
import { openaiResponses } from '../../dialects/openai-responses/openai-responses.ts'
import { bearer, present, textOf } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'
import { openaiTasks } from '../openai-tasks.ts'

export const openai: HttpType = {
  dialect: openaiChat,
  defaultBaseUrl: 'https://api.openai.com/v1',
  path: '/chat/completions',
  also: [
    { dialect: openaiResponses, path: '/responses' },
    { dialect: openaiCompletions, path: '/completions' },
  ],
  tasks: openaiTasks('/v1', 'embeddings', 'moderations', 'images'),
  encoding: { maxTokensField: 'max_completion_tokens' },
  credential: bearer,
  headers: ({ options }, client) =>
    present({
      'openai-organization': textOf(options['organization']),
      'openai-project': textOf(options['project']),
      'idempotency-key': client['idempotency-key'],
    }),
}
