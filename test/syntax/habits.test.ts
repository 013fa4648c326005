import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEdits, parse, show } from './support.ts'

/** Forms of other languages, and the text once the offered edits are applied. */
const habits: readonly [string, string][] = [
  ['allow a // why', 'allow a # why'],
  ['/* why */ allow a', '# why\n allow a'],
  ['/* one\n * two\n */\nallow a', '# one\n# two\nallow a'],
  ['allow a when x && y', 'allow a when x and y'],
  ['allow a when x&&y', 'allow a when x and y'],
  ['allow a when x || y', 'allow a when x or y'],
  ['allow a when !x', 'allow a when not x'],
  ['allow a when !(x || !y)', 'allow a when not (x or not y)'],
  ['allow a when caller.team = "b"', 'allow a when caller.team == "b"'],
  ['allow a when caller.team === "b"', 'allow a when caller.team == "b"'],
  ['allow a when caller.team !== "b"', 'allow a when caller.team != "b"'],
  ['allow a when caller.team <> "b"', 'allow a when caller.team != "b"'],
  ['allow a when request.bytes =< 1KB', 'allow a when request.bytes <= 1KB'],
  ['allow a when request.bytes => 1KB', 'allow a when request.bytes >= 1KB'],
  ['allow a when request.model =~ /x/', 'allow a when request.model matches /x/'],
  ["allow a when caller.team == 'b'", 'allow a when caller.team == "b"'],
  [`allow a when caller.team == 'say "b"'`, 'allow a when caller.team == "say \\"b\\""'],
  ['allow a when caller.team == “b”', 'allow a when caller.team == "b"'],
  ['allow a when caller.team == `b`', 'allow a when caller.team == "b"'],
  ['allow a;', 'allow a'],
  ['allow a;\nallow b;', 'allow a\nallow b'],
  ['allow a when caller.team is "b"', 'allow a when caller.team == "b"'],
  ['allow a when caller.team is not "b"', 'allow a when caller.team != "b"'],
  ['allow a when caller.team not "b"', 'allow a when caller.team != "b"'],
  ['allow a when caller.team not == "b"', 'allow a when not caller.team == "b"'],
  ['allow a when caller.roles not has "b"', 'allow a when not caller.roles has "b"'],
  ['allow a when request.model not matches /x/', 'allow a when not request.model matches /x/'],
  ['allow a when request.model not starts_with "b"', 'allow a when not request.model starts_with "b"'],
  ['allow a when "b" == caller.team', 'allow a when caller.team == "b"'],
  ["allow a when 'b' = caller.team", 'allow a when caller.team == "b"'],
  ['allow a when 5 < request.messages', 'allow a when request.messages > 5'],
  ['allow a when "b" in caller.roles', 'allow a when caller.roles has "b"'],
  ['allow a when x AND y OR NOT z', 'allow a when x and y or not z'],
  ['allow a when request.stream == TRUE', 'allow a when request.stream == true'],
  ['allow a when request.stream == False', 'allow a when request.stream == false'],
  ['allow a when request.model startsWith "b"', 'allow a when request.model starts_with "b"'],
  ['ALLOW a WHEN x', 'allow a when x'],
  ['allow a if x', 'allow a when x'],
  ['allow my-rule', 'allow my_rule'],
  ['allow MyRule', 'allow my_rule'],
  ['allow a when caller.region == eu-west', 'allow a when caller.region == "eu-west"'],
  ['allow a when caller.region in [eu-west, "us"]', 'allow a when caller.region in ["eu-west", "us"]'],
  ['allow a when caller.team == Core', 'allow a when caller.team == "Core"'],
  ['allow a when request.header.x-team == "b"', 'allow a when request.header["x-team"] == "b"'],
  ['allow a when request.model matches "^a/b"', 'allow a when request.model matches /^a\\/b/'],
  ['define a == x', 'define a = x'],
  ['define a: x', 'define a = x'],
  ['set a := ["b"]', 'set a = ["b"]'],
  ['pool a = ["openai/gpt-5"]', 'pool a = [openai/gpt-5]'],
  ['route a: { to "openai/gpt-5" }', 'route a { to openai/gpt-5 }'],
  ['route a when x => { to requested }', 'route a when x { to requested }'],
  ['route a when x -> { to requested }', 'route a when x { to requested }'],
  ['route a { to requested; timeout 30; }', 'route a { to requested timeout 30s }'],
  ['route a { to requested timeout 5000 }', 'route a { to requested timeout 5000ms }'],
  ['route a { to requested timeout 30sec }', 'route a { to requested timeout 30s }'],
  ['route a { to requested timeout 30 seconds }', 'route a { to requested timeout 30s }'],
  ['route a { to requested timeout 5 min }', 'route a { to requested timeout 5m }'],
  ['route a { to requested deadline 2 hours }', 'route a { to requested deadline 2h }'],
  ['route a { to 90 openai/gpt-5 | 10 openai/gpt-4o }', 'route a { to 90% openai/gpt-5 | 10% openai/gpt-4o }'],
  ['route a { to 0.9 openai/gpt-5 | 0.1 openai/gpt-4o }', 'route a { to 90% openai/gpt-5 | 10% openai/gpt-4o }'],
  ['route a { to 80 % openai/gpt-5 | 20% openai/gpt-4o }', 'route a { to 80% openai/gpt-5 | 20% openai/gpt-4o }'],
  ['route a when x { to b/c } else { to d/e }', 'route a when x { to b/c } route a_else { to d/e }'],
  [
    'route a when x { to b/c } else if y { to d/e } else { to f/g }',
    'route a when x { to b/c } route a_else when y { to d/e } route a_else2 { to f/g }',
  ],
  ['route a when x { to b/c } elif y { to d/e }', 'route a when x { to b/c } route a_else when y { to d/e }'],
  ['limit a { 60 requests per minute }', 'limit a { 60 requests per 1m }'],
  [
    'limit a { 60 requests per hour by caller.key, burst 2K }',
    'limit a { 60 requests per 1h by caller.key, burst 2k }',
  ],
  ['budget a { 500 per month }', 'budget a { $500 per month }'],
  ['budget a { $ 500 per month at 80 warn }', 'budget a { $500 per month at 80% warn }'],
  ['budget a { 500$ per month at 0.8 warn }', 'budget a { $500 per month at 80% warn }'],
  ['deny a when request.bytes > 10kb', 'deny a when request.bytes > 10KB'],
  ['cache a { ttl 1 day semantic 95% }', 'cache a { ttl 1d semantic 0.95 }'],
  ['rewrite a { temperature == 0 header "x": "y" }', 'rewrite a { temperature = 0 header "x" = "y" }'],
  ['test "a" { given caller.team == "b" expect denied }', 'test "a" { given caller.team = "b" expect denied }'],
  [
    'test "a" { given request.stream, not request.has_tools expect denied }',
    'test "a" { given request.stream = true, request.has_tools = false expect denied }',
  ],
  ['shadow a { 5 to openai/gpt-5 }', 'shadow a { 5% to openai/gpt-5 }'],
  ['allow\u00a0a', 'allow a'],
  ['allow a when caller.role == null', 'allow a when not has caller.role'],
  ['allow a when caller.role is not null', 'allow a when has caller.role'],
]

test.each(habits)('%s', (text, mended) => {
  const { diagnostics } = parse(text)
  expect(
    diagnostics.map((each) => each.code).filter((code) => code !== 'P103'),
    diagnostics.map(show).join('\n'),
  ).toEqual([])
  expect(diagnostics.length).toBeGreaterThan(0)
  expect(
    applyEdits(text, diagnostics)
      .trimEnd()
      .replace(/ +(?=[ \n])/g, ''),
  ).toBe(mended)
  expect(parse(mended).diagnostics.map(show)).toEqual([])
})

test('the offered edits mend a file whose only faults are habits', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(
        habits.map(([text]) => text),
        { minLength: 1, maxLength: 8 },
      ),
      (texts) => {
        const text = texts.join('\n')
        const { diagnostics } = parse(text)
        expect(diagnostics.every((each) => each.code === 'P103')).toBe(true)
        expect(parse(applyEdits(text, diagnostics)).diagnostics.map(show)).toEqual([])
      },
    ),
    { numRuns: 200 },
  )
})

test('a statement with habits keeps its meaning', () => {
  const { file, diagnostics } = parse("allow a if 'b' = caller.team && !x;")
  expect(diagnostics).toHaveLength(5)
  expect(file.statements).toMatchObject([
    { kind: 'allow', when: { kind: 'and', operands: [{ kind: 'compare', operator: '==' }, { kind: 'not' }] } },
  ])
})
