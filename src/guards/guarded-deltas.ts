/**
 * The deltas of a block that only its dialect understands (the input of a server's tool, a transcript, details of
 * reasoning). Strings at one place of the deltas that follow each other are one text, and are guarded as such; any
 * other string is guarded by itself.
 */
import { isArray, isObject } from '../dialects/json.ts'
import type { Json, JsonObject } from '../dialects/neutral.ts'
import { nameOf, openJson } from './guarded-json.ts'
import { type GuardedText, type Guarding, openText, type Part } from './guarded-text.ts'
import { isTextKey } from './whole-texts.ts'

export interface GuardedDeltas {
  readonly push: (value: JsonObject) => JsonObject
  /** The deltas that say what is still held. */
  readonly end: () => readonly JsonObject[]
}

/** Keys whose strings go on from delta to delta; those of JSON text hold pieces of it. */
const jsonKeys: ReadonlySet<string> = new Set(['partial_json', 'arguments'])
const textKeys: ReadonlySet<string> = new Set([
  'text',
  'transcript',
  'thinking',
  'reasoning',
  'summary',
  'input',
  'content',
  'code',
  'refusal',
  'output',
])

interface Running {
  readonly text: GuardedText
  /** The last delta with this text in it, and where: what is held in the end goes out in its form. */
  readonly delta: JsonObject
  readonly path: Path
}

type Path = readonly (string | number)[]

/** `read` takes what becomes of a text, and gives what is left of it. */
export function openDeltas(guarding: Guarding, read: (parts: readonly Part[]) => string): GuardedDeltas {
  const running = new Map<string, Running>()
  const whole = (text: string, key: string | number | undefined): string => {
    const opened = openText(guarding, typeof key === 'string' ? nameOf(key) : undefined)
    return read([...opened.push(text), ...opened.end()])
  }
  const walk = (value: Json, delta: JsonObject, path: Path): Json => {
    if (typeof value === 'string') {
      const key = path.at(-1)
      const isJson = typeof key === 'string' && jsonKeys.has(key)
      if (!isJson && !(typeof key === 'string' && textKeys.has(key))) return whole(value, key)
      const place = path.join('\n')
      const text = running.get(place)?.text ?? (isJson ? openJson(guarding) : openText(guarding))
      running.set(place, { text, delta, path })
      return read(text.push(value))
    }
    if (isArray(value)) return value.map((each, i) => walk(each, delta, [...path, i]))
    if (!isObject(value)) return value
    const entries = Object.entries(value)
    return Object.fromEntries(
      entries.map(([key, each]) => [key, isTextKey(key) ? walk(each, delta, [...path, key]) : each]),
    )
  }
  return {
    push: (value) => walk(value, value, []) as JsonObject,
    end: () => {
      const rests = [...running.values()].map((each) => ({ ...each, rest: read(each.text.end()) }))
      running.clear()
      return rests.flatMap(({ rest, delta, path }) => (rest === '' ? [] : [onlyAt(delta, path, rest) as JsonObject]))
    },
  }
}

/** A delta that says nothing but `text` at a place: along the way its type and index stay. */
function onlyAt(value: Json, path: Path, text: string): Json {
  const [first, ...rest] = path
  if (first === undefined) return text
  if (isArray(value)) return [onlyAt(value[Number(first)] ?? null, rest, text)]
  if (!isObject(value)) return text
  const kept = Object.entries(value).filter(([key]) => key === 'type' || key === 'index')
  return { ...Object.fromEntries(kept), [first]: onlyAt(value[first] ?? null, rest, text) }
}
