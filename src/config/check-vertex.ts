/** What does not fit together in a provider of type `vertex`: who asks, and for which project. */
import { type Building, isWritten, report } from './building.ts'

export function checkVertex(building: Building, name: string): void {
  const at = ['providers', name]
  const has = (key: string) => isWritten(building, [...at, key])
  const hasKey = has('api_key') || has('api_keys')
  if (!hasKey && !has('project')) {
    report(building, 'P907', at, {
      message: `\`${name}\` has no \`project\`, and a provider of type \`vertex\` needs one`,
      help: 'add `project: NAME`; only an `api_key` names its own',
      part: 'key',
    })
  }
  for (const unused of ['credentials', 'token_url']) {
    if (!hasKey || !has(unused)) continue
    report(building, 'P907', [...at, unused], {
      message: `\`${name}\` has both a key and \`${unused}\``,
      help: 'keep the key, or what tokens are fetched with',
      part: 'key',
    })
  }
}
