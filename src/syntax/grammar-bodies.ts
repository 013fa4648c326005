/** The grammar's fifth layer: the bodies of the other rules, whose clauses may stand in any order. */
import type { IToken } from 'chevrotain'
import type {
  CacheScope,
  CacheStatement,
  GuardClause,
  LogClause,
  RewriteClause,
  RouteStatement,
  Step,
  TimeoutClause,
} from './ast.ts'
import type { DurationLiteral, NumberLiteral } from './ast-conditions.ts'
import { LimitGrammar, type Own } from './grammar-limits.ts'
import * as t from './tokens.ts'

const { keywords } = t
type Writable<T> = { -readonly [K in keyof T]: T[K] }

export class BodyGrammar extends LimitGrammar {
  routeBody = this.RULE('routeBody', (): Own<RouteStatement> => {
    const body: Partial<Writable<Own<RouteStatement>>> = {}
    const steps: Step[] = []
    const timeouts: TimeoutClause[] = []
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.clause()
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(keywords.to)
            const step = this.SUBRULE(this.step)
            this.ACTION(() => {
              if (this.isFirst(seen, word, 'write `else` for what comes after it')) steps.unshift(step)
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.else)
            const step = this.SUBRULE2(this.step)
            this.ACTION(() => steps.push(step))
          },
        },
        {
          ALT: () => {
            const retry = this.SUBRULE(this.retry)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.retry = retry
            })
          },
        },
        {
          ALT: () => {
            const clause = this.SUBRULE(this.timeoutClause)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) timeouts.push(clause)
            })
          },
        },
        {
          ALT: () => {
            const word = this.CONSUME(keywords.hedge)
            this.CONSUME(keywords.after)
            const after = this.SUBRULE(this.duration)
            this.ACTION(() => {
              if (this.isFirst(seen, word)) body.hedge = { after, span: this.spanSince(word) }
            })
          },
        },
        {
          ALT: () => {
            const word = this.CONSUME(keywords.on_loss)
            const value = this.CONSUME(t.Word, { ERR_MSG: '`reject` or `degrade`' })
            this.ACTION(() => {
              const what = this.oneOf(value, ['reject', 'degrade'], '`reject` or `degrade`')
              if (this.isFirst(seen, word)) body.onLoss = { value: what, span: this.spanSince(word) }
            })
          },
        },
      ])
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (!seen.has('to')) this.missing(open, 'route', '`to`', 'write where the calls go: `to openai/gpt-5`')
      return { ...body, steps, timeouts }
    })
  })

  private timeoutClause = this.RULE('timeoutClause', (): TimeoutClause => {
    const word = this.OR([
      { ALT: () => this.CONSUME(keywords.connect) },
      { ALT: () => this.CONSUME(keywords.first_token) },
      { ALT: () => this.CONSUME(keywords.idle) },
      { ALT: () => this.CONSUME(keywords.timeout) },
      { ALT: () => this.CONSUME(keywords.deadline) },
    ])
    const duration = this.SUBRULE(this.duration)
    return this.ACTION(() => ({ kind: word.image as TimeoutClause['kind'], duration, span: this.spanSince(word) }))
  })

  cacheBody = this.RULE('cacheBody', (): Own<CacheStatement> => {
    const body: { ttl?: DurationLiteral; stale?: DurationLiteral; scope?: CacheScope; semantic?: NumberLiteral } = {}
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.clause()
      this.OR([
        {
          ALT: () => {
            this.CONSUME(keywords.ttl)
            const value = this.SUBRULE(this.duration)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.ttl = value
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.stale)
            const value = this.SUBRULE2(this.duration)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.stale = value
            })
          },
        },
        {
          ALT: () => {
            const value = this.SUBRULE(this.scope)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.scope = value
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.semantic)
            const value = this.SUBRULE(this.number)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.semantic = value
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.off)
            this.ACTION(() => this.isFirst(seen, start))
          },
        },
      ])
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      const off = seen.get('off')
      if (off && seen.size > 1) {
        const span = this.spanOf(off)
        this.say('P110', {
          message: 'found `off` beside other clauses',
          span,
          help: '`off` stands alone: delete it or the others',
        })
      } else if (!off && !seen.has('ttl'))
        this.missing(open, 'cache', '`ttl`', 'write how long an answer is kept: `ttl 1h`, or `off`')
      return { off: off !== undefined, ...body }
    })
  })

  guardBody = this.RULE('guardBody', (): readonly GuardClause[] => {
    const clauses: GuardClause[] = []
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      this.clause()
      const clause = this.SUBRULE(this.guardClause)
      this.ACTION(() => clauses.push(clause))
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (clauses.length === 0)
        this.missing(open, 'guard', 'clause', 'write it like `redact email in request, response`')
      return clauses
    })
  })

  private guardClause = this.RULE('guardClause', (): GuardClause => {
    const where: ('request' | 'response')[] = []
    const word = this.OR([
      { ALT: () => this.CONSUME(keywords.redact) },
      { ALT: () => this.CONSUME(keywords.mask) },
      { ALT: () => this.CONSUME(keywords.block) },
      { ALT: () => this.CONSUME(keywords.flag) },
    ])
    const detectors = this.SUBRULE(this.detectors)
    this.CONSUME(keywords.in, { ERR_MSG: '`,` or `in request, response`' })
    const add = (token: IToken): void => {
      const side = this.oneOf(token, ['request', 'response'], '`request` or `response`')
      if (!where.includes(side)) where.push(side)
      else this.say('P110', { message: `found a second \`${side}\``, span: this.spanOf(token), help: 'delete it' })
    }
    const first = this.CONSUME(t.Word, { ERR_MSG: '`request` or `response`' })
    this.ACTION(() => add(first))
    this.MANY({
      GATE: () => this.attributeFollowsComma(),
      DEF: () => {
        this.CONSUME(t.Comma)
        const next = this.CONSUME2(t.Word, { ERR_MSG: '`request` or `response`' })
        this.ACTION(() => add(next))
      },
    })
    return this.ACTION(() => ({
      action: word.image as GuardClause['action'],
      detectors,
      in: where,
      span: this.spanSince(word),
    }))
  })

  rewriteBody = this.RULE('rewriteBody', (): readonly RewriteClause[] => {
    const clauses: RewriteClause[] = []
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.clause()
      const clause = this.SUBRULE(this.rewriteClause)
      this.ACTION(() => {
        const isKeyed = clause.kind === 'header' || clause.kind === 'metadata'
        if (isKeyed || this.isFirst(seen, start)) clauses.push(clause)
      })
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (clauses.length === 0) this.missing(open, 'rewrite', 'clause', 'write it like `max_tokens at most 1024`')
      return clauses
    })
  })

  private rewriteClause = this.RULE('rewriteClause', (): RewriteClause => {
    const start = this.LA(1)
    const since = () => this.spanSince(start)
    return this.OR<RewriteClause>([
      {
        ALT: () => {
          this.CONSUME(keywords.max_tokens)
          this.CONSUME(keywords.at)
          this.CONSUME(keywords.most)
          const atMost = this.SUBRULE(this.number)
          return this.ACTION(() => ({ kind: 'max_tokens', atMost, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.temperature)
          this.SUBRULE(this.assign)
          const value = this.SUBRULE2(this.number)
          return this.ACTION(() => ({ kind: 'temperature', value, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.system)
          this.CONSUME(keywords.prepend)
          const text = this.SUBRULE(this.string)
          return this.ACTION(() => ({ kind: 'system_prepend', text, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.header)
          const name = this.SUBRULE2(this.string)
          this.SUBRULE2(this.assign)
          const value = this.SUBRULE3(this.string)
          return this.ACTION(() => ({ kind: 'header', name, value, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.metadata)
          const key = this.SUBRULE4(this.string)
          this.SUBRULE3(this.assign)
          const attribute = this.SUBRULE(this.attribute)
          return this.ACTION(() => ({ kind: 'metadata', key, attribute, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.service_tier)
          this.SUBRULE4(this.assign)
          const value = this.SUBRULE5(this.string)
          return this.ACTION(() => ({ kind: 'service_tier', value, span: since() }))
        },
      },
    ])
  })

  logBody = this.RULE('logBody', (): readonly LogClause[] => {
    const clauses: LogClause[] = []
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.clause()
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(keywords.capture)
            const what = this.CONSUME(t.Word, { ERR_MSG: '`body`, `headers` or `none`' })
            this.ACTION(() => {
              const captured = this.oneOf(what, ['body', 'headers', 'none'], '`body`, `headers` or `none`')
              if (this.isFirst(seen, word))
                clauses.push({ kind: 'capture', what: captured, span: this.spanSince(word) })
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.tag)
            const key = this.SUBRULE(this.string)
            this.SUBRULE(this.assign)
            const attribute = this.SUBRULE(this.attribute)
            this.ACTION(() => clauses.push({ kind: 'tag', key, attribute, span: this.spanSince(start) }))
          },
        },
      ])
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (clauses.length === 0)
        this.missing(open, 'log', 'clause', 'write it like `capture none` or `tag "team" = caller.team`')
      return clauses
    })
  })
}
