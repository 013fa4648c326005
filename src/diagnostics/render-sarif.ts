/**
 * Diagnostics as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), the form that code scanning reads.
 *
 * A result is told again by its fingerprint, which says nothing of lines, so that a finding stays the same finding
 * while text above it comes and goes.
 */
import { createHash } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Code, Severity } from './catalogue.ts'
import { catalogue } from './catalogue.ts'
import type { Diagnostic, Edit } from './diagnostic.ts'
import { layWitness } from './lay-witness.ts'
import type { Span } from './source.ts'

export interface SarifOptions {
  /** Of policyc. */
  readonly version: string
}

/** A log to print with `JSON.stringify`. */
export interface SarifLog {
  readonly $schema: string
  readonly version: '2.1.0'
  readonly runs: readonly [SarifRun]
}

interface SarifRun {
  readonly tool: { readonly driver: SarifDriver }
  readonly columnKind: 'utf16CodeUnits'
  readonly invocations: readonly [{ readonly executionSuccessful: boolean }]
  readonly results: readonly SarifResult[]
}

interface SarifDriver {
  readonly name: 'policyc'
  readonly semanticVersion: string
  readonly rules: readonly object[]
}

interface SarifResult {
  readonly ruleId: Code
  readonly ruleIndex: number
  readonly level: Level
  readonly message: SarifText
  readonly locations: readonly SarifLocation[]
  readonly partialFingerprints: { readonly 'policycFinding/v1': string }
  readonly relatedLocations?: readonly SarifLocation[]
  readonly fixes?: readonly object[]
  readonly properties?: object
}

interface SarifLocation {
  readonly id?: number
  readonly physicalLocation: { readonly artifactLocation: object; readonly region: object }
  readonly message?: SarifText
}

interface SarifText {
  readonly text: string
}

type Level = 'error' | 'warning' | 'note'

const levels: Readonly<Record<Severity, Level>> = { error: 'error', warning: 'warning', information: 'note' }

/** The diagnostics of one run as a SARIF log. */
export function renderSarif(diagnostics: readonly Diagnostic[], { version }: SarifOptions): SarifLog {
  const codes = [...new Set(diagnostics.map((each) => each.code))].sort()
  const fingerprints = fingerprintsOf(diagnostics)
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'policyc', semanticVersion: version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        // What could not be read at all was not analysed.
        invocations: [{ executionSuccessful: diagnostics.every((each) => each.code !== 'P901') }],
        results: diagnostics.map((each, index) =>
          resultOf(each, { ruleIndex: codes.indexOf(each.code), fingerprint: fingerprints[index]! }),
        ),
      },
    ],
  }
}

function ruleOf(code: Code): object {
  const { severity, title, because, avoid, prefer } = catalogue[code]
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: because },
    defaultConfiguration: { level: levels[severity] },
    help: {
      text: `${because}\n\nAvoid: ${avoid}\n\nPrefer: ${prefer}`,
      markdown: `${because}\n\nAvoid:\n\n${indented(avoid)}\n\nPrefer:\n\n${indented(prefer)}`,
    },
  }
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}

interface Told {
  readonly ruleIndex: number
  readonly fingerprint: string
}

function resultOf(diagnostic: Diagnostic, { ruleIndex, fingerprint }: Told): SarifResult {
  const { code, severity, span, label, related, edits, witness, witnesses } = diagnostic
  return {
    ruleId: code,
    ruleIndex,
    level: levels[severity],
    message: { text: textOf(diagnostic) },
    locations: [{ ...locationOf(span), ...(label === undefined ? {} : { message: { text: label } }) }],
    partialFingerprints: { 'policycFinding/v1': fingerprint },
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.map((each, index) => ({
            id: index + 1,
            ...locationOf(each.span),
            message: { text: each.message },
          })),
        }),
    ...(edits === undefined ? {} : { fixes: [fixOf(edits, diagnostic.help)] }),
    ...(witness === undefined ? {} : { properties: { witness } }),
    ...(witnesses === undefined ? {} : { properties: { witnesses } }),
  }
}

/** All that is to say, since viewers show the text of the message and little else. */
function textOf({ message, help, witness, witnesses }: Diagnostic): string {
  const examples = (witnesses ?? (witness === undefined ? [] : [witness])).map((each) =>
    layWitness(each, 100).join('\n'),
  )
  const lines = [message, ...(help === undefined ? [] : [`help: ${help}`])]
  return [...lines, ...examples.map((each) => `for example: ${each}`)].join('\n')
}

function locationOf(span: Span): SarifLocation {
  return { physicalLocation: { artifactLocation: artifactOf(span), region: regionOf(span) } }
}

function artifactOf({ source }: Span): object {
  if (isAbsolute(source.path)) return { uri: pathToFileURL(source.path).href }
  const uri = source.path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
  return { uri, uriBaseId: '%SRCROOT%' }
}

function regionOf({ source, start, end }: Span): object {
  const first = source.positionAt(start)
  const last = source.positionAt(end)
  return { startLine: first.line, startColumn: first.column, endLine: last.line, endColumn: last.column }
}

/** All edits of a diagnostic belong together: they are one fix. */
function fixOf(edits: readonly Edit[], help: string | undefined): object {
  const sources = [...new Set(edits.map((each) => each.span.source))]
  return {
    description: { text: help ?? 'write it like this' },
    artifactChanges: sources.map((source) => ({
      artifactLocation: artifactOf({ source, start: 0, end: 0 }),
      replacements: edits
        .filter((each) => each.span.source === source)
        .map(({ span, text }) => ({ deletedRegion: regionOf(span), insertedContent: { text } })),
    })),
  }
}

/** For each diagnostic a digest of what it is about; equal ones are numbered in their order. */
function fingerprintsOf(diagnostics: readonly Diagnostic[]): readonly string[] {
  const seen = new Map<string, number>()
  return diagnostics.map(({ code, message, span }) => {
    const names = [...message.matchAll(/`([^`]*)`/g)].map((each) => each[1])
    const text = span.source.text.slice(span.start, span.end).replace(/\s+/g, ' ').trim()
    const about = JSON.stringify([code, span.source.path, names, text])
    const digest = createHash('sha256').update(about).digest('hex').slice(0, 32)
    const count = (seen.get(digest) ?? 0) + 1
    seen.set(digest, count)
    return `${digest}:${count}`
  })
}
