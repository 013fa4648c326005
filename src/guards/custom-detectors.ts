/** The detectors that `guards:` adds: regular expressions and lists of words, and what is wrong with them. */
import { detectors as builtIn } from '../check/detectors.ts'
import type { GuardConfig, PatternGuardConfig, WordsGuardConfig } from '../config/guards.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import { parseRegex } from '../syntax/regex.ts'
import { foldCase, type Regex } from '../syntax/regex-tree.ts'
import { type Detector, type DetectorPattern, usualMaxLength } from './detector.ts'
import { whole } from './detectors/pattern.ts'
import { withLikenesses } from './plain-form.ts'

export interface CustomDetectors {
  readonly detectors: readonly Detector[]
  readonly diagnostics: readonly Diagnostic[]
}

export function customDetectors(guards: readonly GuardConfig[]): CustomDetectors {
  const detectors: Detector[] = []
  const diagnostics: Diagnostic[] = []
  for (const guard of guards) {
    if (builtIn.some((each) => each.name === guard.name)) {
      const message = `\`${guard.name}\` is the name of a built-in detector`
      diagnostics.push(diagnostic('P907', { message, span: guard.span, help: 'choose another name' }))
    } else if (guard.kind === 'pattern') detectors.push(ofPatterns(guard, diagnostics))
    else if (guard.kind === 'words') detectors.push(ofWords(guard))
  }
  return { detectors, diagnostics }
}

function ofPatterns({ name, patterns, ignoreCase }: PatternGuardConfig, diagnostics: Diagnostic[]): Detector {
  const made = patterns.flatMap(({ text, span }): readonly DetectorPattern[] => {
    const parsed = parseRegex(text, ignoreCase)
    const problem = 'error' in parsed ? parsed : findProblem(parsed.regex)
    if (problem === undefined && 'regex' in parsed) return [{ regex: parsed.regex, maxLength: usualMaxLength }]
    const { error, help } = problem!
    diagnostics.push(diagnostic('P904', { message: `in a pattern of \`${name}\`: ${error}`, span, help }))
    return []
  })
  return { name, patterns: made }
}

function findProblem(regex: Regex): { readonly error: string; readonly help: string } | undefined {
  if (shortest(regex) > 0) return undefined
  return {
    error: 'the pattern matches the empty text, which is everywhere',
    help: 'make it ask for a character at least',
  }
}

/** The least number of characters that a match has. */
function shortest(regex: Regex): number {
  switch (regex.kind) {
    case 'empty':
    case 'assert':
      return 0
    case 'chars':
      return 1
    case 'concat':
      return regex.parts.reduce((sum, part) => sum + shortest(part), 0)
    case 'alternate':
      return Math.min(...regex.parts.map(shortest))
    case 'repeat':
      return regex.min * shortest(regex.of)
  }
}

/** All words as one tree, so that those with one beginning share it. */
function ofWords({ name, words, ignoreCase, wholeWords }: WordsGuardConfig): Detector {
  const root: Trie = new Map()
  for (const word of words) {
    let node = root
    for (const character of ignoreCase ? lower(word) : word) {
      const next: Trie = node.get(character) ?? new Map()
      node.set(character, next)
      node = next
    }
    node.set('', new Map())
  }
  const isWord = whole(({ before, after }) => !/[\p{L}\p{N}]$/u.test(before) && !/^[\p{L}\p{N}]/u.test(after))
  // One object for one character, however often it stands in the tree.
  const made = new Map<string, Regex>()
  const regexAt = (character: string): Regex => {
    const regex = made.get(character) ?? charsOf(character, ignoreCase)
    made.set(character, regex)
    return regex
  }
  const pattern = { regex: regexOf(root, regexAt), maxLength: 512 }
  return { name, patterns: words.length === 0 ? [] : [wholeWords ? { ...pattern, pick: isWord } : pattern] }
}

/** By next character; the empty one where a word ends. */
type Trie = Map<string, Trie>

function lower(word: string): string {
  return word.toLowerCase()
}

function regexOf(trie: Trie, regexAt: (character: string) => Regex): Regex {
  const branches = [...trie].map(([character, next]): Regex => {
    if (character === '') return { kind: 'empty' }
    return { kind: 'concat', parts: [regexAt(character), regexOf(next, regexAt)] }
  })
  return branches.length === 1 ? branches[0]! : { kind: 'alternate', parts: branches }
}

/** A blank of a phrase stands for any blanks, a line end too. */
function charsOf(character: string, ignoreCase: boolean): Regex {
  if (character === ' ') {
    const blanks = withLikenesses([
      [9, 13],
      [32, 32],
    ])
    return { kind: 'repeat', of: { kind: 'chars', ranges: blanks }, min: 1, max: 4 }
  }
  const codes = new Set([character, ...(ignoreCase ? [character.toUpperCase(), character.toLowerCase()] : [])])
  const ranges = [...codes]
    .filter((each) => [...each].length === 1)
    .map((each) => each.codePointAt(0)!)
    .sort((a, b) => a - b)
    .map((code) => [code, code] as const)
  return { kind: 'chars', ranges: withLikenesses(ignoreCase ? foldCase(ranges) : ranges) }
}
