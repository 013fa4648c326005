/**
 * A small pretty printer (after Wadler, "A prettier printer", 2003, in Lindig's strict form): a document is laid out on one
 * line where it fits, and group by group over several where it does not.
 */
export type Doc =
  | string
  | readonly Doc[]
  /** A blank (or `flat`) in a group that fits, a line end in one that does not; `blank` keeps an empty line there. */
  | { readonly kind: 'line'; readonly flat: string; readonly blank: boolean }
  /** A line end in any case: every group around it is broken. */
  | { readonly kind: 'hard'; readonly blank: boolean }
  | { readonly kind: 'indent'; readonly of: Doc }
  | { readonly kind: 'group'; readonly of: Doc; readonly broken: boolean }

export function line(flat = ' ', blank = false): Doc {
  return { kind: 'line', flat, blank }
}

export function hard(blank = false): Doc {
  return { kind: 'hard', blank }
}

export function indent(of: Doc): Doc {
  return { kind: 'indent', of }
}

export function group(of: Doc): Doc {
  return { kind: 'group', of, broken: hasHard(of) }
}

function hasHard(doc: Doc): boolean {
  if (typeof doc === 'string') return false
  if (!('kind' in doc)) return doc.some(hasHard)
  if (doc.kind === 'group') return doc.broken
  return doc.kind === 'hard' || (doc.kind === 'indent' && hasHard(doc.of))
}

interface Pending {
  readonly doc: Doc
  readonly depth: number
  readonly flat: boolean
}

/** The text of a document, in lines of at most `width` where they can be broken, without a line end at its end. */
export function printDoc(doc: Doc, width: number): string {
  const out: string[] = []
  const stack: Pending[] = [{ doc, depth: 0, flat: false }]
  let column = 0
  const lineEnd = (depth: number, blank: boolean): void => {
    out.push(blank ? '\n\n' : '\n', '  '.repeat(depth))
    column = 2 * depth
  }
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { doc: each, depth, flat } = next
    if (typeof each === 'string') {
      out.push(each)
      column += each.length
    } else if (!('kind' in each)) pushAll(stack, each, depth, flat)
    else if (each.kind === 'indent') stack.push({ doc: each.of, depth: depth + 1, flat })
    else if (each.kind === 'hard') lineEnd(depth, each.blank)
    else if (each.kind === 'group') {
      const fit = flat || (!each.broken && fits({ doc: each.of, depth, flat: true }, stack, width - column))
      stack.push({ doc: each.of, depth, flat: fit })
    } else if (flat) {
      out.push(each.flat)
      column += each.flat.length
    } else lineEnd(depth, each.blank)
  }
  return out.join('').replace(/[ \t]+(?=\n)/g, '')
}

function pushAll(stack: Pending[], docs: readonly Doc[], depth: number, flat: boolean): void {
  for (let i = docs.length - 1; i >= 0; i--) stack.push({ doc: docs[i]!, depth, flat })
}

/** Whether what is flat, and what follows it up to the next line end, fits into the rest of the line. */
function fits(first: Pending, after: readonly Pending[], room: number): boolean {
  const stack = [first]
  let rest = after.length
  let left = room
  while (left >= 0) {
    const next = stack.pop() ?? after[--rest]
    if (next === undefined) return true
    const { doc, depth, flat } = next
    if (typeof doc === 'string') left -= doc.length
    else if (!('kind' in doc)) pushAll(stack, doc, depth, flat)
    else if (doc.kind === 'indent') stack.push({ doc: doc.of, depth, flat })
    else if (doc.kind === 'group') stack.push({ doc: doc.of, depth, flat: flat || !doc.broken })
    else if (doc.kind === 'hard' || !flat) return true
    else left -= doc.flat.length
  }
  return false
}
