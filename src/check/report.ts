/**
 * Where the passes put what they find. One place in a text draws one diagnostic: the first that is
 * reported, so that a mistake is not told again by every rule that runs into it.
 */
import type { Code } from '../diagnostics/catalogue.ts'
import type { Diagnostic, DiagnosticInit } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source, Span } from '../diagnostics/source.ts'

/** How to mend it, worked out only where it is shown: looking for what was meant goes over all that is declared. */
export type Mend = () => Pick<DiagnosticInit, 'help' | 'edits'>

export type Report = (code: Code, init: DiagnosticInit, mend?: Mend) => void

/** At most so many are shown of one run; a reader who mends these learns the rest from the next. */
export const mostDiagnostics = 100

export interface Reporter {
  readonly report: Report
  /** Sorted by file, in the order of `sources`, and by place. */
  readonly sorted: (sources: readonly Source[]) => readonly Diagnostic[]
}

/**
 * A reporter that starts from what reading the text found. What lies over a mistake in the text itself is
 * not reported: a value that was not understood has no meaning to be wrong about.
 */
export function createReporter(known: readonly Diagnostic[]): Reporter {
  const found: Finding[] = []
  const ids = new Map<Source, number>()
  const places = new Set<string>()

  for (const each of known) {
    found.push({ code: each.code, span: each.span, build: () => each })
    places.add(placeOf(each.span, ids))
  }
  const errors = known.filter((each) => each.severity === 'error')
  const overlapsError = (span: Span) =>
    errors.some((each) => each.span.source === span.source && each.span.start < span.end && span.start < each.span.end)

  return {
    report: (code, init, mend) => {
      const place = placeOf(init.span, ids)
      if (places.has(place) || overlapsError(init.span)) return
      places.add(place)
      found.push({ code, span: init.span, build: () => diagnostic(code, { ...init, ...mend?.() }) })
    },
    sorted: (sources) =>
      inOrder(found, sources)
        .slice(0, mostDiagnostics)
        .map((each) => each.build()),
  }
}

interface Finding {
  readonly code: Code
  readonly span: Span
  readonly build: () => Diagnostic
}

function placeOf(span: Span, ids: Map<Source, number>): string {
  let id = ids.get(span.source)
  if (id === undefined) ids.set(span.source, (id = ids.size))
  return `${id}:${span.start}:${span.end}`
}

function inOrder(found: readonly Finding[], sources: readonly Source[]): Finding[] {
  const order = new Map(sources.map((source, index) => [source, index]))
  const fileOf = (each: Finding) => order.get(each.span.source) ?? sources.length
  return [...found].sort(
    (a, b) =>
      fileOf(a) - fileOf(b) ||
      a.span.start - b.span.start ||
      a.span.end - b.span.end ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  )
}
