/** Where the servers of OpenAI's API have their tasks, and in which form: most have them below the same folder. */
import { openaiEmbeddings } from '../dialects/embeddings/openai-embeddings.ts'
import { openaiImages } from '../dialects/images/openai-images.ts'
import { openaiModerations } from '../dialects/moderations/openai-moderations.ts'
import { cohereRerank } from '../dialects/rerank/cohere-rerank.ts'
import type { TaskFormat, TaskName } from '../dialects/task.ts'
import { chatPathBelow } from './chat-path.ts'
import type { HttpType } from './http-type.ts'

type Tasks = NonNullable<HttpType['tasks']>

const endpoints: Readonly<Partial<Record<TaskName, { readonly format: TaskFormat; readonly path: string }>>> = {
  embeddings: { format: openaiEmbeddings, path: '/embeddings' },
  rerank: { format: cohereRerank, path: '/rerank' },
  moderations: { format: openaiModerations, path: '/moderations' },
  images: { format: openaiImages, path: '/images/generations' },
}

/** Some of these tasks, below the folder of the version that a bare base URL stands for. */
export function openaiTasks(folder: string, ...names: readonly (keyof typeof endpoints)[]): Tasks {
  const entries = names.flatMap((name) => {
    const endpoint = endpoints[name]
    return endpoint === undefined ? [] : [[name, { ...endpoint, path: chatPathBelow(folder, endpoint.path) }] as const]
  })
  return Object.fromEntries(entries)
}
