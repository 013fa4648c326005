/** Trees and diagnostics of a text as they stand in a later version of it. */
import { Source } from '../diagnostics/source.ts'

/** The same value with every span in another source, so many places further on. Plain data only. */
export function moved<T>(value: T, source: Source, by: number): T {
  return (typeof value === 'object' && value !== null ? movedObject(value, source, by) : value) as T
}

function movedObject(value: object, source: Source, by: number): object {
  if (Array.isArray(value)) {
    const list: unknown[] = []
    for (const each of value) list.push(moved(each, source, by))
    return list
  }
  const copy: Record<string, unknown> = { ...value }
  if (copy['source'] instanceof Source) {
    return { source, start: (copy['start'] as number) + by, end: (copy['end'] as number) + by }
  }
  for (const key in copy) {
    const each = copy[key]
    if (typeof each === 'object' && each !== null) copy[key] = movedObject(each, source, by)
  }
  return copy
}
