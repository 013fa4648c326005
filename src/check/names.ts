/**
 * The names of a bundle: what declares them, and looking them up with diagnostics. Sets, defines, pools,
 * rules and laws share one name space, so that a name in a log or a test means one thing.
 */
import { suggest } from '../diagnostics/suggest.ts'
import type { ImportStatement, Statement, TestStatement } from '../syntax/ast.ts'
import type { Name } from '../syntax/ast-conditions.ts'
import type { Report } from './report.ts'

export type NamedStatement = Exclude<Statement, ImportStatement | TestStatement>

export type NamedKind = NamedStatement['kind']

export interface Names {
  readonly byName: ReadonlyMap<string, NamedStatement>
  /** What some statement refers to. */
  readonly used: Set<NamedStatement>
  /** Whether a name may stand in text that could not be read, so that its absence says nothing. */
  readonly mayBeLost: (name: string) => boolean
}

/** Every name with the statement that declares it first; later ones are reported. */
export function collectNames(
  statements: readonly Statement[],
  mayBeLost: (name: string) => boolean,
  report: Report,
): Names {
  const byName = new Map<string, NamedStatement>()
  for (const statement of statements) {
    if (statement.kind === 'import' || statement.kind === 'test') continue
    const { text, span } = statement.name
    const first = byName.get(text)
    if (!first) {
      byName.set(text, statement)
      continue
    }
    report('P204', {
      message: `the name \`${text}\` is declared twice`,
      span,
      label: 'declared again here',
      related: [{ message: `first declared here, as ${article(first.kind)}`, span: first.name.span }],
      help: 'sets, defines, pools and rules share one name space; give one of the two another name',
    })
  }
  return { byName, used: new Set(), mayBeLost }
}

/** What a reference wants: one of `kinds`, called `called` in messages. */
export interface Wanted<K extends NamedKind> {
  readonly kinds: readonly K[]
  readonly called: string
  /** Told where the name is of another kind. */
  readonly help?: (found: NamedStatement) => string | undefined
  /** Other texts that the author may have meant, such as attributes. */
  readonly others?: (name: string) => string | undefined
}

/** The statement that a name refers to, or undefined once that is reported. */
export function findNamed<K extends NamedKind>(
  names: Names,
  report: Report,
  name: Name,
  wanted: Wanted<K>,
): Extract<NamedStatement, { kind: K }> | undefined {
  const found = names.byName.get(name.text)
  if (found && (wanted.kinds as readonly NamedKind[]).includes(found.kind)) {
    names.used.add(found)
    return found as Extract<NamedStatement, { kind: K }>
  }
  if (found) {
    names.used.add(found)
    report('P210', {
      message: `\`${name.text}\` is ${article(found.kind)}, not ${wanted.called}`,
      span: name.span,
      related: [{ message: 'declared here', span: found.name.span }],
      help: wanted.help?.(found),
    })
  } else if (!names.mayBeLost(name.text)) reportUnknown(names, report, name, wanted)
  return undefined
}

function reportUnknown<K extends NamedKind>(names: Names, report: Report, name: Name, wanted: Wanted<K>): void {
  const { text, span } = name
  report('P201', { message: `there is no ${bare(wanted.called)} \`${text}\``, span }, () => {
    const ofKind: string[] = []
    const ofOther: string[] = []
    for (const [declared, { kind }] of names.byName) {
      const list = (wanted.kinds as readonly NamedKind[]).includes(kind) ? ofKind : ofOther
      list.push(declared)
    }
    const near = suggest(text, ofKind)
    if (near !== undefined) return { help: `did you mean \`${near}\`?`, edits: [{ span, text: near }] }
    const attribute = wanted.others?.(text)
    if (attribute !== undefined) return { help: `did you mean \`${attribute}\`?` }
    const other = suggest(text, ofOther)
    const statement = other === undefined ? undefined : names.byName.get(other)
    if (statement) return { help: `\`${other}\` is near, but it is ${article(statement.kind)}` }
    const few = ofKind.length > 0 && ofKind.length <= 8
    return few ? { help: `declared are ${ofKind.map((each) => `\`${each}\``).join(', ')}` } : {}
  })
}

/** A kind with its article, for messages. */
export function article(kind: NamedKind): string {
  return kind === 'allow' || kind === 'assert' || kind === 'assume' ? `an ${kind}` : `a ${kind}`
}

function bare(called: string): string {
  return called.replace(/^an? /, '')
}
