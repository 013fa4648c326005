/** What to say where the grammar stops: the parser's exception as a sentence, a tight span and a way to mend it. */
import { EOF, type IRecognitionException } from 'chevrotain'
import { type Diagnostic, diagnostic, type Related } from '../diagnostics/diagnostic.ts'
import type { Source, Span } from '../diagnostics/source.ts'
import { suggest } from '../diagnostics/suggest.ts'
import { shown } from './grammar-base.ts'
import type { Chunk } from './segment.ts'
import * as t from './tokens.ts'

const { keywords } = t

/** The words that clauses begin with, by the rule of the grammar for the body. */
const clauseWords: Readonly<Record<string, readonly string[]>> = {
  routeBody: ['to', 'else', 'retry', 'connect', 'first_token', 'idle', 'timeout', 'deadline', 'hedge', 'on_loss'],
  cacheBody: ['ttl', 'stale', 'scope', 'semantic', 'off'],
  limitBody: ['by', 'burst'],
  budgetBody: ['by', 'at'],
  guardBody: ['redact', 'mask', 'block', 'flag'],
  rewriteBody: ['max_tokens', 'temperature', 'system', 'header', 'metadata', 'service_tier'],
  logBody: ['capture', 'tag'],
  test: ['given', 'when', 'expect'],
  assert: [
    ...['allowed', 'denied', 'routed', 'cached', 'limited', 'budgeted', 'guarded', 'rewritten', 'shadowed'],
    ...['every', 'some', 'no', 'target', 'not'],
  ],
}

/** How other policy languages call our statements. */
const foreignStatements: Readonly<Record<string, t.StatementWord>> = {
  ...{
    permit: 'allow',
    grant: 'allow',
    forbid: 'deny',
    reject: 'deny',
    include: 'import',
    use: 'import',
    let: 'define',
  },
  ...{ const: 'define', def: 'define', rule: 'allow', ratelimit: 'limit', rate_limit: 'limit', quota: 'limit' },
  ...{ list: 'set', group: 'pool', upstream: 'pool', invariant: 'assert', mirror: 'shadow' },
}

/** How other languages call our operators. */
const foreignWords: Readonly<Record<string, string>> = {
  ...{ equals: '`==`', eq: '`==`', ne: '`!=`', gt: '`>`', gte: '`>=`', lt: '`<`', lte: '`<=`', regex: '`matches /…/`' },
  ...{
    includes: '`has` for sets, `contains` for strings',
    exists: '`has` before the attribute',
    unless: '`when not (…)`',
  },
  ...{ where: '`when`', message: '`because`', reason: '`because`', code: '`status`', xor: '`and`, `or` and `not`' },
}

/** What helps wherever one of these was wanted. */
const usual: Readonly<Record<string, string>> = {
  'a condition': 'write a test such as `caller.team == "core"`, or the name of a `define`',
  '`,` or `]`': 'write `,` between the items and `]` at the end of the list',
  'a name': 'a name is made of the letters `a` to `z`, digits and underscores',
  'a value': 'write a literal such as `"text"`, `100`, `30s` or `true`',
  'a string': 'write text in double quotes: `"text"`',
  '`day`, `week`, `month` or `total`': 'budgets have calendar windows; a `limit` has windows such as `per 1h`',
  '`when` or a condition': 'write it like `assume staff when caller.kind == "jwt" then has caller.team`',
}

/** Words with which a rule goes on after its name, and after its condition. */
const headWords: Readonly<Partial<Record<t.StatementWord, readonly string[]>>> = {
  allow: ['when', 'because', 'status'],
  deny: ['when', 'because', 'status'],
  restrict: ['when', 'to', 'because'],
}

/** The diagnostic for the place where the parser gave up within a statement. */
export function toDiagnostic(source: Source, chunk: Chunk, error: IRecognitionException, isLast: boolean): Diagnostic {
  const token = error.token as t.Token
  const atEnd = token.tokenType === EOF
  const last = chunk.tokens.at(-1)!
  const span = spanOf(source, atEnd ? last : token)
  const rule = error.context.ruleStack.at(-1) ?? ''
  const found = atEnd ? `the end of the ${isLast ? 'file' : 'statement'}` : `\`${shown(token.image)}\``
  const where = wantedAt(chunk, error, rule, token)
  const opening = token.tokenType === EOF || error.message === '`}`' ? findOpen(chunk.tokens) : undefined
  const related: Related[] = atEnd && opening ? [{ message: 'this was not closed', span: spanOf(source, opening) }] : []
  return diagnostic('P101', {
    message: where === '' ? `found ${found}, which has no place here` : `found ${found} where ${where} was wanted`,
    span,
    related,
    help: helpAt(chunk, error, rule, token) ?? usualHelp(error, token),
  })
}

/** The diagnostic for text that belongs to no statement. */
export function strayText(source: Source, token: t.Token): Diagnostic {
  const { image } = token
  const near = Object.hasOwn(foreignStatements, image)
    ? foreignStatements[image]
    : (suggest(image, t.statementKeywords) ?? suggest(image, ['when', 'because', 'status', 'then', 'and', 'or', 'not']))
  const isCloser =
    token.tokenType === t.BraceClose || token.tokenType === t.BracketClose || token.tokenType === t.ParenClose
  return diagnostic('P101', {
    message: isCloser
      ? `found \`${image}\` that closes nothing`
      : `found \`${shown(image)}\` where a statement was wanted`,
    span: spanOf(source, token),
    help: near
      ? `did you mean \`${near}\`?`
      : isCloser
        ? 'delete it'
        : 'a statement begins with its keyword, such as `allow`, `deny`, `route` or `limit`',
  })
}

function wantedAt(chunk: Chunk, error: IRecognitionException, rule: string, token: t.Token): string {
  if (error.name === 'NotAllInputParsedException') {
    const words = (chunk.word && headWords[chunk.word]) ?? []
    const open = words.filter(
      (word) => !chunk.tokens.some((each) => each.image === word && each.startOffset < token.startOffset),
    )
    return [...open.map((word) => `\`${word}\``), 'the next statement'].join(' or ').replace(/ or (?=.* or )/g, ', ')
  }
  const clauses = clauseWords[rule]
  if (error.message === '`}`' && clauses && token.tokenType !== EOF)
    return clauses === clauseWords.assert ? 'a claim or `}`' : 'a clause or `}`'
  return error.message
}

function helpAt(chunk: Chunk, error: IRecognitionException, rule: string, token: t.Token): string | undefined {
  const { image, tokenType } = token
  const clauses = clauseWords[rule]
  const isWord = /^[a-z_A-Z]\w*$/.test(image) && tokenType !== EOF
  if (error.message === '`}`' && tokenType === EOF) return 'write `}` at the end of the body'
  if (error.message === '`)`') return 'write `)` after the condition'
  if (error.message === '`}`' && tokenType === t.Pipe)
    return 'give every arm its share: `50% openai/gpt-5 | 50% anthropic/claude-sonnet-4`'
  if (error.message === '`}`' && clauses && isWord) {
    const near = suggest(image, clauses)
    return near
      ? `did you mean \`${near}\`?`
      : `clauses here begin with ${clauses.map((word) => `\`${word}\``).join(', ')}`
  }
  if (error.message === '`{`') return near(image, ['when']) ?? `the clauses of a \`${chunk.word}\` stand in braces`
  if (rule === 'restrict' && error.message.startsWith('`to`')) return 'write it like `to target.region == "eu"`'
  if (rule === 'guardClause') return 'say where it looks: `in request`, `in response` or `in request, response`'
  if (rule === 'step' && isWord) return `write \`any of ${image}\` for a pool`
  if (rule === 'limitAmount' && isWord)
    return (
      near(image, ['requests', 'tokens', 'concurrent']) ?? 'a limit counts `requests` or `tokens`, or is `concurrent`'
    )
  if (error.name === 'NotAllInputParsedException') return afterStatement(chunk, token)
  if (tokenType === keywords.else) return 'a fallback is `else STEP` in the body of a route'
  return isWord
    ? near(
        image,
        [...error.message.matchAll(/`(\w+)`/g)].map((match) => match[1]!),
      )
    : undefined
}

function usualHelp({ message }: IRecognitionException, { image }: t.Token): string {
  if (message === 'a condition' && image === 'true')
    return 'leave `when` out: a rule without it applies to every request'
  if (message === 'a string' && image.startsWith('/')) return 'write `matches` before a regular expression'
  if (Object.hasOwn(usual, message)) return usual[message]!
  return message === '' ? 'begin the next statement with its keyword' : `write ${message} here`
}

function afterStatement(chunk: Chunk, token: t.Token): string | undefined {
  const words = (chunk.word && headWords[chunk.word]) ?? []
  if (Object.hasOwn(foreignWords, token.image)) return `write ${foreignWords[token.image]}`
  const guess = near(token.image, [
    ...words,
    ...t.statementKeywords,
    'and',
    'or',
    'in',
    'has',
    'contains',
    'matches',
    'like',
    'starts_with',
    'ends_with',
  ])
  if (guess) return guess
  const hasWhen = chunk.tokens.some((each) => each.tokenType === keywords.when && each.startOffset < token.startOffset)
  const isThird = chunk.tokens[2] === token
  if (words.length > 0 && !hasWhen && isThird && token.tokenType !== t.BraceOpen)
    return 'write `when` before the condition'
  if (token.tokenType === t.BraceOpen && words.length > 0) return `\`${chunk.word}\` has no body`
  if (token.tokenType === t.BraceClose) return 'delete it: it closes nothing'
  return undefined
}

function near(word: string, words: readonly string[]): string | undefined {
  const found = suggest(word, words)
  return found === undefined ? undefined : `did you mean \`${found}\`?`
}

/** The innermost bracket of a statement that is never closed. */
function findOpen(tokens: readonly t.Token[]): t.Token | undefined {
  const open: t.Token[] = []
  for (const token of tokens) {
    if (token.tokenType === t.BraceOpen || token.tokenType === t.BracketOpen || token.tokenType === t.ParenOpen)
      open.push(token)
    else if (token.tokenType === t.BraceClose || token.tokenType === t.BracketClose || token.tokenType === t.ParenClose)
      open.pop()
  }
  return open.at(-1)
}

function spanOf(source: Source, token: t.Token): Span {
  return { source, start: token.startOffset, end: token.endOffset + 1 }
}
