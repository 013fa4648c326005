import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DiagnosticInit, diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { renderPretty } from '../../src/diagnostics/render-pretty.ts'
import { Source, type Span } from '../../src/diagnostics/source.ts'

const main = (text: string) => new Source('main.policy', text)

/** The span of the `nth` occurrence of some words. */
function spanOf(source: Source, words: string, nth = 0): Span {
  let start = source.text.indexOf(words)
  for (let i = 0; i < nth; i++) start = source.text.indexOf(words, start + 1)
  if (start < 0) throw new Error(`\`${words}\` is not in the text`)
  return { source, start, end: start + words.length }
}

function render(init: DiagnosticInit): string {
  return `\n${renderPretty(diagnostic('P201', init))}\n`
}

test('a place and one that explains it, on one line', () => {
  const source = main('allow staff when caller.team == "a" and caller.team == "b"')
  const shown = render({
    message: 'no request satisfies the condition of `staff`',
    span: spanOf(source, 'caller.team == "b"'),
    label: '`caller.team` cannot also be "b"',
    related: [{ message: '', span: spanOf(source, 'caller.team == "a"') }],
  })
  expect(shown).toBe(`
error[P201]: no request satisfies the condition of \`staff\`
  ┌─ main.policy:1:41
1 │ allow staff when caller.team == "a" and caller.team == "b"
  │                  ──────────────────     ^^^^^^^^^^^^^^^^^^ \`caller.team\` cannot also be "b"
`)
})

test('several labels of one line hang below each other', () => {
  const source = main('one two three')
  const shown = render({
    message: 'm',
    span: spanOf(source, 'one'),
    label: 'the first',
    related: [
      { message: 'the second', span: spanOf(source, 'two') },
      { message: 'the third', span: spanOf(source, 'three') },
    ],
  })
  expect(shown).toBe(`
error[P201]: m
  ┌─ main.policy:1:1
1 │ one two three
  │ ^^^ ─── ───── the third
  │ │   the second
  │ the first
`)
})

test('lines near by and far away', () => {
  const source = main('a1\nb2\nc3\n\n\n\n\n\n\nd10\n')
  const shown = render({
    message: 'm',
    span: spanOf(source, 'c3'),
    related: [
      { message: 'far', span: spanOf(source, 'd10') },
      { message: 'near', span: spanOf(source, 'a1') },
    ],
  })
  expect(shown).toBe(`
error[P201]: m
   ┌─ main.policy:3:1
 1 │ a1
   │ ── near
 2 │ b2
 3 │ c3
   │ ^^
 · │
10 │ d10
   │ ─── far
`)
})

test('another file has a frame of its own', () => {
  const source = main('allow staff')
  const other = new Source('groups.policy', 'set x = ["a"]\ndeny staff')
  const shown = render({
    message: '`staff` is declared twice',
    span: spanOf(source, 'staff'),
    related: [{ message: 'first here', span: spanOf(other, 'staff') }],
  })
  expect(shown).toBe(`
error[P201]: \`staff\` is declared twice
  ┌─ main.policy:1:7
1 │ allow staff
  │       ^^^^^
  ┌─ groups.policy:2:6
2 │ deny staff
  │      ───── first here
`)
})

test('help, the mended line, a witness', () => {
  const source = main('set x = []\nallow staff when caller.team = "core" && request.stream')
  const shown = render({
    message: 'a form of another language',
    span: spanOf(source, '&&'),
    help: 'write `and`',
    edits: [
      { span: spanOf(source, '= "core"'), text: '== "core"' },
      { span: spanOf(source, '&&'), text: 'and' },
    ],
    witness: { caller: { team: 'core' } },
  })
  expect(shown).toBe(`
error[P201]: a form of another language
  ┌─ main.policy:2:39
2 │ allow staff when caller.team = "core" && request.stream
  │                                       ^^
  = help: write \`and\`
  │
2 │ allow staff when caller.team == "core" and request.stream
  │                              +++++++++ +++
  = for example: {"caller": {"team": "core"}}
`)
})

test('a witness that is long is laid in lines, and stays JSON', () => {
  const caller = { team: 'core', org: 'o'.repeat(40), roles: ['a', 'b'], claims: { department: 'd'.repeat(30) } }
  const witness = { caller, request: { model: 'smart', header: {} } }
  const shown = render({ message: 'm', span: spanOf(main('x'), 'x'), witness })
  expect(shown).toContain(`
  = for example: {"caller": {"team": "core",
                             "org": "${'o'.repeat(40)}",
                             "roles": ["a", "b"],
                             "claims": {"department": "${'d'.repeat(30)}"}},
                  "request": {"model": "smart", "header": {}}}
`)
  expect(JSON.parse(shown.slice(shown.indexOf('{')))).toEqual(witness)
})

test('two requests that show it together', () => {
  const witnesses = [{ caller: { id: 'a\u202e' } }, { caller: { id: 'b' } }] as const
  expect(render({ message: 'm', span: spanOf(main('x'), 'x'), witnesses })).toContain(`
  = for example: {"caller": {"id": "a�"}}
  = and: {"caller": {"id": "b"}}
`)
})

test('an edit that only takes away', () => {
  const source = main('allow staff;')
  const shown = render({ message: 'm', span: spanOf(source, ';'), edits: [{ span: spanOf(source, ';'), text: '' }] })
  expect(shown).toBe(`
error[P201]: m
  ┌─ main.policy:1:12
1 │ allow staff;
  │            ^
  = help: write it like this
  │
1 │ allow staff
`)
})

test('tabs and wide characters', () => {
  const source = main('\tdeny x when 名前 == "é👩‍👩‍👧" and z')
  expect(render({ message: 'm', span: spanOf(source, 'z') })).toBe(`
error[P201]: m
  ┌─ main.policy:1:36
1 │     deny x when 名前 == "é👩‍👩‍👧" and z
  │ ${' '.repeat(34)}^
`)
})

test('a span of several lines is underlined to the end of its first', () => {
  const source = main('route a {\n  to x/y\n}\n')
  expect(render({ message: 'm', span: { source, start: 0, end: source.text.length }, label: 'here' })).toBe(`
error[P201]: m
  ┌─ main.policy:1:1
1 │ route a {
  │ ^^^^^^^^^ here
`)
})

test('a very long line is cut around its place', () => {
  const source = main(`${'abcdefghi '.repeat(50)}HERE${' abcdefghi'.repeat(1000)}`)
  const [, , line = '', under = ''] = renderPretty(
    diagnostic('P201', { message: 'm', span: spanOf(source, 'HERE') }),
  ).split('\n')
  expect(line.length).toBeLessThan(130)
  expect(line).toMatch(/│ ….*…$/)
  expect(under.indexOf('^^^^')).toBe(line.indexOf('HERE'))
})

test('the end of the text', () => {
  const source = main('allow staff when')
  expect(render({ message: 'm', span: { source, start: 16, end: 16 } })).toBe(`
error[P201]: m
  ┌─ main.policy:1:17
1 │ allow staff when
  │                 ^
`)
})

test('a file without a text has no frame', () => {
  const source = new Source('missing/gateway.yaml', '')
  expect(render({ message: 'm', span: { source, start: 0, end: 0 } })).toBe(`
error[P201]: m
  ┌─ missing/gateway.yaml
`)
})

test('what would steer a terminal is not printed', () => {
  const source = main('allow \u001b[31mred\u202e when \u0007x')
  const shown = render({ message: 'found `\u001b[2J\nx`', span: spanOf(source, 'x') })
  expect(shown).toContain('found `�[2J x`')
  expect(shown).toContain('1 │ allow �[31mred� when �x')
})

describe('colour', () => {
  const source = main('allow x when y')
  const each = diagnostic('P201', { message: 'm', span: spanOf(source, 'y'), help: 'h' })

  test('only when asked', () => {
    expect(renderPretty(each)).not.toContain('\u001b')
    expect(renderPretty(each, { color: true })).toContain('\u001b[1;31m^\u001b[0m')
  })

  test('adds nothing but colours', () => {
    // biome-ignore lint/complexity/useRegexLiterals: an escape in a literal is easily overlooked
    const escapes = new RegExp('\u001b\\[[0-9;]*m', 'g')
    expect(renderPretty(each, { color: true }).replace(escapes, '')).toBe(renderPretty(each))
  })
})

test('any text and any spans: no throw, bounded lines, nothing unprintable', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\n', '\r\n', '\t', 'a', '名', '\u001b', '\ud800'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    ),
    maxLength: 400,
  })
  fc.assert(
    fc.property(
      text,
      fc.array(fc.tuple(fc.nat(500), fc.nat(500)), { minLength: 1, maxLength: 5 }),
      (written, places) => {
        const source = main(written)
        const [span, ...more] = places.map(([a, b]) => ({
          source,
          start: Math.min(a, b, written.length),
          end: Math.min(Math.max(a, b), written.length),
        }))
        const shown = renderPretty(
          diagnostic('P201', {
            message: 'm',
            span: span!,
            label: 'here',
            related: more.map((each) => ({ message: 'there', span: each })),
            edits: [{ span: span!, text: 'new' }],
          }),
        )
        for (const line of shown.split('\n')) {
          expect(line).not.toMatch(/[\p{Cc}\u202e]/u)
          expect([...new Intl.Segmenter().segment(line)].length).toBeLessThan(160)
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('a line of ten million characters is rendered at once', () => {
  const source = main(`${'x'.repeat(5_000_000)}HERE${'y'.repeat(5_000_000)}`)
  const span = spanOf(source, 'HERE')
  const startedAt = performance.now()
  renderPretty(diagnostic('P201', { message: 'm', span }))
  expect(performance.now() - startedAt).toBeLessThan(2000)
})
