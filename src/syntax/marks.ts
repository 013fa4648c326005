/** What a token begins, by its offset: all that the formatter needs to know of the structure around tokens. */
export type Mark =
  /** A clause in a body. */
  | 'clause'
  /** A claim in the body of an assert: a clause, with a comma before it. */
  | 'claim'
  /** A clause of a statement's head: `when`, `because`, `to`. */
  | 'head'
  /** An `and` or `or`. */
  | 'connective'
  /** A `|` between the arms of a split, or a comma where a line may be broken. */
  | 'arm'
  /** The `[` of `request.header["x"]`. */
  | 'index'
