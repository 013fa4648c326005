/**
 * Fresh copies of strings. What was cut from a larger text (a policy, a table) keeps that text alive and is slow to
 * compare; a copy is neither.
 */
export function flatCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
