/** The families of models that take wishes in words of their own, told from the model's id. */
export type Family = 'claude' | 'nova' | 'nova-2' | 'gpt-oss' | 'qwen' | 'other'

/** The family of a model id, an inference profile's id, or an ARN that names one. */
export function findFamily(model: string): Family {
  if (/claude/i.test(model)) return 'claude'
  if (/nova-2/i.test(model)) return 'nova-2'
  if (/nova/i.test(model)) return 'nova'
  if (/gpt-oss/i.test(model)) return 'gpt-oss'
  return /qwen/i.test(model) ? 'qwen' : 'other'
}

/** Whether the model takes cache points in messages; others refuse a request that has one. */
export function takesCachePoints(model: string): boolean {
  switch (findFamily(model)) {
    case 'claude':
      return !/claude-(?:v?[12]|instant|3-(?:haiku|sonnet|opus|5-sonnet-20240620))/i.test(model)
    case 'nova':
    case 'nova-2':
      return true
    case 'gpt-oss':
    case 'qwen':
    case 'other':
      return false
  }
}
