/** The grammar's last layer: the statements, each a rule that the parser enters at the keyword. */
import type {
  AccessStatement,
  AssumeStatement,
  BudgetStatement,
  CacheStatement,
  DefineStatement,
  GuardStatement,
  ImportStatement,
  LimitStatement,
  LogStatement,
  PoolStatement,
  RequestedRef,
  RestrictStatement,
  RewriteStatement,
  RouteStatement,
  SetStatement,
  ShadowStatement,
  Statement,
} from './ast.ts'
import type { Condition, NumberLiteral, PercentLiteral, StringLiteral, TargetRef } from './ast-conditions.ts'
import { TestGrammar } from './grammar-tests.ts'
import * as t from './tokens.ts'

const { keywords } = t

export class Grammar extends TestGrammar {
  language = this.RULE('language', (): NumberLiteral => {
    this.CONSUME(keywords.language)
    return this.SUBRULE(this.number)
  })

  import = this.RULE('import', (): ImportStatement => {
    const word = this.CONSUME(keywords.import)
    const path = this.SUBRULE(this.string)
    return this.ACTION(() => ({ kind: 'import', path, span: this.spanSince(word) }))
  })

  set = this.RULE('set', (): SetStatement => {
    const word = this.CONSUME(keywords.set)
    const name = this.SUBRULE(this.declaredName)
    this.SUBRULE(this.assign)
    const values = this.SUBRULE(this.list)
    return this.ACTION(() => ({ kind: 'set', name, values, span: this.spanSince(word) }))
  })

  define = this.RULE('define', (): DefineStatement => {
    const word = this.CONSUME(keywords.define)
    const name = this.SUBRULE(this.declaredName)
    this.SUBRULE(this.assign)
    const condition = this.SUBRULE(this.condition)
    return this.ACTION(() => ({ kind: 'define', name, condition, span: this.spanSince(word) }))
  })

  pool = this.RULE('pool', (): PoolStatement => {
    const word = this.CONSUME(keywords.pool)
    const name = this.SUBRULE(this.declaredName)
    this.SUBRULE(this.assign)
    const list = this.SUBRULE(this.targetList)
    return this.ACTION(() => ({ kind: 'pool', name, targets: list.targets, span: this.spanSince(word) }))
  })

  allow = this.RULE('allow', (): AccessStatement => {
    const word = this.CONSUME(keywords.allow)
    const rest = this.SUBRULE(this.access)
    return this.ACTION(() => ({ kind: 'allow', ...rest, span: this.spanSince(word) }))
  })

  deny = this.RULE('deny', (): AccessStatement => {
    const word = this.CONSUME(keywords.deny)
    const rest = this.SUBRULE(this.access)
    return this.ACTION(() => ({ kind: 'deny', ...rest, span: this.spanSince(word) }))
  })

  private access = this.RULE('access', () => {
    const head = this.SUBRULE(this.head)
    const reason = this.SUBRULE(this.reason)
    return this.ACTION(() => ({ ...head, ...reason }))
  })

  restrict = this.RULE('restrict', (): RestrictStatement => {
    const word = this.CONSUME(keywords.restrict)
    const head = this.SUBRULE(this.head)
    const arrow = this.CONSUME(keywords.to, { ERR_MSG: '`to` and a condition of the target' })
    const to = this.SUBRULE(this.condition)
    let because: StringLiteral | undefined
    this.OPTION(() => {
      const reason = this.CONSUME(keywords.because)
      because = this.SUBRULE(this.string)
      this.ACTION(() => this.mark(reason, 'head'))
    })
    return this.ACTION(() => {
      this.mark(arrow, 'head')
      return { kind: 'restrict', ...head, to, ...(because ? { because } : {}), span: this.spanSince(word) }
    })
  })

  route = this.RULE('route', (): RouteStatement => {
    const word = this.CONSUME(keywords.route)
    const head = this.SUBRULE(this.head)
    const body = this.SUBRULE(this.routeBody)
    return this.ACTION(() => ({ kind: 'route', ...head, ...body, span: this.spanSince(word) }))
  })

  cache = this.RULE('cache', (): CacheStatement => {
    const word = this.CONSUME(keywords.cache)
    const head = this.SUBRULE(this.head)
    const body = this.SUBRULE(this.cacheBody)
    return this.ACTION(() => ({ kind: 'cache', ...head, ...body, span: this.spanSince(word) }))
  })

  limit = this.RULE('limit', (): LimitStatement => {
    const word = this.CONSUME(keywords.limit)
    const head = this.SUBRULE(this.head)
    const body = this.SUBRULE(this.limitBody)
    return this.ACTION(() => ({ kind: 'limit', ...head, ...body, span: this.spanSince(word) }))
  })

  budget = this.RULE('budget', (): BudgetStatement => {
    const word = this.CONSUME(keywords.budget)
    const head = this.SUBRULE(this.head)
    const body = this.SUBRULE(this.budgetBody)
    return this.ACTION(() => ({ kind: 'budget', ...head, ...body, span: this.spanSince(word) }))
  })

  guard = this.RULE('guard', (): GuardStatement => {
    const word = this.CONSUME(keywords.guard)
    const head = this.SUBRULE(this.head)
    const clauses = this.SUBRULE(this.guardBody)
    return this.ACTION(() => ({ kind: 'guard', ...head, clauses, span: this.spanSince(word) }))
  })

  rewrite = this.RULE('rewrite', (): RewriteStatement => {
    const word = this.CONSUME(keywords.rewrite)
    const head = this.SUBRULE(this.head)
    const clauses = this.SUBRULE(this.rewriteBody)
    return this.ACTION(() => ({ kind: 'rewrite', ...head, clauses, span: this.spanSince(word) }))
  })

  shadow = this.RULE('shadow', (): ShadowStatement => {
    const word = this.CONSUME(keywords.shadow)
    const head = this.SUBRULE(this.head)
    const open = this.CONSUME(t.BraceOpen)
    let copy: { share: PercentLiteral; target: TargetRef | RequestedRef } | undefined
    this.MANY(() => {
      const start = this.clause()
      const share = this.SUBRULE(this.percent)
      this.CONSUME(keywords.to)
      const target = this.SUBRULE(this.targetOrRequested)
      this.ACTION(() => {
        if (!copy) copy = { share, target }
        else
          this.say('P110', {
            message: 'found a second copy in this `shadow`',
            span: this.spanSince(start),
            help: 'make two rules',
          })
      })
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (!copy) this.missing(open, 'shadow', 'copy', 'write it like `5% to openai/gpt-5`')
      const span = this.spanOf(open)
      const none = {
        share: { kind: 'percent' as const, fraction: 0, text: '0%', span },
        target: { kind: 'requested' as const, span },
      }
      return { kind: 'shadow', ...head, ...(copy ?? none), span: this.spanSince(word) }
    })
  })

  log = this.RULE('log', (): LogStatement => {
    const word = this.CONSUME(keywords.log)
    const head = this.SUBRULE(this.head)
    const clauses = this.SUBRULE(this.logBody)
    return this.ACTION(() => ({ kind: 'log', ...head, clauses, span: this.spanSince(word) }))
  })

  assume = this.RULE('assume', (): AssumeStatement => {
    const word = this.CONSUME(keywords.assume)
    const name = this.SUBRULE(this.declaredName)
    let when: Condition | undefined
    const then = this.OR<Condition>({
      DEF: [
        {
          ALT: () => {
            when = this.SUBRULE(this.when)
            const arrow = this.CONSUME(keywords.then)
            this.ACTION(() => this.mark(arrow, 'head'))
            return this.SUBRULE(this.condition)
          },
        },
        { ALT: () => this.SUBRULE2(this.condition) },
      ],
      ERR_MSG: '`when` or a condition',
    })
    return this.ACTION(() => ({ kind: 'assume', name, ...(when ? { when } : {}), then, span: this.spanSince(word) }))
  })

  constructor() {
    super({ recoveryEnabled: false, maxLookahead: 2, skipValidations: true, errorMessageProvider: wanted })
    this.performSelfAnalysis()
  }

  /** Parses the tokens that `begin` was given as the statement that begins with `word`. */
  statement(word: t.StatementWord): Statement | NumberLiteral {
    return this[word]()
  }
}

/** Messages name only what was wanted; `syntax-error.ts` makes sentences of it. */
const wanted = {
  buildMismatchTokenMessage: ({ expected }: { expected: { LABEL?: string; name: string } }) =>
    expected.LABEL ?? expected.name,
  buildNotAllInputParsedMessage: () => '',
  buildNoViableAltMessage: ({
    customUserDescription,
    expectedPathsPerAlt,
  }: {
    customUserDescription?: string
    expectedPathsPerAlt: { LABEL?: string; name: string }[][][]
  }) =>
    customUserDescription ??
    orList([...new Set(expectedPathsPerAlt.flatMap((paths) => paths.map((path) => path[0]?.LABEL ?? '')))]),
  buildEarlyExitMessage: ({ customUserDescription }: { customUserDescription?: string }) =>
    customUserDescription ?? 'more',
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

let grammar: Grammar | undefined

/** The one parser of this process, built when it is first needed. */
export function theGrammar(): Grammar {
  return (grammar ??= new Grammar())
}
