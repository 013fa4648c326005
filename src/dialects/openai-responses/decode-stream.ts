/**
 * The events of an OpenAI response stream → neutral events. The stream ends with `response.completed` or
 * `response.incomplete`; one that ends without either broke off, however much was said.
 *
 * Events are told by the `type` in their data, since some servers send no event names. Types that are not known are
 * tolerated; `[DONE]`, which some servers add, says nothing.
 */
import type { StreamDecoder } from '../dialect.ts'
import { compact, filledString, isArray, isObject, parseJson } from '../json.ts'
import type { Json, JsonObject, StreamEvent, UpstreamError } from '../neutral.ts'
import { createSseDecoder, type SseItem } from '../sse.ts'
import { decodeBodyError, malformed } from '../upstream-error.ts'
import { wholeCharacters } from '../whole-characters.ts'
import { createdOf, extensionsOf } from './decode-answer.ts'
import { createOutputDecoder } from './decode-output.ts'
import { responsesExtensions } from './extensions.ts'
import { decodeStop } from './status.ts'
import { decodeUsage } from './usage.ts'

export function decodeStream(): StreamDecoder {
  return wholeCharacters(createDecoder())
}

function createDecoder(): StreamDecoder {
  const sse = createSseDecoder()
  const output = createOutputDecoder()
  let early: JsonObject | undefined
  let isOver = false

  const fail = (error: UpstreamError): readonly StreamEvent[] => {
    isOver = true
    return [{ kind: 'error', error }]
  }
  const start = (response: JsonObject): readonly StreamEvent[] => {
    if (early !== undefined) return []
    early = extensionsOf(response)
    return [
      compact({
        kind: 'start' as const,
        id: filledString(response['id']) ?? '',
        model: filledString(response['model']) ?? '',
        created: createdOf(response),
        extensions: responsesExtensions(early),
      }),
    ]
  }
  const finish = (response: JsonObject): readonly StreamEvent[] => {
    const begun = start(response)
    const rest = output.finish(isArray(response['output']) ? response['output'] : [])
    const usage = decodeUsage(response['usage'])
    const late = changed(extensionsOf(response), early ?? {})
    const extensions = responsesExtensions(Object.keys(late).length === 0 ? {} : { response: late })
    const stop = decodeStop(response, output.kinds)
    isOver = true
    return [
      ...begun,
      ...rest,
      { kind: 'finish', choice: 0, stop, ...(extensions !== undefined && { extensions }) },
      ...(usage === undefined ? [] : [{ kind: 'usage' as const, usage }]),
      { kind: 'end' },
    ]
  }
  const event = (value: JsonObject): readonly StreamEvent[] => {
    const response = isObject(value['response']) ? value['response'] : {}
    switch (value['type']) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return start(response)
      case 'response.completed':
      case 'response.incomplete':
        return finish(response)
      case 'response.failed':
        return fail(
          isObject(response['error']) ? decodeBodyError({ error: response['error'] }) : decodeBodyError(value),
        )
      case 'error':
        return fail(decodeBodyError(value))
      default: {
        if (isObject(value['error'])) return fail(decodeBodyError(value))
        const said = output.push(value)
        return said.length === 0 ? [] : [...start({}), ...said]
      }
    }
  }
  const item = (item: SseItem): readonly StreamEvent[] => {
    if (isOver) return []
    if (item.kind === 'comment') return [{ kind: 'ping' }]
    if (item.kind === 'overflow') return fail(malformed('an event of the stream is too long'))
    const data = item.data.trim()
    if (data === '[DONE]' || data === '') return []
    const value = parseJson(data)
    return isObject(value) ? event(value) : fail(malformed('an event of the stream is not a JSON object'))
  }
  return {
    push: (bytes) => (isOver ? [] : sse.push(bytes).flatMap(item)),
    end: () => {
      if (isOver) return []
      const last = sse.end().flatMap(item)
      return isOver ? last : [...last, ...fail(malformed('the stream broke off before its end'))]
    },
  }
}

/** The fields that say something else than before. */
function changed(fields: JsonObject, before: JsonObject): JsonObject {
  const differs = ([key, value]: [string, Json]): boolean => JSON.stringify(before[key]) !== JSON.stringify(value)
  return Object.fromEntries(Object.entries(fields).filter(differs))
}
