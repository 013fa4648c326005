/** Tests of texts: equality without case, and globs. */

/** The text with its ASCII letters in lower case and all else as it is. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** `like`: `*` is any text, `?` any one character, `\` takes the next one as it is; the glob is the whole value. */
export function matchesGlob(text: string, glob: string): boolean {
  const wanted = [...glob.matchAll(/\\(.)|(.)/gsu)].map(([, escaped, plain]) => ({ escaped, plain }))
  const characters = [...text]
  // Of which lengths are the beginnings of the text that the glob so far stands for?
  let lengths = [0]
  for (const { escaped, plain } of wanted) {
    const last = characters.length
    if (plain === '*') {
      const least = Math.min(...lengths)
      lengths = lengths.length === 0 ? [] : Array.from({ length: last - least + 1 }, (_, index) => least + index)
    } else {
      const fits = (length: number) => length < last && (plain === '?' || characters[length] === (escaped ?? plain))
      lengths = lengths.filter(fits).map((length) => length + 1)
    }
  }
  return lengths.includes(characters.length)
}
