/**
 * The check: from the files of a policy to what they mean. Declarations come first, so that a name may be
 * used above the place where it is declared; then every rule in source order. Whatever is wrong is
 * reported in one run, and there is a result only where nothing is.
 */
import { type Diagnostic, hasErrors } from '../diagnostics/diagnostic.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Statement } from '../syntax/ast.ts'
import type { Condition } from '../syntax/ast-conditions.ts'
import { builtinAttributes, declaredAttribute, keyedAttribute, keyedFamilies, tableAttributes } from './attributes.ts'
import { lowerCondition } from './conditions.ts'
import type { CheckContext } from './context.ts'
import { checkDefines } from './defines.ts'
import type { LoadedFile, LoadedFiles } from './imports.ts'
import { checkSet } from './lists.ts'
import { collectNames } from './names.ts'
import type { AnyRule, CheckedPolicy, Cond, Declaration } from './policy.ts'
import { createReporter, type Report } from './report.ts'
import { checkAccess } from './rules/access.ts'
import { checkBudget } from './rules/budget.ts'
import { checkCache } from './rules/cache.ts'
import { checkGuard } from './rules/guard.ts'
import { checkAssert, checkAssume } from './rules/laws.ts'
import { checkLimit } from './rules/limit.ts'
import { checkLog } from './rules/log.ts'
import { checkRestrict } from './rules/restrict.ts'
import { checkRewrite } from './rules/rewrite.ts'
import { checkRoute } from './rules/route.ts'
import { checkShadow } from './rules/shadow.ts'
import { checkTest } from './rules/test.ts'
import type { Scope } from './scope.ts'
import { checkPool } from './targets.ts'

export interface CheckResult {
  /** Only where there is no error. */
  readonly policy?: CheckedPolicy
  /** Those of reading and parsing too, sorted by file and place. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Checks a policy against a configuration. Pure: the same files and configuration give the same result. */
export function checkPolicy(files: LoadedFiles, config: CheckContext): CheckResult {
  const sources = files.files.map((each) => each.source)
  const reporter = createReporter(files.diagnostics)
  const { scope, tableKeys } = prepare(files, config, reporter.report)
  const { statements } = files
  const rules: AnyRule[] = []
  for (const statement of statements) {
    const rule = checkRuleStatement(scope, statement, rules.length)
    if (rule) rules.push(rule)
  }
  const assertions = statements.flatMap((each) => (each.kind === 'assert' ? [checkAssert(scope, each)] : []))
  const assumptions = statements.flatMap((each) => (each.kind === 'assume' ? [checkAssume(scope, each)] : []))
  const tests = statements.flatMap((each) => (each.kind === 'test' ? [checkTest(scope, each)] : []))

  const diagnostics = reporter.sorted(sources)
  if (hasErrors(diagnostics) || config.unreadTables?.size) return { diagnostics }
  const { region, env, timeZone } = config.gateway
  const fixed = new Map<string, string>()
  if (region !== undefined) fixed.set('gateway.region', region)
  if (env !== undefined) fixed.set('gateway.env', env)
  const policy: CheckedPolicy = {
    sources,
    rules,
    assertions,
    assumptions,
    tests,
    statements,
    declared: config.attributes,
    declarations: declarationsOf(scope, files),
    catalogue: config.catalogue,
    tables: config.tables,
    tableKeys,
    providerRegions: new Map([...config.providers].map(([name, { region: its }]) => [name, its])),
    fixed,
    possibleKinds: possibleKindsOf(config),
    timeZone,
  }
  return { policy, diagnostics }
}

export interface ConditionResult {
  /** Only where there is no error. */
  readonly condition?: Cond
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Checks a lone condition against a policy, as if it stood at its end: what a query asks. It may speak of access,
 * and not of a target. What is wrong with the policy itself is not reported.
 */
export function checkCondition(files: LoadedFiles, config: CheckContext, condition: Condition): ConditionResult {
  const { scope } = prepare(files, config, () => undefined)
  const reporter = createReporter([])
  const place = { called: 'the condition', target: false, access: true }
  const cond = lowerCondition({ ...scope, report: reporter.report }, condition, place)
  const diagnostics = reporter.sorted([condition.span.source])
  return diagnostics.length > 0 ? { diagnostics } : { condition: cond, diagnostics }
}

interface Prepared {
  readonly scope: Scope
  readonly tableKeys: ReadonlyMap<string, Attribute>
}

/** Everything that can be named, so that conditions and rules can be checked one by one. */
function prepare(files: LoadedFiles, config: CheckContext, report: Report): Prepared {
  const scope = createScope(files, config, report)
  const tableKeys = addTables(scope)
  checkDeclarations(scope, files.statements)
  return { scope, tableKeys }
}

function createScope(files: LoadedFiles, context: CheckContext, report: Report): Scope {
  const attributes = new Map(builtinAttributes.map((each) => [each.id, each]))
  for (const each of context.attributes) attributes.set(each.path, declaredAttribute(each))
  const broken = new Set(
    files.files.flatMap((each) => each.file.broken?.map((statement) => statement.name?.text) ?? []),
  )
  return {
    context,
    report,
    names: collectNames(files.statements, (name) => files.incomplete || broken.has(name), report),
    attributes,
    brokenTables: new Map(),
    defines: new Map(),
    pools: new Map(),
    brokenSets: new Set(),
    measures: new WeakMap(),
  }
}

/** Adds the columns of all tables; a key that no attribute fits leaves its table without columns. */
function addTables(scope: Scope): ReadonlyMap<string, Attribute> {
  const keys = new Map<string, Attribute>()
  for (const table of scope.context.tables) {
    const key = findKey(scope, table.keyAttribute)
    if (!key) {
      scope.brokenTables.set(table.name, table.keyAttribute)
      continue
    }
    keys.set(table.name, key)
    for (const column of tableAttributes(table, key)) scope.attributes.set(column.id, column)
  }
  return keys
}

/** The attribute that picks the rows of a table: a string that is known of every request before anything is decided. */
function findKey(scope: Scope, id: string): Attribute | undefined {
  const key = scope.attributes.get(id) ?? findKeyed(scope, id)
  const fits = key?.type === 'string' && !key.column && (key.phase === 'caller' || key.phase === 'request')
  return fits ? key : undefined
}

function findKeyed(scope: Scope, id: string): Attribute | undefined {
  const match = /^([a-z.]+)\["([^"\\]+)"\]$/.exec(id)
  const family = keyedFamilies.find((each) => each === match?.[1])
  if (!family || !match?.[2]) return undefined
  const keyed = keyedAttribute(family, match[2])
  scope.attributes.set(keyed.id, keyed)
  return keyed
}

function checkDeclarations(scope: Scope, statements: readonly Statement[]): void {
  for (const each of statements) {
    if (each.kind === 'set') checkSet(scope, each)
    else if (each.kind === 'pool') {
      const candidates = checkPool(scope, each)
      if (scope.names.byName.get(each.name.text) === each) scope.pools.set(each.name.text, candidates)
    }
  }
  checkDefines(
    scope,
    statements.filter((each) => each.kind === 'define'),
  )
}

function checkRuleStatement(scope: Scope, statement: Statement, index: number): AnyRule | undefined {
  switch (statement.kind) {
    case 'allow':
    case 'deny':
      return checkAccess(scope, statement, index)
    case 'restrict':
      return checkRestrict(scope, statement, index)
    case 'route':
      return checkRoute(scope, statement, index)
    case 'cache':
      return checkCache(scope, statement, index)
    case 'limit':
      return checkLimit(scope, statement, index)
    case 'budget':
      return checkBudget(scope, statement, index)
    case 'guard':
      return checkGuard(scope, statement, index)
    case 'rewrite':
      return checkRewrite(scope, statement, index)
    case 'shadow':
      return checkShadow(scope, statement, index)
    case 'log':
      return checkLog(scope, statement, index)
    case 'import':
    case 'set':
    case 'define':
    case 'pool':
    case 'assert':
    case 'assume':
    case 'test':
      return undefined
  }
}

/** Whichever ways of signing in are switched on; the embedding program may always hand in a caller. */
function possibleKindsOf({ callers }: CheckContext): readonly string[] {
  return [
    ...(callers.keys ? ['key'] : []),
    ...(callers.jwt.length > 0 || callers.introspection.length > 0 ? ['jwt'] : []),
    'host',
    ...(callers.anonymous ? ['anonymous'] : []),
  ]
}

function declarationsOf(scope: Scope, files: LoadedFiles): readonly Declaration[] {
  const named: Declaration[] = []
  for (const statement of files.statements) {
    if (statement.kind !== 'set' && statement.kind !== 'define' && statement.kind !== 'pool') continue
    named.push({
      kind: statement.kind,
      name: statement.name.text,
      span: statement.name.span,
      used: scope.names.used.has(statement),
    })
  }
  const imports: Declaration[] = []
  const inUse = new Map<LoadedFile, boolean>()
  for (const [node, file] of files.imported) {
    imports.push({
      kind: 'import',
      name: node.path.value,
      span: node.path.span,
      used: isInUse(scope, files, file, inUse),
    })
  }
  return [...named, ...imports]
}

/** Whether a file has a rule, a law or a test, or declares something that is used, or imports a file that does. */
function isInUse(scope: Scope, files: LoadedFiles, file: LoadedFile, known: Map<LoadedFile, boolean>): boolean {
  const before = known.get(file)
  if (before !== undefined) return before
  const found = file.file.statements.some((statement) => {
    switch (statement.kind) {
      case 'set':
      case 'define':
      case 'pool':
        return scope.names.used.has(statement)
      case 'import': {
        const imported = files.imported.get(statement)
        return imported !== undefined && isInUse(scope, files, imported, known)
      }
      default:
        return true
    }
  })
  known.set(file, found)
  return found
}
