/**
 * The vocabulary: every token type, and the words that are keywords.
 *
 * A keyword is also a `Word`, so that `request.model` or `budget.team.used` need no quoting: whether a word
 * is a keyword is decided by the place where it stands, and only names of declarations are held to `reservedWords`.
 */
import { createToken, type IToken, Lexer, type TokenType } from 'chevrotain'
import type { Literal, RegexLiteral, TargetRef } from './ast-conditions.ts'

/** A token as the lexer of policies makes it. */
export interface Token extends IToken {
  readonly endOffset: number
  /** Whether only blanks stand before it on its line. */
  readonly firstOnLine: boolean
  /** What a literal, target or regular expression means. */
  readonly literal?: Literal | RegexLiteral | TargetRef
}

function token(name: string, label: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, label, pattern: Lexer.NA, categories })
}

/** Any word: names, parts of an attribute, enum values, keywords. */
export const Word = token('Word', 'a name')
/** `eu-west`: no name, but what was meant can be told from where it stands. */
export const Hyphenated = token('Hyphenated', 'a name', [Word])

/** Any literal. */
export const LiteralToken = token('LiteralToken', 'a value')
export const StringToken = token('StringToken', 'a string', [LiteralToken])
export const NumberToken = token('NumberToken', 'a number', [LiteralToken])
export const DurationToken = token('DurationToken', 'a duration', [LiteralToken])
export const SizeToken = token('SizeToken', 'a size', [LiteralToken])
export const MoneyToken = token('MoneyToken', 'an amount of money', [LiteralToken])
export const PercentToken = token('PercentToken', 'a percentage', [LiteralToken])
export const BoolToken = token('BoolToken', '`true` or `false`', [LiteralToken, Word])
/** `4xx`, `5xx`. */
export const StatusClassToken = token('StatusClassToken', 'a class of status codes')
export const RegexToken = token('RegexToken', 'a regular expression')
export const TargetToken = token('TargetToken', 'a target')

export const BraceOpen = token('BraceOpen', '`{`')
export const BraceClose = token('BraceClose', '`}`')
export const BracketOpen = token('BracketOpen', '`[`')
export const BracketClose = token('BracketClose', '`]`')
export const ParenOpen = token('ParenOpen', '`(`')
export const ParenClose = token('ParenClose', '`)`')
export const Comma = token('Comma', '`,`')
export const Dot = token('Dot', '`.`')
export const Pipe = token('Pipe', '`|`')
export const Star = token('Star', '`*`')
export const Colon = token('Colon', '`:`')
/** `=`, and the comparisons; one category, because habit mixes them up. */
export const Comparison = token('Comparison', 'a comparison')
export const Assign = token('Assign', '`=`', [Comparison])
export const Equal = token('Equal', '`==`', [Comparison])
export const OtherComparison = token('OtherComparison', 'a comparison', [Comparison])

const statementWords = [
  ...['import', 'set', 'define', 'pool', 'allow', 'deny', 'restrict', 'route', 'cache', 'limit', 'budget', 'guard'],
  ...['rewrite', 'shadow', 'log', 'assert', 'assume', 'test', 'language'],
] as const
const conditionWords = [
  ...['and', 'or', 'not', 'in', 'has', 'any', 'all', 'starts_with', 'ends_with', 'contains', 'like', 'matches', 'is'],
  ...['allowed', 'denied'],
] as const
const clauseWords = [
  ...['when', 'if', 'because', 'status', 'to', 'then', 'else', 'retry', 'on', 'backoff', 'connect', 'first_token'],
  ...['idle', 'timeout', 'deadline', 'hedge', 'after', 'on_loss', 'reject', 'degrade', 'sticky', 'by', 'requested'],
  ...['cheapest', 'fastest', 'least_busy', 'of', 'ttl', 'stale', 'scope', 'semantic', 'off', 'everyone', 'requests'],
  ...['tokens', 'concurrent', 'per', 'burst', 'day', 'week', 'month', 'total', 'at', 'warn', 'redact', 'mask'],
  ...['block', 'flag', 'request', 'response', 'max_tokens', 'most', 'temperature', 'system', 'prepend', 'header'],
  ...['metadata', 'service_tier', 'capture', 'body', 'headers', 'none', 'tag', 'routed', 'cached', 'limited'],
  ...['budgeted', 'guarded', 'rewritten', 'shadowed', 'every', 'some', 'no', 'target', 'given', 'expect', 'fails'],
  ...['stalls', 'cut', 'chunks', 'served', 'attempts', 'failed', 'with'],
] as const

export type StatementWord = (typeof statementWords)[number]
export type Keyword = StatementWord | (typeof conditionWords)[number] | (typeof clauseWords)[number]

/** The token type of each keyword. */
export const keywords = Object.fromEntries(
  [...statementWords, ...conditionWords, ...clauseWords].map((word) => [word, token(word, `\`${word}\``, [Word])]),
) as Readonly<Record<Keyword, TokenType>>

/** The words that statements begin with. */
export const statementKeywords: readonly StatementWord[] = statementWords

const statementOf = new Map<TokenType, StatementWord>(statementWords.map((word) => [keywords[word], word]))

/** The statement that a token can begin, if it is such a keyword. */
export function statementWordOf(type: TokenType): StatementWord | undefined {
  return statementOf.get(type)
}

const keywordMap: ReadonlyMap<string, TokenType> = new Map<string, TokenType>(Object.entries(keywords))

const wordTypes = new Set<TokenType>([Word, ...keywordMap.values()])

/** Whether a token is a word, keyword or not. */
export function isWord(type: TokenType): boolean {
  return wordTypes.has(type)
}

/** The token type of a word. */
export function wordType(text: string): TokenType {
  if (text === 'true' || text === 'false') return BoolToken
  return keywordMap.get(text) ?? Word
}

/**
 * What no declaration may be named, because a condition or a rule could then be read in two ways. `allow all` and
 * `route any` are natural names of rules and are read in one way alone.
 */
export const reservedWords: readonly string[] = [
  ...statementWords,
  ...conditionWords.filter((word) => word !== 'any' && word !== 'all'),
  ...['true', 'false', 'null', 'if', 'elif', 'when', 'because', 'status', 'to', 'then', 'else', 'sticky', 'by', 'of'],
].sort()

/** Malformed: a literal that was already reported; stands where any literal may, so that nothing else is said. */
export const Malformed = token('Malformed', 'a value', [LiteralToken, RegexToken, TargetToken])

/** What the parser is told of. */
export const vocabulary: TokenType[] = [
  ...[Word, Hyphenated, LiteralToken, StringToken, NumberToken, DurationToken, SizeToken, MoneyToken, PercentToken],
  ...[BoolToken, StatusClassToken, RegexToken, TargetToken, BraceOpen, BraceClose, BracketOpen, BracketClose],
  ...[ParenOpen, ParenClose, Comma, Dot, Pipe, Star, Colon, Comparison, Assign, Equal, OtherComparison, Malformed],
  ...Object.values(keywords),
]
