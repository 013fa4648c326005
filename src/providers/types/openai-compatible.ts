/** Any server that speaks OpenAI's chat API: vLLM, llama.cpp, LM Studio, a gateway. */
import { openaiChat } from '../../dialects/openai-chat/openai-chat.ts'
import {
  lacks,
  noJsonSchema,
  noLogprobs,
  noStreamOptions,
  olderMaxTokens,
  oneAnswer,
} from '../../dialects/openai-chat/quirks/fields.ts'
import { noNames, stringContent, systemRole, takingTurns } from '../../dialects/openai-chat/quirks/messages.ts'
import { reasoningIn } from '../../dialects/openai-chat/quirks/reasoning.ts'
import { anyTool, nineCharacterToolIds, noParallelSwitch, noTools } from '../../dialects/openai-chat/quirks/tools.ts'
import { openaiCompletions } from '../../dialects/openai-completions/openai-completions.ts'
import type { Quirk } from '../../dialects/quirk.ts'
import { bearer } from '../header-values.ts'
import type { HttpType } from '../http-type.ts'
import { openaiTasks } from '../openai-tasks.ts'

/** The quirks that a configuration may name for a server, as the schema of configurations lists them. */
export const configurableQuirks: readonly Quirk[] = [
  systemRole,
  stringContent,
  takingTurns,
  noNames,
  olderMaxTokens,
  noStreamOptions,
  oneAnswer,
  noLogprobs,
  lacks('logit_bias'),
  noJsonSchema,
  noTools,
  noParallelSwitch,
  anyTool,
  nineCharacterToolIds,
  reasoningIn('reasoning'),
  reasoningIn('reasoning_content'),
]

export const openaiCompatible: HttpType = {
  dialect: openaiChat,
  path: '/chat/completions',
  also: [{ dialect: openaiCompletions, path: '/completions' }],
  tasks: openaiTasks('', 'embeddings', 'rerank', 'moderations', 'images'),
  encoding: { maxTokensField: 'max_tokens' },
  configured({ options }) {
    const names = Array.isArray(options['quirks']) ? options['quirks'] : []
    const quirks = names.flatMap((name) => configurableQuirks.find((quirk) => quirk.name === name) ?? [])
    // What such a server says unasked need not be asked for.
    return quirks.includes(noStreamOptions) ? { quirks, alwaysUsage: false } : { quirks }
  },
  credential: bearer,
  headers: () => ({}),
}
