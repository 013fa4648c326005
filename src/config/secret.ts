/**
 * A secret as a type: it can be used, and cannot be printed.
 *
 * String conversion, JSON, templates and `util.inspect` all show `[secret]`; the value is a private
 * field, so that no walk over properties finds it. `reveal` is the one way out, for the place that
 * puts the value on the wire.
 */
const shown = '[secret]'

export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself. Call it only where the value goes onto the wire or into a digest. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  get [Symbol.toStringTag](): string {
    return shown
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown
  }
}
