/** Edits of a text: what is cut out and what is put in, at places that are drawn as shares of its length. */
import fc from 'fast-check'

export interface Change {
  /** From 0 to 1. */
  readonly at: number
  /** So many UTF-16 units are taken away. */
  readonly cut: number
  readonly put: string
}

const put = fc.oneof(
  fc.constantFrom('', ' ', '\n', '\r\n', '"', '{', '}', '(', ')', '[', ',', '.', '/', '-', '#', '# a comment\n', '&&'),
  fc.constantFrom('\u202e', 'é', '"', '/*', '*/', '//', 'matches ', ' and ', ' or not ', 'language 1\n', '\n\nlog\n'),
  fc.constantFrom('allow a', '\nallow b when caller.team == "x"\n', '\n} else {\n', '\nroute r { to a/b }', '5', '30s'),
  fc.constantFrom(
    '\n# documentation\n',
    ' when x matches /a/',
    'deny x\n',
    ' = ',
    'in',
    'set s = ["a"]\n',
    '\ndefine d =',
  ),
)

/** A few edits, one after the other. */
export const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(80)),
    put,
  }),
  { minLength: 1, maxLength: 6 },
)

/** The text after an edit. */
export function changed(text: string, { at, cut, put }: Change): string {
  const from = Math.floor(at * text.length)
  return text.slice(0, from) + put + text.slice(from + cut)
}
